import { matching, page } from '../http/list';
import { del, get, post, type Call, type Route } from '../http/route';
import { invalidParameter, missingParameter } from '../http/stripe-failure';
import { currencyOf } from '../payments/amounts';
import { newId } from '../state/ids';
import type { Coupon, PromotionCode } from '../state/kinds';

const DURATIONS = ['forever', 'once', 'repeating'] as const;

export const couponRoutes: readonly Route[] = [
  post('/v1/coupons', createCoupon),
  get('/v1/coupons', ({ state, params }) =>
    page(
      params,
      '/v1/coupons',
      state.store.all('coupon').filter(({ valid }) => valid),
    ),
  ),
  get('/v1/coupons/{id}', ({ state, id }) => state.store.get('coupon', id)),
  del('/v1/coupons/{id}', ({ state, id }) => {
    // Discounts still name a deleted coupon, so the fake only makes it invalid.
    state.events.changed(state.store.get('coupon', id), { valid: false }, 'coupon.deleted');
    return { id, object: 'coupon', deleted: true };
  }),
  post('/v1/promotion_codes', createCode),
  get('/v1/promotion_codes', ({ state, params }) =>
    page(
      params,
      '/v1/promotion_codes',
      state.store.all('promotion_code').filter(matching<PromotionCode>(params, ['active', 'code', 'customer'])),
    ),
  ),
  get('/v1/promotion_codes/{id}', ({ state, id }) => state.store.get('promotion_code', id)),
  post('/v1/promotion_codes/{id}', ({ state, params, id }) => {
    const code = state.store.get('promotion_code', id);
    return state.events.changed(
      code,
      { active: params.flag('active') ?? code.active, metadata: params.metadata(code.metadata ?? {}) },
      'promotion_code.updated',
    );
  }),
];

function createCoupon({ state, params }: Call): Coupon {
  const duration = params.choice('duration', DURATIONS) ?? 'once';
  const amountOff = params.integer('amount_off') ?? null;
  const percentOff = params.text('percent_off') === undefined ? null : Number(params.text('percent_off'));
  if ((amountOff === null) === (percentOff === null))
    throw invalidParameter('percent_off', 'You must pass either percent_off or amount_off.');
  if (percentOff !== null && !(percentOff > 0 && percentOff <= 100))
    throw invalidParameter('percent_off', 'percent_off must be above 0 and at most 100.');
  if (duration === 'repeating' && !params.has('duration_in_months')) throw missingParameter('duration_in_months');
  return state.events.created<Coupon>({
    id: params.text('id') ?? newId('', 8).slice(1),
    object: 'coupon',
    amount_off: amountOff,
    created: state.time.now(),
    currency: amountOff === null ? null : currencyOf(params),
    duration,
    duration_in_months: duration === 'repeating' ? (params.integer('duration_in_months') ?? null) : null,
    livemode: false,
    max_redemptions: params.integer('max_redemptions') ?? null,
    metadata: params.metadata(),
    name: params.text('name') ?? null,
    percent_off: percentOff,
    redeem_by: params.integer('redeem_by') ?? null,
    times_redeemed: 0,
    valid: true,
  });
}

function createCode({ state, params }: Call): PromotionCode {
  const promotion = params.group('promotion');
  const coupon = state.store.get('coupon', promotion.requiredText('coupon'), promotion.name('coupon'));
  return state.events.created<PromotionCode>({
    id: newId('promo'),
    object: 'promotion_code',
    active: params.flag('active') ?? true,
    code: params.text('code') ?? newId('', 8).slice(1).toUpperCase(),
    created: state.time.now(),
    customer: params.text('customer') ?? null,
    customer_account: null,
    expires_at: params.integer('expires_at') ?? null,
    livemode: false,
    max_redemptions: params.integer('max_redemptions') ?? null,
    metadata: params.metadata(),
    promotion: { coupon: coupon.id, type: 'coupon' },
    restrictions: { first_time_transaction: false, minimum_amount: null, minimum_amount_currency: null },
    times_redeemed: 0,
  });
}
