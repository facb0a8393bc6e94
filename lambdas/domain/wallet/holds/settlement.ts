import { lesser } from '../../money/pico';
import type { Entry } from '../ledger/entry';
import { movedInto } from '../ledger/entry';
import type { Hold } from './hold';
import type { RequestOutcome } from './hold-end';
import { HoldAlreadyReleased, HoldAlreadySettled } from '../wallet-errors';

/** How a caller wants a hold to end. */
export interface Ending {
  readonly hold: Hold;
  readonly kind: 'charge' | 'release';
  /** What the usage cost, in pico-dollars, be it above the hold; 0 for a release. */
  readonly costPico: bigint;
  readonly record: RequestOutcome;
}

/** What the end of a hold came to. */
export interface Settlement {
  /**
   * - `charged`, `released`: this call ended the hold.
   * - `adjusted`: the hold had expired; what `available` still covered was charged.
   * - `already_settled`: an earlier call ended it in the same way; the amounts are the recorded ones.
   */
  readonly outcome: 'charged' | 'released' | 'adjusted' | 'already_settled';
  /** What the customer was charged, in pico-dollars. */
  readonly costPico: bigint;
  /** What the usage cost above that: the operator's loss, in pico-dollars. */
  readonly overrunPico: bigint;
}

/** What of a cost the hold covers, and what is left for the operator; both in pico-dollars. */
export function chargeOf({ hold, costPico: wantedPico }: Ending): Pick<Settlement, 'costPico' | 'overrunPico'> {
  if (wantedPico < 0n) throw new RangeError('a cost is not negative');
  const costPico = lesser(wantedPico, hold.heldPico);
  return { costPico, overrunPico: wantedPico - costPico };
}

/** The settlement that an entry recorded. Throws HoldAlreadySettled or HoldAlreadyReleased if another end is wanted now. */
export function recordedSettlement(ending: Ending, entry: Entry): Settlement {
  const recorded = { costPico: movedInto('spent', entry), overrunPico: movedInto('overrun', entry) };
  if (entry.kind === 'release' && ending.kind === 'charge') throw new HoldAlreadyReleased();
  const isSameKind = entry.kind === 'adjustment' || entry.kind === ending.kind;
  const isSameCost = recorded.costPico + recorded.overrunPico === ending.costPico;
  if (!isSameKind || !isSameCost) throw new HoldAlreadySettled(recorded);
  return { outcome: 'already_settled', ...recorded };
}
