import { attemptCheckout, countryOf } from '../checkout/attempt-checkout';
import { applyPromotionCode } from '../checkout/create-session';
import type { Buyer } from '../checkout/session-note';
import { noteOf, setTotals } from '../checkout/totals';
import type { Params } from '../http/params';
import { StripeFailure } from '../http/stripe-failure';
import { DECLINES } from '../payments/outcome';
import { newPaymentMethod } from '../payments/payment-methods';
import { findTestCard } from '../payments/test-cards';
import type { CheckoutSession } from '../state/kinds';
import type { StripeState } from '../state/stripe-state';
import { holdsCardNumber } from '../../../../lambdas/domain/payments/card-number';
import { needsAddress, renderCheckout } from './render-checkout';
import { type PageResult, redirected, shown } from './page-result';

export const showCheckout = (state: StripeState, session: CheckoutSession, message?: string): PageResult =>
  shown(renderCheckout(state, session, { message }));

/** The buyer pressed a button of the page. */
export function submitCheckout(state: StripeState, session: CheckoutSession, form: Params): PageResult {
  if (session.status !== 'open') return showCheckout(state, session);
  const entered = Object.fromEntries(form.names().map((name) => [name, form.text(name) ?? '']));
  const again = (message?: string): PageResult =>
    shown(renderCheckout(state, session, { message, entered }), message === undefined ? 200 : 402);
  if (Object.values(entered).some(holdsCardNumber))
    return shown(
      renderCheckout(state, session, { message: 'Do not enter card numbers here: choose a test card.' }),
      400,
    );
  try {
    const code = form.text('code');
    if (code !== undefined) applyPromotionCode(state, session, code);
    const buyer = buyerOf(state, session, form);
    if (session.mode !== 'setup') setTotals(state, session, countryOf(state, session, buyer));
    const card = findTestCard(form.text('card') ?? '');
    if (!card) return again();
    if (needsAddress(session) && !isComplete(buyer)) return again('Enter your whole billing address.');
    return pay(state, session, card.name, buyer, again);
  } catch (error) {
    if (error instanceof StripeFailure) return again(error.message);
    throw error;
  }
}

/** Chooses a card for a session. Controls and tests use it as well as the page. */
export function chooseCard(
  state: StripeState,
  session: CheckoutSession,
  card: string,
  buyer: Buyer,
): ReturnType<typeof attemptCheckout> {
  const testCard = findTestCard(card);
  if (!testCard) throw new Error(`There is no test card ${card}.`);
  const method = newPaymentMethod(state, testCard, { ...buyer, phone: null, tax_id: null });
  const outcome = attemptCheckout(state, session, { method, buyer });
  if (outcome === 'authentication_required')
    state.store.saveNote('session', session.id, {
      ...noteOf(state, session),
      pending: { method: method.id, buyer },
    });
  return outcome;
}

function pay(
  state: StripeState,
  session: CheckoutSession,
  card: string,
  buyer: Buyer,
  again: (message: string) => PageResult,
): PageResult {
  const outcome = chooseCard(state, session, card, buyer);
  if (outcome === 'succeeded') return redirected(successUrl(session));
  if (outcome === 'authentication_required') return redirected(`/authenticate/${session.id}`);
  return again(DECLINES[outcome].message);
}

export const successUrl = (session: CheckoutSession): string =>
  (session.success_url ?? '').replaceAll('{CHECKOUT_SESSION_ID}', session.id);

function buyerOf({ store }: StripeState, session: CheckoutSession, form: Params): Buyer {
  const customer = session.customer === null ? undefined : store.find('customer', session.customer);
  const country = form.text('country') ?? null;
  return {
    email: form.text('email') ?? session.customer_email ?? customer?.email ?? null,
    name: form.text('name') ?? null,
    address:
      country === null
        ? null
        : {
            city: form.text('city') ?? null,
            country,
            line1: form.text('line1') ?? null,
            line2: null,
            postal_code: form.text('postal_code') ?? null,
            state: form.text('state') ?? null,
          },
  };
}

const isComplete = ({ address }: Buyer): boolean => Boolean(address?.line1 && address.city && address.postal_code);
