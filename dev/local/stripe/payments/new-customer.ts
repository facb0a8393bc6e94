import { newId } from '../state/ids';
import type { Customer } from '../state/kinds';
import type { StripeState } from '../state/stripe-state';

type Details = Partial<
  Pick<Customer, 'address' | 'description' | 'email' | 'invoice_settings' | 'metadata' | 'name' | 'phone' | 'shipping'>
>;

export function newCustomer({ time, events }: StripeState, details: Details): Customer {
  const id = newId('cus', 14);
  return events.created({
    id,
    object: 'customer',
    address: null,
    balance: 0,
    created: time.now(),
    currency: null,
    customer_account: null,
    default_source: null,
    delinquent: false,
    description: null,
    email: null,
    invoice_prefix: id.slice(-8).toUpperCase(),
    invoice_settings: { custom_fields: null, default_payment_method: null, footer: null, rendering_options: null },
    livemode: false,
    metadata: {},
    name: null,
    next_invoice_sequence: 1,
    phone: null,
    preferred_locales: [],
    shipping: null,
    tax_exempt: 'none',
    test_clock: null,
    ...details,
  });
}
