import { lineItemsOf } from '../billing/line-items';
import type { StripeState } from '../state/stripe-state';
import { wholeList } from './list';

/** Lists that the API leaves out of an object unless the request asks for them. */
export function includable(state: StripeState, object: Record<string, unknown>, name: string): unknown {
  const id = String(object['id']);
  switch (`${String(object['object'])}.${name}`) {
    case 'checkout.session.line_items':
      return wholeList(`/v1/checkout/sessions/${id}/line_items`, lineItemsOf(state, id));
    case 'charge.refunds':
      return wholeList(
        `/v1/charges/${id}/refunds`,
        state.store.all('refund').filter(({ charge }) => charge === id),
      );
    case 'invoice.amount_paid_off_stripe':
      return state.store.note('invoice', id)?.paidOffStripe ?? 0;
    case 'invoice.payments':
      return wholeList(
        `/v1/invoice_payments?invoice=${id}`,
        state.store.all('invoice_payment').filter(({ invoice }) => invoice === id),
      );
    case 'customer.subscriptions':
      return wholeList(
        `/v1/customers/${id}/subscriptions`,
        state.store.all('subscription').filter(({ customer, status }) => customer === id && status !== 'canceled'),
      );
    default:
      return undefined;
  }
}
