import { WALLET } from '../../../contracts/storage/tables';
import { absent, all, compare } from '../../table/condition';
import { isContention } from '../../table/retry';
import { failedCondition, IdempotencyMismatch } from '../../table/table-errors';
import { changeBalance, decodeBalance } from '../balance/balance';
import type { Hold, HoldRequest } from './hold';
import { decodeHold, encodeHold } from './hold';
import type { Counting } from './counting';
import { countHold, limitReached } from './key-counters';
import type { Ledger } from '../ledger/ledger';
import { reserveToken } from '../ledger/ledger';
import { retryOrUnavailable, RESERVE_RETRY } from '../retry';
import {
  InsufficientFunds,
  RequestIdReused,
  WalletNotFound,
  WalletSuspended,
  WalletUnavailable,
} from '../wallet-errors';

export interface Reservation {
  readonly accountId: string;
  /** Ours, and new for every request. */
  readonly requestId: string;
  /** The most that the request can cost, in pico-dollars; 0 for a model without charge. */
  readonly holdPico: bigint;
  /** Epoch milliseconds; from then on the sweeper may expire the hold. */
  readonly deadline: number;
  readonly request: HoldRequest;
  /** @default the key has no rule that counts */
  readonly counting?: Counting | undefined;
}

/**
 * The store remembers the token of a hold for ten minutes. An attempt after that, by a process that stood still or
 * by somebody who repeats a request, could hold money again for a request that has ended, and no end of that hold
 * would be left. So none begins this long after the admission, by the clock that dated it.
 */
export const RESERVE_AGE_MS_MAX = 5 * 60_000;

const BALANCE_PLACE = 0;
const HOLD_PLACE = 1;
const COUNTERS_PLACE = 2;

/** Throws WalletUnavailable when the request was admitted too long ago. */
export function refuseLate({ timing }: Ledger, { request }: Reservation): void {
  const ageMs = timing.clock() - Date.parse(request.at);
  if (ageMs > RESERVE_AGE_MS_MAX) throw new WalletUnavailable({ cause: 'the request was admitted too long ago' });
}

/** Another request is writing the same balance, or more than its partition takes. Nothing was written. */
export class BalanceContended extends Error {
  override readonly name = 'BalanceContended';
}

/** Throws BalanceContended where the very first attempt meets others, and only then: nothing is under way. */
export async function reserveUncontended(ledger: Ledger, reservation: Reservation): Promise<Hold> {
  let attempts = 0;
  return reserveWhile(ledger, reservation, (error) => {
    attempts += 1;
    return attempts === 1 && isContention(error) ? new BalanceContended() : error;
  });
}

/** However long others write the same balance, as far as patience goes. */
export function reserve(ledger: Ledger, reservation: Reservation): Promise<Hold> {
  return reserveWhile(ledger, reservation, (error) => error);
}

async function reserveWhile(
  ledger: Ledger,
  reservation: Reservation,
  failure: (error: unknown) => unknown,
): Promise<Hold> {
  const { accountId, requestId, holdPico, deadline, request, counting } = reservation;
  const hold: Hold = { accountId, requestId, heldPico: holdPico, deadline, request, ...(counting && { counting }) };
  const isCovered = all(compare('availablePico', '>=', holdPico), absent('suspendedAt'));
  const writes = [
    changeBalance({ accountId }, { availablePico: -holdPico, heldPico: holdPico }, isCovered),
    { table: WALLET, put: encodeHold(hold), when: absent() },
    ...(counting ? countHold(counting, holdPico) : []),
  ];
  return retryOrUnavailable(RESERVE_RETRY, ledger.timing, async () => {
    refuseLate(ledger, reservation);
    try {
      await ledger.store.transact(writes, reserveToken(requestId));
    } catch (error) {
      if (!isHeldAlready(error, hold)) throw failure(refusalOr(error, counting));
    }
    return hold;
  });
}

/** An earlier attempt was committed and its answer lost. Throws RequestIdReused when the hold there is another's. */
function isHeldAlready(error: unknown, hold: Hold): boolean {
  const existing = failedCondition(error, HOLD_PLACE)?.item;
  if (!existing) return false;
  const { accountId, heldPico } = decodeHold(existing);
  if (accountId !== hold.accountId || heldPico !== hold.heldPico) throw new RequestIdReused();
  return true;
}

function refusalOr(error: unknown, counting: Counting | undefined): unknown {
  if (error instanceof IdempotencyMismatch) return new RequestIdReused();
  const refusal = failedCondition(error, BALANCE_PLACE);
  if (refusal && !refusal.item) return new WalletNotFound();
  const balance = refusal?.item && decodeBalance(refusal.item);
  if (balance?.suspendedAt !== undefined) return new WalletSuspended();
  const limit = counting && limitReached(error, counting, COUNTERS_PLACE);
  return limit ?? (balance ? new InsufficientFunds(balance) : error);
}
