import type { Params } from '../http/params';
import { invalidParameter, missingParameter } from '../http/stripe-failure';
import { AMOUNT_MAX, currencyOf } from '../payments/amounts';
import { newId } from '../state/ids';
import type { Price, Product } from '../state/kinds';
import type { StripeState } from '../state/stripe-state';

const INTERVALS = ['day', 'week', 'month', 'year'] as const;
const TAX_BEHAVIORS = ['exclusive', 'inclusive', 'unspecified'] as const;

/** Makes the price that `price_data` or the parameters of a new price describe. */
export function priceFrom(state: StripeState, params: Params, isActive: boolean): Price {
  const currency = currencyOf(params);
  const amount = params.integer('unit_amount');
  if (amount === undefined) throw missingParameter(params.name('unit_amount'));
  if (amount < 0 || amount > AMOUNT_MAX)
    throw invalidParameter(params.name('unit_amount'), `Invalid integer: ${amount}`, 'parameter_invalid_integer');
  const price: Price = {
    id: newId('price'),
    object: 'price',
    active: isActive,
    billing_scheme: 'per_unit',
    created: state.time.now(),
    currency,
    custom_unit_amount: null,
    livemode: false,
    lookup_key: params.text('lookup_key') ?? null,
    metadata: params.metadata(),
    nickname: params.text('nickname') ?? null,
    product: productOf(state, params, isActive),
    recurring: recurringOf(params.group('recurring')),
    tax_behavior: params.choice('tax_behavior', TAX_BEHAVIORS) ?? 'unspecified',
    tiers_mode: null,
    transform_quantity: null,
    type: params.has('recurring') ? 'recurring' : 'one_time',
    unit_amount: amount,
    unit_amount_decimal: String(amount),
  };
  return state.store.save(price);
}

function productOf(state: StripeState, params: Params, isActive: boolean): string {
  const id = params.text('product');
  if (id !== undefined) return state.store.get('product', id, params.name('product')).id;
  const data = params.group('product_data');
  return newProduct(state, { ...detailsOf(data), name: data.requiredText('name'), active: isActive }).id;
}

function recurringOf(params: Params): Price['recurring'] {
  if (params.names().length === 0) return null;
  const interval = params.choice('interval', INTERVALS);
  if (interval === undefined) throw missingParameter(params.name('interval'));
  return {
    interval,
    interval_count: params.integer('interval_count') ?? 1,
    meter: null,
    trial_period_days: null,
    usage_type: 'licensed',
  };
}

type ProductDetails = Pick<Product, 'name'> &
  Partial<Pick<Product, 'active' | 'id' | 'description' | 'metadata' | 'tax_code'>>;

/** The fields of a new product besides its name. */
export const detailsOf = (params: Params): Omit<ProductDetails, 'name'> => ({
  description: params.text('description') ?? null,
  metadata: params.metadata(),
  tax_code: params.text('tax_code') ?? null,
});

export function newProduct({ store, time }: StripeState, details: ProductDetails): Product {
  return store.save<Product>({
    id: newId('prod', 14),
    object: 'product',
    active: true,
    created: time.now(),
    default_price: null,
    description: null,
    images: [],
    livemode: false,
    marketing_features: [],
    metadata: {},
    package_dimensions: null,
    shippable: null,
    statement_descriptor: null,
    tax_code: null,
    tax_details: null,
    type: 'service',
    unit_label: null,
    updated: time.now(),
    url: null,
    ...details,
  });
}
