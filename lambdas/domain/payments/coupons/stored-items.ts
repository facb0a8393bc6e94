import { OF_NO_ACCOUNT } from '../../../contracts/storage/erasure-rule';
import { keyed, ofNobody, storedItem } from '../../../contracts/storage/stored-item';
import { COUPONS_PARTITION } from '../../../contracts/storage/table-keys/funds';
import { WALLET } from '../../../contracts/storage/tables';
import { codeSchema, couponSchema } from './coupon-item';

/** The items about coupons. */
export const COUPON_ITEMS = [
  storedItem({
    kind: 'coupon',
    about: 'a coupon: amount, reason code, times, counts',
    table: WALLET,
    ends: 'when an operator deletes it',
    erasure: OF_NO_ACCOUNT,
    schema: couponSchema,
    fields: {
      amountPico: ofNobody(),
      reason: ofNobody(),
      createdAt: ofNobody(),
      validUntil: ofNobody(),
      creditDays: ofNobody(),
      redemptionsMax: ofNobody(),
      redemptions: ofNobody(),
      codeHash: ofNobody(),
    },
    is: keyed(COUPONS_PARTITION, /^cpn_/),
    notFound: 'It belongs to no account.',
  }),
  storedItem({
    kind: 'coupon-code',
    about: 'which coupon has a code, by a keyed hash of the code',
    table: WALLET,
    ends: 'with the coupon',
    erasure: OF_NO_ACCOUNT,
    schema: codeSchema,
    fields: { couponId: ofNobody() },
    is: keyed(/^coupon-code#/, 'coupon'),
    notFound: 'It belongs to no account.',
  }),
];
