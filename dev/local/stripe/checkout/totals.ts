import { discountsOn } from '../billing/coupons';
import { taxOn, taxRateOf } from '../billing/tax';
import type { CheckoutSession, LineItem } from '../state/kinds';
import type { StripeState } from '../state/stripe-state';
import type { SessionNote } from './session-note';

/** Computes what a session costs a buyer in this country, and writes it to the session. */
export function setTotals(state: StripeState, session: CheckoutSession, country?: string | null): void {
  const note = noteOf(state, session);
  const coupon = note.couponId === undefined ? undefined : state.store.get('coupon', note.couponId);
  const rate = session.automatic_tax.enabled ? taxRateOf(country) : 0;
  const off = discountsOn(
    note.lines.map(({ amount_subtotal }) => amount_subtotal),
    coupon,
  );
  const lines = note.lines.map((line, index) => priced(line, off[index] ?? 0, rate));
  state.store.saveNote('session', session.id, { ...note, lines });
  const sum = (field: 'amount_discount' | 'amount_subtotal' | 'amount_tax' | 'amount_total'): number =>
    lines.reduce((total, line) => total + line[field], 0);
  state.events.changed(session, {
    amount_subtotal: sum('amount_subtotal'),
    amount_total: sum('amount_total'),
    total_details: {
      amount_discount: sum('amount_discount'),
      amount_shipping: 0,
      amount_tax: sum('amount_tax'),
    },
    discounts:
      note.couponId === undefined ? [] : [{ coupon: note.couponId, promotion_code: note.promotionCodeId ?? null }],
    automatic_tax: {
      ...session.automatic_tax,
      status: session.automatic_tax.enabled ? (country ? 'complete' : 'requires_location_inputs') : null,
    },
  });
}

function priced(line: LineItem, off: number, rate: number): LineItem {
  const isInclusive = line.price.tax_behavior === 'inclusive';
  const tax = taxOn(line.amount_subtotal - off, { rate, isInclusive });
  const total = line.amount_subtotal - off + (isInclusive ? 0 : tax);
  return { ...line, amount_discount: off, amount_tax: tax, amount_total: total };
}

/** @throws Error if the session was not made by this fake */
export function noteOf({ store }: StripeState, session: CheckoutSession): SessionNote {
  const note = store.note('session', session.id);
  if (!note) throw new Error(`Nothing is known of the session ${session.id}.`);
  return note;
}
