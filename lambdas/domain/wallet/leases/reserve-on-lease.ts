import { shardAt } from '../../../contracts/storage/table-keys/key-parts';
import { leaseKey } from '../../../contracts/storage/table-keys/wallet';
import { WALLET } from '../../../contracts/storage/tables';
import { larger } from '../../money/pico';
import { type GuardedWrite, commit } from '../../table/commit';
import { absent, all, any, compare, exists } from '../../table/condition';
import { isContention, RetryNeeded } from '../../table/retry';
import { ConditionFailed } from '../../table/table-errors';
import { newTransactionToken } from '../../table/transaction-token';
import { changeBalance } from '../balance/balance';
import { refillDrawer } from '../balance/drawers';
import type { WalletDependencies } from '../dependencies';
import type { HoldTerms } from '../holds/reserve-hold';
import { readBudget } from '../holds/budget-counters';
import { emptyPartsOf, PartShort, refillPart, takeFromPart } from '../holds/budget-parts';
import { accountBudgetOf } from '../holds/counting';
import { absentIn } from '../holds/hold';
import { refuseLate } from '../holds/reserve-hold';
import { RESERVE_RETRY, retryOrUnavailable } from '../retry';
import { KeyLimitReached } from '../wallet-errors';
import type { Lease } from './lease';
import { encodeLease, encodeTurn, heldOnLease, LEASE_HOLDS, LEASE_MS, NOTHING_SETTLED, restOf } from './lease';
import type { IdleLease } from './lease-book';

/**
 * Gives an idle lease to one more request, in a single write.
 * @returns undefined when the sweeper has ended the lease
 */
export function passOnLease(
  dependencies: WalletDependencies,
  idle: IdleLease,
  terms: HoldTerms,
): Promise<Lease | undefined> {
  const { lease: before, settled } = idle;
  const restPico = restOf({ ...before, settled });
  const lease: Lease = { ...before, settled, last: leasedRequest(terms, before.last.turn + 1n, restPico) };
  const isIdle = compare('turn', '=', before.last.turn);
  // An earlier attempt may have been committed and its reply lost. After the lease has grown for the request, no attempt is
  // wanted any more, and one that arrives late would undo that.
  const isDone = all(
    compare('turn', '=', lease.last.turn),
    compare('requestId', '=', terms.requestId),
    compare('requestHeldPico', '=', lease.last.heldPico),
  );
  const write = {
    table: WALLET,
    update: leaseKey(lease.leaseId, lease.dueAt),
    change: { set: encodeTurn(lease), remove: absentIn(terms.request) },
    when: all(exists(), any(isIdle, isDone)),
  };
  return retryOrUnavailable(RESERVE_RETRY, dependencies.timing, async () => {
    refuseLate(dependencies, terms);
    try {
      await dependencies.store.write(write);
      return lease;
    } catch (error) {
      if (error instanceof ConditionFailed) return undefined;
      throw error;
    }
  });
}

/**
 * Takes a lease for several requests from one of the account's drawers, and fills a drawer that has too little. The lease
 * is sized by what the account's requests were charged, if that is more than the first hold and the account affords it.
 * @param leastPico the first hold of the request. `terms` may have its worst case, because its account may not roll holds
 * @returns undefined when the account has too little money for a lease: each request then takes a hold of its own
 * @throws KeyLimitReached when the account's budget does not cover the first hold
 */
export async function takeLease(
  dependencies: WalletDependencies,
  terms: HoldTerms,
  leastPico: bigint,
): Promise<Lease | undefined> {
  let size = {
    eachPico: larger(terms.holdPico, dependencies.leaseBook.meanCharge(terms.accountId)),
    times: LEASE_HOLDS,
  };
  let attempt = leaseAttempt(dependencies, terms, size);
  let hasEmptiedParts = false;
  return retryOrUnavailable(RESERVE_RETRY, dependencies.timing, async () => {
    refuseLate(dependencies, terms);
    const { lease, writes, token } = attempt;
    let refusals: readonly LeaseRefusal[] = [];
    try {
      refusals = await commit(dependencies.store, writes, token);
      if (refusals.length === 0) return lease;
    } catch (error) {
      // Other requests are writing this drawer. Nothing was written, so the next attempt may use another one.
      if (isContention(error)) attempt = leaseAttempt(dependencies, terms, size);
      throw error;
    }
    const short = await refill(dependencies, lease, refusals);
    if (short !== undefined) {
      if (size.eachPico > terms.holdPico) size = { ...size, eachPico: terms.holdPico };
      // A budget that is nearly used up is still counted in parts, so that its last requests do not exclude each other.
      else if (short === 'budget' && size.times > 1n) size = { ...size, times: 1n };
      else if (short === 'budget' && !hasEmptiedParts) {
        hasEmptiedParts = true;
        await gatherBudget(dependencies, terms, leastPico);
      } else return undefined;
      attempt = leaseAttempt(dependencies, terms, size);
    }
    throw new RetryNeeded();
  });
}

/** The drawer, or the part of the account's budget beside it, has too little. */
type LeaseRefusal = 'drawer_short' | PartShort;

/** Fills what was short. @returns the source that has too little for that, if any */
async function refill(
  dependencies: WalletDependencies,
  lease: Lease,
  refusals: readonly LeaseRefusal[],
): Promise<'money' | 'budget' | undefined> {
  const { budget, drawer, heldPico } = lease;
  const isShort = budget !== undefined && refusals.some((refusal) => refusal instanceof PartShort);
  if (isShort && !(await refillPart(dependencies, budget, drawer, heldPico))) return 'budget';
  const isFilled = !refusals.includes('drawer_short') || (await refillDrawer(dependencies, lease, heldPico));
  return isFilled ? undefined : 'money';
}

/**
 * Empties the parts of a budget that is nearly used up, so that what they have left serves this request.
 * @throws KeyLimitReached when all of it is less than the first hold: a refusal by reads alone, while other requests count in it
 */
async function gatherBudget(
  dependencies: WalletDependencies,
  { counting }: HoldTerms,
  leastPico: bigint,
): Promise<void> {
  const left = counting && (await readBudget(dependencies.store, counting));
  if (left && left.leftPico < leastPico) throw new KeyLimitReached({ kind: 'budget', ...left });
  if (left?.hasParts) await emptyPartsOf(dependencies, left);
}

interface LeaseAttempt {
  readonly lease: Lease;
  /** Identical for every attempt, because every attempt has the same token. */
  readonly writes: readonly GuardedWrite<LeaseRefusal>[];
  readonly token: string;
}

/**
 * @param size.eachPico what one request of the lease is expected to need
 * @param size.times for how many requests the lease has money
 */
function leaseAttempt(
  { timing, newUlid }: WalletDependencies,
  terms: HoldTerms,
  { eachPico, times }: { readonly eachPico: bigint; readonly times: bigint },
): LeaseAttempt {
  const { accountId } = terms;
  const now = timing.clock();
  const drawer = shardAt(timing.random());
  const heldPico = times * eachPico;
  const budget = accountBudgetOf(terms.counting);
  const leaseId = `lease_${newUlid(now)}`;
  const lease: Lease = {
    leaseId,
    accountId,
    drawer,
    heldPico,
    ...(budget && { budget }),
    dueAt: now + LEASE_MS,
    settled: NOTHING_SETTLED,
    last: leasedRequest(terms, 1n, heldPico),
  };
  const isCovered = compare('availablePico', '>=', heldPico);
  const writes: readonly GuardedWrite<LeaseRefusal>[] = [
    {
      write: changeBalance({ accountId, drawer }, { availablePico: -heldPico, heldPico }, isCovered),
      otherwise: () => 'drawer_short' as const,
    },
    { write: { table: WALLET, put: encodeLease(lease), when: absent() } },
    ...(budget ? [takeFromPart(budget, drawer, heldPico)] : []),
  ];
  return { lease, writes, token: newTransactionToken() };
}

function leasedRequest(terms: HoldTerms, turn: bigint, restPico: bigint): Lease['last'] {
  const { requestId, deadline, request } = terms;
  return { turn, requestId, heldPico: heldOnLease(terms, restPico), deadline, request };
}
