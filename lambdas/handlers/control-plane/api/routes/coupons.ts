import {
  couponSchema,
  createdCouponSchema,
  newCouponSchema,
  newRedemptionSchema,
  redemptionSchema,
} from '../../../../contracts/http/coupons';
import { isoTime } from '../../../../contracts/storage/table-keys/key-parts';
import { formatUsd, parseUsd } from '../../../../domain/money/pico';
import type { Coupon } from '../../../../domain/payments/coupons/coupon-item';
import { InvalidInput } from '../../control-plane-errors';
import { definePage } from '../define-page';
import { defineRoute } from '../define-route';
import { inAccount, ofCoupon } from './path-parameters';

const viewOf = ({ amountPico, ...coupon }: Coupon) => ({ ...coupon, amount: formatUsd(amountPico) });

/** Codes for promotional credit, and their redemption. */
export const COUPON_ROUTES = [
  defineRoute({
    id: 'createCoupon',
    method: 'post',
    path: '/v1/coupons',
    permission: 'coupon.create',
    status: 201,
    summary: 'Create a code for promotional credit, which is shown this once only',
    body: newCouponSchema,
    answer: createdCouponSchema,
    handle: async ({ coupons, clock }, { body, actor }) => {
      const { amount, validUntil: until, ...wanted } = body;
      const validUntil = Date.parse(until);
      if (validUntil <= clock()) throw new InvalidInput([{ pointer: 'validUntil', detail: 'must be in the future' }]);
      const { coupon, code } = await coupons.create(actor, { ...wanted, validUntil, amountPico: parseUsd(amount) });
      return { ...viewOf(coupon), code };
    },
  }),
  definePage({
    id: 'listCoupons',
    path: '/v1/coupons',
    permission: 'coupon.read',
    summary: 'The coupons and how often each was redeemed, without their codes',
    item: couponSchema,
    read: async ({ coupons }, _call, page) => {
      const { items, next } = await coupons.page(page);
      return { items: items.map(viewOf), ...(next && { next }) };
    },
  }),
  defineRoute({
    id: 'deleteCoupon',
    method: 'delete',
    path: '/v1/coupons/{couponId}',
    permission: 'coupon.delete',
    summary: 'Delete a coupon; credit that was granted for it stays',
    params: ofCoupon,
    handle: ({ coupons }, { params, actor }) => coupons.delete(actor, params.couponId),
  }),
  defineRoute({
    id: 'redeemCoupon',
    method: 'post',
    path: '/v1/accounts/{accountId}/coupon-redemptions',
    permission: 'payment.create',
    status: 201,
    summary: 'Redeem a coupon for promotional credit, once for each account',
    params: inAccount,
    body: newRedemptionSchema,
    answer: redemptionSchema,
    handle: async ({ coupons }, { params, body, actor, personId }) => {
      const redemption = { ...params, ...body, actor, personId };
      const { grantId, amountPico, expiresAt } = await coupons.redeem(redemption);
      return {
        grantId,
        amount: formatUsd(amountPico),
        ...(expiresAt !== undefined && { expiresAt: isoTime(expiresAt) }),
      };
    },
  }),
];
