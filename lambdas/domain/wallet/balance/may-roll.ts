import { HOUR_MS, MINUTE_MS } from '../../clock';
import { absent, all, any, compare, type Condition } from '../../table/condition';
import type { Update } from '../../table/table-store';
import type { Balance } from './balance';

/** After the money of a running request did not last, the next requests hold their worst case for this long. */
const CUT_MS = MINUTE_MS;
/** After a request cost more than the account could pay, the next requests hold their worst case for this long. */
const LOSS_MS = 24 * HOUR_MS;

/**
 * The condition that a new hold of the account may be less than the most that its request can cost. A request whose
 * money did not last is often repeated, and would be paid for and cut again.
 */
export const mayRoll = (now: number): Condition =>
  all(absent('holds'), isOver('cutUntil', now), isOver('lossUntil', now));

/** The condition of the counter of a budget that ran short. */
export const mayRollAgain = (now: number): Condition => isOver('cutUntil', now);

/** The attributes of a balance that say whether its holds may roll. */
export type RollingMarks = Partial<Pick<Balance, 'holds' | 'cutUntil' | 'lossUntil' | 'rulesVersion'>>;

/** Whether `mayRoll` holds for a balance that was read. */
export const canRoll = ({ holds, cutUntil = 0n, lossUntil = 0n }: RollingMarks, now: number): boolean =>
  holds === undefined && cutUntil <= BigInt(now) && lossUntil <= BigInt(now);

/** When the account's holds may roll again, in epoch milliseconds; undefined if that takes longer than a minute. */
export const mayRollFrom = (balance: Balance, now: number): number | undefined =>
  canRoll({ ...balance, cutUntil: 0n }, now) ? Number(balance.cutUntil) : undefined;

/** Records in the write of a balance or of a budget's counter that it ran short while a request ran. */
export const beginShortage = (write: Update, now: number): Update => withSet(write, 'cutUntil', now + CUT_MS);

/** The facts about an account that one of its requests has shown at its end. */
export interface Shortfall {
  /** The money of the request did not last, so it was ended. */
  readonly isShort: boolean;
  /** The request cost more than the account could pay. */
  readonly isLoss: boolean;
}

/** Records in the write of a balance that the account fell short, so that its next holds do not roll. */
export function recordShortfall(write: Update, { isShort, isLoss }: Shortfall, now: number): Update {
  const noted = isShort ? beginShortage(write, now) : write;
  return isLoss ? withSet(noted, 'lossUntil', now + LOSS_MS) : noted;
}

/** Ends in the write of a credit what `beginShortage` began, because there is money again. */
export const endShortage = (write: Update): Update => ({
  ...write,
  change: { ...write.change, remove: [...(write.change.remove ?? []), 'cutUntil'] },
});

const isOver = (attribute: string, now: number): Condition =>
  any(absent(attribute), compare(attribute, '<=', BigInt(now)));

const withSet = (write: Update, attribute: string, until: number): Update => ({
  ...write,
  change: { ...write.change, set: { ...write.change.set, [attribute]: BigInt(until) } },
});
