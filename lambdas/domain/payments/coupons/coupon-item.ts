import { z } from 'zod';
import type { Item } from '../../table/value';

const whole = z.coerce.number().int().nonnegative();

export const couponSchema = z.object({
  sk: z.string(),
  amountPico: z.bigint().positive(),
  /** A code such as `launch`, which the grants' entries get. */
  reason: z.string(),
  createdAt: z.iso.datetime(),
  /** The code can be redeemed before this time. */
  validUntil: z.iso.datetime(),
  /** The credit expires this many days after it was granted. Absent if it does not expire. */
  creditDays: whole.optional(),
  redemptionsMax: whole,
  redemptions: whole,
  codeHash: z.string(),
});

export const codeSchema = z.object({ couponId: z.string() });

/** The ID of the coupon that has a code. */
export const couponOfCode = (item: Item): string => codeSchema.parse(item).couponId;

/** A code that accounts can redeem for promotional credit. The code itself is not stored. */
export interface Coupon extends Readonly<Omit<z.infer<typeof couponSchema>, 'sk'>> {
  readonly couponId: string;
}

export function decodeCoupon(item: Item): Coupon {
  const { sk, ...coupon } = couponSchema.parse(item);
  return { couponId: sk, ...coupon };
}
