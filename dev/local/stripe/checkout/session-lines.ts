import { priceFrom } from '../billing/price-data';
import type { Params } from '../http/params';
import { invalidParameter, missingParameter } from '../http/stripe-failure';
import { newId } from '../state/ids';
import type { LineItem, Price } from '../state/kinds';
import type { StripeState } from '../state/stripe-state';

const QUANTITY_MAX = 999_999;

/** @throws StripeFailure if there is no position, or a price does not fit the mode */
export function sessionLines(state: StripeState, params: Params, mode: 'payment' | 'subscription'): LineItem[] {
  const items = params.groups('line_items');
  if (items.length === 0) throw missingParameter('line_items');
  const lines = items.map((item) => lineOf(state, item));
  const [first] = lines;
  if (lines.some(({ currency }) => currency !== first?.currency))
    throw invalidParameter('line_items', 'All line items must have the same currency.');
  if (mode === 'payment' && lines.some(({ price }) => price.recurring !== null))
    throw invalidParameter(
      'line_items',
      'You specified `payment` mode but passed a recurring price. Either switch to `subscription` mode or use only one-time prices.',
    );
  if (mode === 'subscription' && !lines.every(({ price }) => price.recurring !== null))
    throw invalidParameter('line_items', 'The fake accepts only recurring prices in `subscription` mode.');
  return lines;
}

function lineOf(state: StripeState, params: Params): LineItem {
  const quantity = params.integer('quantity') ?? 1;
  if (quantity < 1 || quantity > QUANTITY_MAX)
    throw invalidParameter(params.name('quantity'), `Invalid integer: ${quantity}`, 'parameter_invalid_integer');
  const price = priceOf(state, params);
  const amount = (price.unit_amount ?? 0) * quantity;
  return {
    id: newId('li'),
    object: 'item',
    adjustable_quantity: null,
    amount_discount: 0,
    amount_subtotal: amount,
    amount_tax: 0,
    amount_total: amount,
    currency: price.currency,
    description: state.store.find('product', price.product)?.name ?? null,
    metadata: {},
    price,
    quantity,
  };
}

function priceOf(state: StripeState, params: Params): Price {
  const id = params.text('price');
  return id === undefined
    ? priceFrom(state, params.group('price_data'), false)
    : state.store.get('price', id, params.name('price'));
}
