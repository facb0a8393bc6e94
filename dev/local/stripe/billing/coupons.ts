import { notAllowed } from '../http/stripe-failure';
import { newId } from '../state/ids';
import type { Coupon, Discount, PromotionCode } from '../state/kinds';
import type { StripeState } from '../state/stripe-state';
import { addMonths } from './periods';

/** @throws StripeFailure if the coupon has expired or was redeemed often enough */
export function assertRedeemable({ time }: StripeState, coupon: Coupon, code?: PromotionCode): void {
  const isPast = (at: number | null): boolean => at !== null && time.now() >= at;
  const isUsedUp = ({ max_redemptions, times_redeemed }: Coupon | PromotionCode): boolean =>
    max_redemptions !== null && times_redeemed >= max_redemptions;
  if (!coupon.valid || isPast(coupon.redeem_by) || isUsedUp(coupon))
    throw notAllowed(`Coupon ${coupon.id} is used up or expired.`, 'coupon_expired', 'coupon');
  if (code && (!code.active || isPast(code.expires_at) || isUsedUp(code)))
    throw notAllowed('This promotion code is inactive, used up or expired.', undefined, 'promotion_code');
}

interface Redemption {
  readonly coupon: Coupon;
  readonly promotionCode?: PromotionCode;
  readonly customer: string | null;
  readonly checkoutSession?: string;
  readonly subscription?: string;
}

/** Gives a discount to a customer, counted against the coupon's limits. */
export function redeem(state: StripeState, redemption: Redemption): Discount {
  const { coupon, promotionCode, customer, checkoutSession, subscription } = redemption;
  assertRedeemable(state, coupon, promotionCode);
  state.events.changed(coupon, { times_redeemed: coupon.times_redeemed + 1 });
  if (promotionCode) state.events.changed(promotionCode, { times_redeemed: promotionCode.times_redeemed + 1 });
  const now = state.time.now();
  return state.events.created(
    {
      id: newId('di'),
      object: 'discount',
      checkout_session: checkoutSession ?? null,
      customer,
      customer_account: null,
      end: coupon.duration === 'repeating' ? addMonths(now, coupon.duration_in_months ?? 0) : null,
      invoice: null,
      invoice_item: null,
      promotion_code: promotionCode?.id ?? null,
      source: { coupon: coupon.id, type: 'coupon' },
      start: now,
      subscription: subscription ?? null,
      subscription_item: null,
    },
    'customer.discount.created',
  );
}

/** The discount on each amount. Amounts of zero or less are left alone. */
export function discountsOn(amounts: readonly number[], coupon: Coupon | undefined): number[] {
  let left = coupon?.amount_off ?? 0;
  return amounts.map((amount) => {
    if (!coupon || amount <= 0) return 0;
    // Percentages have two decimals, so hundredths of a percent are whole.
    if (coupon.percent_off !== null) {
      const hundredths = Math.floor(coupon.percent_off * 100 + 1 / 2);
      return Math.floor((amount * hundredths + 5000) / 10_000);
    }
    const off = Math.min(left, amount);
    left -= off;
    return off;
  });
}

export const couponOf = ({ store }: StripeState, { source }: Discount): Coupon =>
  store.get('coupon', source.coupon ?? '');
