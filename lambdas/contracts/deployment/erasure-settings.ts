import { z } from 'zod';

/** The data is erased at most 30 days after the request, so the grace period leaves time for the work and for a mishap. */
const GRACE_DAYS_MAX = 21;

/**
 * The rule for an account's money when the account is erased.
 * - `refund`: purchased credit is paid back to the payment methods that bought it.
 * - `forfeit`: credit ends with the account.
 * - `block`: the erasure stops until an operator has decided, unless no purchased credit is left.
 */
export const BALANCE_POLICIES = ['refund', 'forfeit', 'block'] as const;
export type BalancePolicy = (typeof BALANCE_POLICIES)[number];

/** The settings of erasures that functions and commands read. */
export const erasureSettingsSchema = z.strictObject({
  /** How long an erasure can be cancelled. */
  graceDays: z
    .int('must be a whole number')
    .min(0, 'must be at least 0')
    .max(GRACE_DAYS_MAX, `must be at most ${GRACE_DAYS_MAX}`)
    .default(7),
  balance: z.enum(BALANCE_POLICIES).default('refund'),
});

export type ErasureSettings = Readonly<z.infer<typeof erasureSettingsSchema>>;

export const ERASURE_SETTINGS_DEFAULT: ErasureSettings = erasureSettingsSchema.parse({});
