import type Stripe from 'stripe';
import { found } from './found';

type Reference = string | { readonly id: string } | null | undefined;

const idOf = (reference: Reference): readonly string[] => {
  if (reference === null || reference === undefined) return [];
  return [typeof reference === 'string' ? reference : reference.id];
};

/** How to find the payments that an object is about, by the prefix of its ID. */
const READERS: { readonly [prefix: string]: (stripe: Stripe, id: string) => Promise<readonly string[]> } = {
  pi: (_, id) => Promise.resolve([id]),
  ch: async (stripe, id) => idOf((await found(() => stripe.charges.retrieve(id)))?.payment_intent),
  py: async (stripe, id) => idOf((await found(() => stripe.charges.retrieve(id)))?.payment_intent),
  re: async (stripe, id) => idOf((await found(() => stripe.refunds.retrieve(id)))?.payment_intent),
  pyr: async (stripe, id) => idOf((await found(() => stripe.refunds.retrieve(id)))?.payment_intent),
  dp: async (stripe, id) => idOf((await found(() => stripe.disputes.retrieve(id)))?.payment_intent),
  du: async (stripe, id) => idOf((await found(() => stripe.disputes.retrieve(id)))?.payment_intent),
  cs: async (stripe, id) => idOf((await found(() => stripe.checkout.sessions.retrieve(id)))?.payment_intent),
  in: async (stripe, id) => {
    const payments = await found(() => stripe.invoicePayments.list({ invoice: id }));
    return (payments?.data ?? []).flatMap(({ payment }) => idOf(payment.payment_intent));
  },
};

/** The payments that an event's object concerns. Objects of other kinds concern none. */
export function paymentsOfObject(stripe: Stripe, objectId: string): Promise<readonly string[]> {
  const reader = READERS[objectId.slice(0, objectId.indexOf('_'))];
  return reader === undefined ? Promise.resolve([]) : reader(stripe, objectId);
}
