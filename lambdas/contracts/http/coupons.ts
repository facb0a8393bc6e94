import { z } from 'zod';
import { couponIdSchema } from '../storage/ids';
import { exactUsdSchema, movedUsdSchema, reasonSchema } from './payments';

const REDEMPTIONS_MAX = 1_000_000;
const CREDIT_DAYS_MAX = 3_650;
const CODE_CHARACTERS_MAX = 60;

export const newCouponSchema = z
  .strictObject({
    amount: movedUsdSchema,
    reason: reasonSchema,
    /** The code can be redeemed before this time. */
    validUntil: z.iso.datetime(),
    /** The granted credit expires this many days after the redemption. */
    creditDays: z.int().min(1).max(CREDIT_DAYS_MAX).optional(),
    redemptionsMax: z.int().min(1).max(REDEMPTIONS_MAX),
  })
  .meta({ id: 'NewCoupon' });

/** A coupon, without its code. */
export const couponSchema = z
  .object({
    couponId: couponIdSchema,
    amount: exactUsdSchema,
    reason: z.string(),
    createdAt: z.iso.datetime(),
    validUntil: z.iso.datetime(),
    creditDays: z.int().optional(),
    redemptionsMax: z.int(),
    redemptions: z.int(),
  })
  .meta({ id: 'Coupon' });

/** A coupon that was created, with its code, which is shown only here. */
export const createdCouponSchema = couponSchema.extend({ code: z.string() }).meta({ id: 'CreatedCoupon' });

export const newRedemptionSchema = z
  .strictObject({ code: z.string().min(1).max(CODE_CHARACTERS_MAX) })
  .meta({ id: 'NewRedemption' });

/** The promotional credit that a coupon was redeemed for. */
export const redemptionSchema = z
  .object({ grantId: z.string(), amount: exactUsdSchema, expiresAt: z.iso.datetime().optional() })
  .meta({ id: 'Redemption' });
