import { WALLET } from '../../../contracts/storage/tables';
import { MINUTE_MS } from '../../clock';
import { type GuardedWrite, tryCommit } from '../../table/commit';
import { absent, all, compare } from '../../table/condition';
import { isContention } from '../../table/retry';
import { IdempotencyMismatch } from '../../table/table-errors';
import type { Item } from '../../table/value';
import { changeBalance, decodeBalance } from '../balance/balance';
import type { WalletDependencies } from '../dependencies';
import { RESERVE_RETRY, retryOrUnavailable } from '../retry';
import {
  InsufficientFunds,
  type KeyLimitReached,
  RequestIdReused,
  WalletNotFound,
  WalletSuspended,
  WalletUnavailable,
} from '../wallet-errors';
import type { Counting } from './counting';
import type { Hold, HoldRequest } from './hold';
import { decodeHold, encodeHold } from './hold';
import { countHold } from './key-counters';

/** What is to be held, for which request. */
export interface HoldTerms {
  readonly accountId: string;
  /** Made by the gateway, and new for every request. */
  readonly requestId: string;
  /** The most that the request can cost, in pico-dollars; 0 for a model without charge. */
  readonly holdPico: bigint;
  /** Epoch milliseconds; from then on the sweeper may expire the hold. */
  readonly deadline: number;
  readonly request: HoldRequest;
  /** @default the key has no limits that are counted */
  readonly counting?: Counting | undefined;
}

/**
 * The store remembers a hold's idempotency token for ten minutes. A later attempt, by a process that was frozen or by a
 * caller that repeats itself, could hold money again for a request that has ended, and nothing would end that hold. So
 * no attempt begins this long after the request's admission, by the clock that dated it.
 */
export const RESERVE_AGE_MS_MAX = 5 * MINUTE_MS;

/** The idempotency token of every attempt to hold for a request, in whichever call: a request is held once. */
const reserveToken = (requestId: string): string => `r-${requestId}`;

/** @throws WalletUnavailable when the request was admitted too long ago */
export function refuseLate({ timing }: WalletDependencies, { request }: HoldTerms): void {
  const ageMs = timing.clock() - Date.parse(request.at);
  if (ageMs > RESERVE_AGE_MS_MAX) throw new WalletUnavailable({ cause: 'the request was admitted too long ago' });
}

/** Other requests are writing the same balance, or its partition is throttled. Nothing was written. */
export class BalanceContended extends Error {
  override readonly name = 'BalanceContended';
}

/**
 * Holds money of the main balance, for as many attempts as RESERVE_RETRY allows.
 * @throws RequestIdReused, WalletNotFound, WalletSuspended, KeyLimitReached, InsufficientFunds
 */
export function reserveHold(dependencies: WalletDependencies, terms: HoldTerms): Promise<Hold> {
  return reserveOrFail(dependencies, terms, (error) => error);
}

/**
 * Does as `reserveHold`, but gives up when its very first attempt meets contention: no attempt is in flight then.
 * @throws BalanceContended, and as reserveHold does
 */
export async function reserveHoldUncontended(dependencies: WalletDependencies, terms: HoldTerms): Promise<Hold> {
  let failures = 0;
  return reserveOrFail(dependencies, terms, (error) => {
    failures += 1;
    return failures === 1 && isContention(error) ? new BalanceContended() : error;
  });
}

/** @param failure maps what an attempt threw to what the retry sees */
async function reserveOrFail(
  dependencies: WalletDependencies,
  terms: HoldTerms,
  failure: (error: unknown) => unknown,
): Promise<Hold> {
  const { accountId, requestId, holdPico, deadline, request, counting } = terms;
  const hold: Hold = { accountId, requestId, heldPico: holdPico, deadline, request, ...(counting && { counting }) };
  const writes = holdWrites(hold);
  return retryOrUnavailable(RESERVE_RETRY, dependencies.timing, async () => {
    refuseLate(dependencies, terms);
    try {
      const refusals = await tryCommit(dependencies.store, writes, reserveToken(requestId));
      const refusal = refusals.find((other) => !(other instanceof InsufficientFunds)) ?? refusals[0];
      if (refusal !== undefined && refusal !== 'held_before') throw refusal;
    } catch (error) {
      throw error instanceof IdempotencyMismatch ? new RequestIdReused() : failure(error);
    }
    return hold;
  });
}

type HoldRefusal =
  'held_before' | RequestIdReused | WalletNotFound | WalletSuspended | KeyLimitReached | InsufficientFunds;

/** In the order in which the caller hears the refusals, except that InsufficientFunds comes last. */
function holdWrites(hold: Hold): readonly GuardedWrite<HoldRefusal>[] {
  const { accountId, heldPico, counting } = hold;
  const isCovered = all(compare('availablePico', '>=', heldPico), absent('suspendedAt'));
  return [
    {
      write: { table: WALLET, put: encodeHold(hold), when: absent() },
      otherwise: (existing) =>
        existing && (isSameHold(decodeHold(existing), hold) ? 'held_before' : new RequestIdReused()),
    },
    {
      write: changeBalance({ accountId }, { availablePico: -heldPico, heldPico }, isCovered),
      otherwise: balanceRefusal,
    },
    ...(counting ? countHold(counting, heldPico) : []),
  ];
}

/** Whether an earlier attempt committed this hold, and its reply was lost. */
const isSameHold = (existing: Hold, hold: Hold): boolean =>
  existing.accountId === hold.accountId && existing.heldPico === hold.heldPico;

function balanceRefusal(item: Item | undefined): WalletNotFound | WalletSuspended | InsufficientFunds {
  if (!item) return new WalletNotFound();
  const balance = decodeBalance(item);
  return balance.suspendedAt === undefined ? new InsufficientFunds(balance) : new WalletSuspended();
}
