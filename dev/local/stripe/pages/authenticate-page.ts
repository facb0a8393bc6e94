import { afterAttempt } from '../billing/collect';
import { attemptCheckout } from '../checkout/attempt-checkout';
import { noteOf } from '../checkout/totals';
import { notAllowed } from '../http/stripe-failure';
import { confirmIntent, fail } from '../payments/confirm';
import { DECLINES } from '../payments/outcome';
import { confirmSetup, failSetup } from '../payments/setup-intents';
import type { CheckoutSession, PaymentIntent, SetupIntent } from '../state/kinds';
import type { StripeState } from '../state/stripe-state';
import { showCheckout, successUrl } from './checkout-page';
import { markup, htmlPage } from './html';
import { type PageResult, redirected, shown } from './page-result';

/** The bank's question to the owner of a card. */
export const showAuthentication = (): PageResult =>
  shown(
    htmlPage(
      'Confirm it is you',
      markup`<p>Your bank asks whether you want to make this payment.</p>
<form method="post"><button name="answer" value="complete">Complete authentication</button>
<button name="answer" value="fail">Fail authentication</button></form>`,
    ),
  );

/**
 * The owner of the card has answered.
 *
 * @param id of a checkout session, a payment or a setup
 */
export function authenticate(state: StripeState, id: string, succeeds: boolean): PageResult {
  const session = sessionOf(state, id);
  if (session) return authenticateSession(state, session, succeeds);
  const setup = state.store.find('setup_intent', id);
  return setup
    ? authenticateSetup(state, setup, succeeds)
    : authenticatePayment(state, state.store.get('payment_intent', id, 'intent'), succeeds);
}

const sessionOf = ({ store }: StripeState, id: string): CheckoutSession | undefined =>
  store.find('checkout.session', id) ??
  store
    .all('checkout.session')
    .find((one) => one.status === 'open' && [one.payment_intent, one.setup_intent].includes(id));

function authenticateSession(state: StripeState, session: CheckoutSession, succeeds: boolean): PageResult {
  const { pending, ...note } = noteOf(state, session);
  if (!pending) throw notAllowed('Nothing waits for authentication here.');
  state.store.saveNote('session', session.id, note);
  const method = state.store.get('payment_method', pending.method);
  if (succeeds) {
    const outcome = attemptCheckout(state, session, { method, buyer: pending.buyer, isAuthenticated: true });
    return outcome === 'succeeded'
      ? redirected(successUrl(session))
      : showCheckout(state, session, DECLINES[outcome].message);
  }
  if (session.payment_intent !== null)
    fail(state, state.store.get('payment_intent', session.payment_intent), method, 'authentication_failed');
  if (session.setup_intent !== null)
    failSetup(state, state.store.get('setup_intent', session.setup_intent), 'authentication_failed');
  return showCheckout(state, session, DECLINES.authentication_failed.message);
}

function authenticatePayment(state: StripeState, intent: PaymentIntent, succeeds: boolean): PageResult {
  if (intent.status !== 'requires_action' || intent.payment_method === null)
    throw notAllowed('Nothing waits for authentication here.');
  const method = state.store.get('payment_method', intent.payment_method);
  const returnUrl = intent.next_action?.redirect_to_url?.return_url;
  if (succeeds) {
    const outcome = confirmIntent(state, intent, { method, offSession: false, isAuthenticated: true });
    afterAttempt(state, intent, outcome);
  } else {
    fail(state, intent, method, 'authentication_failed');
    afterAttempt(state, intent, 'authentication_required');
  }
  return returned(returnUrl, 'payment_intent', intent, succeeds);
}

function authenticateSetup(state: StripeState, intent: SetupIntent, succeeds: boolean): PageResult {
  if (intent.status !== 'requires_action' || intent.payment_method === null)
    throw notAllowed('Nothing waits for authentication here.');
  const returnUrl = intent.next_action?.redirect_to_url?.return_url;
  const method = state.store.get('payment_method', intent.payment_method);
  if (succeeds) confirmSetup(state, intent, { method, isAuthenticated: true });
  else failSetup(state, intent, 'authentication_failed');
  return returned(returnUrl, 'setup_intent', intent, succeeds);
}

function returned(
  returnUrl: string | null | undefined,
  kind: 'payment_intent' | 'setup_intent',
  intent: PaymentIntent | SetupIntent,
  succeeds: boolean,
): PageResult {
  if (typeof returnUrl !== 'string')
    return shown(
      htmlPage('Thank you', markup`<p>${succeeds ? 'Authentication complete.' : 'Authentication failed.'}</p>`),
    );
  const url = new URL(returnUrl);
  url.searchParams.set(kind, intent.id);
  url.searchParams.set(`${kind}_client_secret`, intent.client_secret ?? '');
  url.searchParams.set('redirect_status', succeeds ? 'succeeded' : 'failed');
  return redirected(url.href);
}
