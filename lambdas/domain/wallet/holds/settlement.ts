import type { UsageRecord } from '../../../contracts/storage/usage-record';
import { lesser } from '../../money/pico';
import type { Entry } from '../ledger/entry';
import { movedInto } from '../ledger/entry';
import type { Shortfall } from '../balance/may-roll';
import { HoldAlreadyReleased, HoldAlreadySettled } from '../wallet-errors';
import type { Hold } from './hold';

/** A request's usage record without the fields that the wallet adds when the hold ends: the amounts and the lease. */
export type UsageRecordDraft = Omit<UsageRecord, 'costPico' | 'overrunPico' | 'leaseTurn'>;

/** The source of a hold's money that had too little while the request ran: the account, or its key's budget. */
export type ShortSource = 'account' | 'budget';

/** The part of every end of a hold. */
interface EndedHold {
  readonly hold: Hold;
  readonly record: UsageRecordDraft;
  /** Present if the request was ended because its hold could not be extended. */
  readonly shortOf?: ShortSource | undefined;
}

/** An end of a hold for which the account pays nothing. */
interface UnchargedEnd<Kind> extends EndedHold {
  readonly kind: Kind;
  readonly costPico: 0n;
}

/** The request is charged for what it used. */
interface ChargedEnd extends EndedHold {
  readonly kind: 'charge';
  /** The cost of the usage, in pico-dollars. It may exceed the hold. */
  readonly costPico: bigint;
}

/**
 * How a request is settled: it is charged, or it is released because its provider failed. A settlement has everything
 * that a later attempt needs, but none of the request's content.
 */
export type Settlement = ChargedEnd | UnchargedEnd<'release'>;

/** How a hold ends: its request is settled, or it expires because nothing ended it before the deadline. */
export type HoldEnd = Settlement | UnchargedEnd<'expire'>;

/** A charge, in pico-dollars. */
export interface Charge {
  /** The part that the account pays. */
  readonly costPico: bigint;
  /** The part that the account is not charged for: the operator's loss. */
  readonly overrunPico: bigint;
}

/** The result of a settlement, as the ledger has recorded it. */
export interface Settled extends Charge {
  /**
   * - `charged`, `released`: this call ended the hold.
   * - `adjusted`: the hold had expired, so only what `available` still covered was charged.
   * - `already_settled`: an earlier call ended the hold in the same way.
   */
  readonly outcome: 'charged' | 'released' | 'adjusted' | 'already_settled';
}

/**
 * Splits a cost into the part that the account pays and the rest. The account pays what its hold covers. If the hold
 * rolls, it also pays reported usage above that, up to the ceiling, while an estimate never exceeds the hold.
 * @param excessMax the most that the account can pay above the hold. @default no limit
 * @throws RangeError on a negative cost
 */
export function chargeOf({ hold, costPico: wantedPico, record }: HoldEnd, excessMax?: bigint): Charge {
  if (wantedPico < 0n) throw new RangeError('a cost cannot be negative');
  const { heldPico, rolling } = hold;
  const ceilingPico = rolling?.ceilingPico ?? heldPico;
  const mostPico = record.estimated ? lesser(ceilingPico, heldPico) : ceilingPico;
  const affordedPico = excessMax === undefined ? mostPico : lesser(mostPico, heldPico + excessMax);
  const costPico = lesser(wantedPico, affordedPico);
  return { costPico, overrunPico: wantedPico - costPico };
}

/**
 * Whether the account could not pay for a part of a request that its worst case would have covered. Usage above the
 * ceiling is no fault of the account.
 */
const isLoss = ({ rolling }: Hold, { costPico, overrunPico }: Charge): boolean =>
  rolling !== undefined && overrunPico > 0n && costPico < rolling.ceilingPico;

/** The facts about its account that the end of a request shows. */
export const shortfallOf = ({ hold, shortOf }: HoldEnd, charge: Charge): Shortfall => ({
  isShort: shortOf === 'account',
  isLoss: isLoss(hold, charge),
});

/** The result of the call that ended a hold. */
export const settledNow = ({ kind }: Settlement, charge: Charge): Settled => ({
  outcome: kind === 'charge' ? 'charged' : 'released',
  ...charge,
});

/**
 * The result of a call that found the hold ended by an earlier one.
 * @param entry how the hold ended
 * @throws HoldAlreadySettled, HoldAlreadyReleased if it ended in another way
 */
export function settledBefore(settlement: Settlement, entry: Entry): Settled {
  const recorded = { costPico: movedInto('spent', entry), overrunPico: movedInto('overrun', entry) };
  if (entry.kind === 'release' && settlement.kind === 'charge') throw new HoldAlreadyReleased();
  const isSameKind = entry.kind === 'adjustment' || entry.kind === settlement.kind;
  if (!isSameKind) throw new HoldAlreadySettled(recorded);
  return alreadySettled(settlement, recorded);
}

/**
 * The result of a call that found this charge recorded.
 * @throws HoldAlreadySettled if it is another charge
 */
export function alreadySettled({ costPico: wantedPico }: Settlement, { costPico, overrunPico }: Charge): Settled {
  if (costPico + overrunPico !== wantedPico) throw new HoldAlreadySettled({ costPico, overrunPico });
  return { outcome: 'already_settled', costPico, overrunPico };
}
