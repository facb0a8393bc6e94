import type Stripe from 'stripe';
import { CustomerMissing } from '../../domain/payments/processor-errors';
import { found } from './found';
import { callStripe } from './stripe-client';
import { closePage, readSubscriptions } from './subscriptions';

/** The most pages that Stripe lists at once. */
const PAGES = 100;

/** Ends subscriptions at once and without an invoice, and closes open pages. A customer that is gone has neither. */
export async function endDealings(stripe: Stripe, customerId: string): Promise<void> {
  await ifThere(async () => {
    for (const { subscriptionId, isOver } of await readSubscriptions(stripe, customerId)) {
      if (!isOver)
        await found(() => stripe.subscriptions.cancel(subscriptionId, { invoice_now: false, prorate: false }));
    }
    for await (const { id } of stripe.checkout.sessions.list({ customer: customerId, status: 'open', limit: PAGES })) {
      await closePage(stripe, id);
    }
  });
}

/** Deletes a customer. Stripe keeps the payments and the invoices: https://docs.stripe.com/api/customers/delete */
export async function deleteCustomer(stripe: Stripe, customerId: string): Promise<void> {
  await ifThere(() => found(() => stripe.customers.del(customerId)));
}

async function ifThere(call: () => Promise<unknown>): Promise<void> {
  try {
    await callStripe(call);
  } catch (error) {
    if (!(error instanceof CustomerMissing)) throw error;
  }
}
