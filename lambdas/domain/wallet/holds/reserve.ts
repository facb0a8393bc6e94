import { WALLET } from '../../../contracts/storage/tables';
import { type GuardedWrite, tryCommit } from '../../table/commit';
import { absent, all, compare } from '../../table/condition';
import { isContention } from '../../table/retry';
import { IdempotencyMismatch } from '../../table/table-errors';
import type { Item } from '../../table/value';
import { changeBalance, decodeBalance } from '../balance/balance';
import type { Hold, HoldRequest } from './hold';
import { decodeHold, encodeHold } from './hold';
import type { Counting } from './counting';
import { countHold } from './key-counters';
import type { Ledger } from '../ledger/ledger';
import { reserveToken } from '../ledger/ledger';
import { retryOrUnavailable, RESERVE_RETRY } from '../retry';
import {
  InsufficientFunds,
  type KeyLimitReached,
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
  const writes = reserveWrites(hold);
  return retryOrUnavailable(RESERVE_RETRY, ledger.timing, async () => {
    refuseLate(ledger, reservation);
    try {
      const refusals = await tryCommit(ledger.store, writes, reserveToken(requestId));
      const refusal = refusals.find((other) => !(other instanceof InsufficientFunds)) ?? refusals[0];
      if (refusal !== undefined && refusal !== 'held_already') throw refusal;
    } catch (error) {
      throw error instanceof IdempotencyMismatch ? new RequestIdReused() : failure(error);
    }
    return hold;
  });
}

type ReserveRefusal =
  'held_already' | RequestIdReused | WalletNotFound | WalletSuspended | KeyLimitReached | InsufficientFunds;

/** In the order in which the refusals are told, but for InsufficientFunds: a limit of the key is told before it. */
function reserveWrites(hold: Hold): readonly GuardedWrite<ReserveRefusal>[] {
  const { accountId, heldPico, counting } = hold;
  const isCovered = all(compare('availablePico', '>=', heldPico), absent('suspendedAt'));
  return [
    {
      write: { table: WALLET, put: encodeHold(hold), when: absent() },
      otherwise: (existing) => existing && existingHold(decodeHold(existing), hold),
    },
    {
      write: changeBalance({ accountId }, { availablePico: -heldPico, heldPico }, isCovered),
      otherwise: balanceRefusal,
    },
    ...(counting ? countHold(counting, heldPico) : []),
  ];
}

/** An earlier attempt was committed and its answer lost, unless the hold there has other terms. */
const existingHold = ({ accountId, heldPico }: Hold, hold: Hold): 'held_already' | RequestIdReused =>
  accountId === hold.accountId && heldPico === hold.heldPico ? 'held_already' : new RequestIdReused();

function balanceRefusal(item: Item | undefined): WalletNotFound | WalletSuspended | InsufficientFunds {
  if (!item) return new WalletNotFound();
  const balance = decodeBalance(item);
  return balance.suspendedAt === undefined ? new InsufficientFunds(balance) : new WalletSuspended();
}
