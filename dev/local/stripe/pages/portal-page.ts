import { UPDATED } from '../billing/subscription-status';
import { Params } from '../http/params';
import { cancellation } from '../resources/subscriptions';
import { formatAmount } from '../payments/amounts';
import { attach, detach, newPaymentMethod } from '../payments/payment-methods';
import { findTestCard } from '../payments/test-cards';
import type { PaymentMethod, PortalSession, Subscription } from '../state/kinds';
import type { StripeState } from '../state/stripe-state';
import { cardButtons } from './card-buttons';
import { markup, type Html, htmlPage } from './html';
import { type PageResult, redirected, shown } from './page-result';

/** Where a customer looks after their cards, subscriptions and invoices. */
export function showPortal(state: StripeState, session: PortalSession): PageResult {
  const { store } = state;
  const methods = store.all('payment_method').filter(({ customer }) => customer === session.customer);
  const subscriptions = store
    .all('subscription')
    .filter(({ customer, status }) => customer === session.customer && status !== 'canceled');
  const invoices = store
    .all('invoice')
    .filter(({ customer, status }) => customer === session.customer && status !== 'draft');
  const asDefault = store.get('customer', session.customer).invoice_settings.default_payment_method;
  return shown(
    htmlPage(
      'Billing',
      markup`<h2>Payment methods</h2>${methods.length > 0 ? methods.map((method) => methodRow(method, method.id === asDefault)) : 'None'}
<details><summary>Add a card</summary><form method="post">${cardButtons('Add')}</form></details>
<h2>Subscriptions</h2>${subscriptions.length > 0 ? subscriptions.map(subscriptionRow) : 'None'}
<h2>Invoices</h2><ul>${invoices.map(
        (invoice) =>
          markup`<li><a href="${invoice.hosted_invoice_url ?? ''}">${invoice.number ?? ''}</a> ${formatAmount(invoice.total, invoice.currency)} ${invoice.status ?? ''}</li>`,
      )}</ul>
${session.return_url === null ? undefined : markup`<p><a href="${session.return_url}">Return</a></p>`}`,
    ),
  );
}

function methodRow({ id, card }: PaymentMethod, isDefault: boolean): Html {
  const name = `${card?.brand ?? 'card'} …${card?.last4 ?? ''}`;
  return markup`<form method="post"><p>${name} ${isDefault ? '(default)' : ''}</p>
<button name="remove" value="${id}">Remove ${name}</button>
${isDefault ? undefined : markup`<button name="default" value="${id}">Make ${name} the default</button>`}</form>`;
}

function subscriptionRow(subscription: Subscription): Html {
  const { id, status, cancel_at_period_end: ends } = subscription;
  return markup`<form method="post"><p>${subscription.items.data.map(({ price, quantity }) => markup`${quantity ?? 1} × ${formatAmount(price.unit_amount ?? 0, price.currency)} a ${price.recurring?.interval ?? 'month'}`)}: ${status}${ends ? ', ends with this period' : ''}</p>
${ends ? markup`<button name="keep" value="${id}">Keep subscription</button>` : markup`<button name="cancel" value="${id}">Cancel subscription</button>`}</form>`;
}

/** The customer pressed a button of the page. Objects of another customer are left alone. */
export function submitPortal(state: StripeState, session: PortalSession, form: Params): PageResult {
  const { store, events } = state;
  const own = <T extends { customer: string | null }>(object: T | undefined): T | undefined =>
    object?.customer === session.customer ? object : undefined;
  const removed = own(store.find('payment_method', form.text('remove') ?? ''));
  if (removed) detach(state, removed);
  const asDefault = own(store.find('payment_method', form.text('default') ?? ''));
  if (asDefault) makeDefault(state, session.customer, asDefault.id);
  const card = findTestCard(form.text('card') ?? '');
  if (card) {
    const method = newPaymentMethod(state, card);
    attach(state, method, session.customer);
    makeDefault(state, session.customer, method.id);
  }
  const subscription = own(store.find('subscription', form.text('cancel') ?? form.text('keep') ?? ''));
  if (subscription) {
    const params = new Params({ cancel_at_period_end: String(form.has('cancel')) });
    events.changed(subscription, cancellation(state, params, subscription), UPDATED);
  }
  return redirected(session.url);
}

function makeDefault({ store, events }: StripeState, customerId: string, method: string): void {
  const customer = store.get('customer', customerId);
  const settings = { ...customer.invoice_settings, default_payment_method: method };
  events.changed(customer, { invoice_settings: settings }, 'customer.updated');
}
