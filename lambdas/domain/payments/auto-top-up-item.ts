import { z } from 'zod';
import { autoTopUpListingKey, chargingTopUpKey } from '../../contracts/storage/table-keys/funds';
import { ACCOUNTS } from '../../contracts/storage/tables';
import type { GuardedWrite } from '../table/commit';
import type { Item, Key } from '../table/value';

/** The store returns every number as a bigint. */
const whole = z.coerce.number().int().nonnegative();

export const autoTopUpSchema = z.object({
  isOn: z.boolean(),
  /** A charge begins when available and held credit together are less than this. */
  thresholdPico: z.bigint().nonnegative(),
  /** The credit that a charge buys. At least the threshold, so that one charge is enough. */
  amountCents: z.bigint().positive(),
  /** The most that is bought in a calendar month (UTC). */
  monthMaxCents: z.bigint().positive(),
  /** The money that had gone back to the payer when the last charge began, or the settings were made. */
  returnedPico: z.bigint().nonnegative().optional(),
  isCharging: z.boolean(),
  /** The credit that the last charge buys, which began at `chargedAt` (epoch milliseconds). */
  chargeCents: z.bigint().nonnegative(),
  chargedAt: whole,
  /** The payment of the running charge, if the bank decides about it later. */
  pendingPaymentId: z.string().optional(),
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

/** The writes that list an account while it wants to be charged, and while it is, so that the scheduled job finds it. */
export function listed(
  accountId: string,
  { isOn, isCharging }: Pick<AutoTopUp, 'isOn' | 'isCharging'>,
): readonly GuardedWrite<never>[] {
  const write = (key: Key, isListed: boolean): GuardedWrite<never> => ({
    write: isListed ? { table: ACCOUNTS, put: { ...key } } : { table: ACCOUNTS, delete: key },
  });
  return [write(autoTopUpListingKey(accountId), isOn), write(chargingTopUpKey(accountId), isCharging)];
}
