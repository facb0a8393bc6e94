import { z } from 'zod';
import type { Item } from '../table/value';

/** The store returns every number as a bigint. */
const whole = z.coerce.number().int().nonnegative();

const autoTopUpSchema = z.object({
  isOn: z.boolean(),
  /** A charge begins when available and held credit together are less than this. */
  thresholdPico: z.bigint().nonnegative(),
  /** The credit that a charge buys. At least the threshold, so that one charge is enough. */
  amountCents: z.bigint().positive(),
  /** The most that is bought in a calendar month (UTC). */
  monthMaxCents: z.bigint().positive(),
  isCharging: z.boolean(),
  /** What the last charge buys, which began at `chargedAt` (epoch milliseconds). */
  chargeCents: z.bigint().nonnegative(),
  chargedAt: whole,
  /** Counts the charges since the settings were made. */
  attempt: whole,
  /** Differs between settings that were made, deleted and made again, so that no charge repeats an older one's key. */
  generation: z.string(),
  /** The charges that were declined in a row. */
  declines: whole,
  /** Epoch milliseconds: no charge begins before. */
  waitsUntil: whole,
  /** The month that `monthCents` counts, such as `2026-11`. */
  month: z.string(),
  monthCents: z.bigint().nonnegative(),
  revision: z.bigint().nonnegative(),
});

/** The settings and the state of an account's automatic top-up. */
export type AutoTopUp = Readonly<z.infer<typeof autoTopUpSchema>>;

export const decodeAutoTopUp = (item: Item): AutoTopUp => autoTopUpSchema.parse(item);
