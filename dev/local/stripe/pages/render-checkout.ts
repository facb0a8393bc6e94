import { noteOf } from '../checkout/totals';
import { formatAmount } from '../payments/amounts';
import type { CheckoutSession } from '../state/kinds';
import type { StripeState } from '../state/stripe-state';
import { cardButtons } from './card-buttons';
import { alert, markup, type Html, htmlPage } from './html';

const COUNTRIES: Readonly<Record<string, string>> = {
  AT: 'Austria',
  CH: 'Switzerland',
  DE: 'Germany',
  FR: 'France',
  GB: 'United Kingdom',
  JP: 'Japan',
  US: 'United States',
};

interface View {
  readonly message?: string;
  /** The fields as the buyer left them, so that nothing must be entered again. */
  readonly entered?: Readonly<Record<string, string>>;
}

export const needsAddress = (session: CheckoutSession): boolean =>
  session.billing_address_collection === 'required' || session.automatic_tax.enabled;

export function renderCheckout(state: StripeState, session: CheckoutSession, { message, entered = {} }: View): string {
  if (session.status === 'complete') return htmlPage('Payment complete', markup`<p>This checkout is complete.</p>`);
  if (session.status === 'expired')
    return htmlPage('Page expired', markup`<p>This checkout has expired. Please start again.</p>`);
  const verb = { payment: 'Pay with', setup: 'Save', subscription: 'Subscribe with' }[session.mode as 'payment'];
  const back = session.cancel_url === null ? undefined : markup`<p><a href="${session.cancel_url}">Cancel</a></p>`;
  return htmlPage(
    session.mode === 'setup' ? 'Save a card' : 'Checkout',
    markup`${alert(message)}${session.mode === 'setup' ? undefined : summary(state, session)}
<form method="post" action="/c/pay/${session.id}">${session.customer === null ? input('Email', 'email', session.customer_email ?? entered['email'], 'email') : undefined}
${input('Name on card', 'name', entered['name'], 'text')}
${address(session, entered)}${session.allow_promotion_codes ? promotionCode() : undefined}${cardButtons(verb)}</form>${back}`,
  );
}

function summary(state: StripeState, session: CheckoutSession): Html {
  const { currency } = session;
  const money = (amount: number | null | undefined): string => formatAmount(amount ?? 0, currency ?? 'usd');
  const rows = noteOf(state, session).lines.map(
    (line) =>
      markup`<tr><td>${line.quantity ?? 1} × ${line.description ?? 'Item'}</td><td>${money(line.amount_subtotal)}</td></tr>`,
  );
  const { amount_discount = 0, amount_tax = 0 } = session.total_details ?? {};
  return markup`<table aria-label="Summary">${rows}
${amount_discount > 0 ? markup`<tr><td>Discount</td><td>−${money(amount_discount)}</td></tr>` : undefined}
${session.automatic_tax.enabled ? markup`<tr><td>Tax</td><td>${session.automatic_tax.status === 'complete' ? money(amount_tax) : 'depends on your address'}</td></tr>` : undefined}
<tr><td><strong>Total</strong></td><td><strong>${money(session.amount_total)}</strong></td></tr></table>`;
}

const input = (label: string, name: string, value: string | undefined, type: string, required = true): Html =>
  markup`<label>${label}<input name="${name}" type="${type}" value="${value ?? ''}" ${required ? 'required' : ''} autocomplete="off"></label>`;

function address(session: CheckoutSession, entered: Readonly<Record<string, string>>): Html {
  const required = needsAddress(session);
  const options = Object.entries(COUNTRIES).map(
    ([code, name]) =>
      markup`<option value="${code}" ${code === (entered['country'] ?? 'US') ? 'selected' : ''}>${name}</option>`,
  );
  const country = markup`<label>Country<select name="country">${options}</select></label>`;
  if (!required) return country;
  return markup`${input('Address', 'line1', entered['line1'], 'text')}${input('City', 'city', entered['city'], 'text')}
${input('Postal code', 'postal_code', entered['postal_code'], 'text')}${country}
${session.automatic_tax.enabled ? markup`<button name="action" value="total" formnovalidate>Update total</button>` : undefined}`;
}

const promotionCode = (): Html =>
  markup`${input('Promotion code', 'code', undefined, 'text', false)}<button name="action" value="code" formnovalidate>Apply code</button>`;
