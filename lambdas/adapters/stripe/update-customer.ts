import Stripe from 'stripe';
import type { BillingDetails } from '../../contracts/http/accounts';
import { callStripe } from './stripe-client';

/**
 * Replaces the name, the mail address and the address of a customer. If Stripe refuses the new ones, because it knows no
 * such country for example, the old ones are removed nevertheless: they are wrong, and Stripe's pages ask for an address
 * when it is needed. The tax number stays as it is, because Stripe keeps it as an object with a type.
 * @throws CustomerMissing
 */
export async function updateCustomer(
  stripe: Stripe,
  { customerId, details }: { readonly customerId: string; readonly details: BillingDetails },
): Promise<void> {
  const { name, email, addressLine1, addressLine2 = '', city, region = '', postalCode, country } = details;
  const address = {
    line1: addressLine1,
    line2: addressLine2,
    city,
    state: region,
    postal_code: postalCode,
    country,
  };
  await callStripe(async () => {
    try {
      await stripe.customers.update(customerId, { name, email, address });
    } catch (error) {
      const isRefused = error instanceof Stripe.errors.StripeInvalidRequestError && error.code !== 'resource_missing';
      if (!isRefused) throw error;
      await stripe.customers.update(customerId, { name, email: '', address: '' });
    }
  });
}
