import { leaseKey, shardAt } from '../../../contracts/storage/table-keys';
import { WALLET } from '../../../contracts/storage/tables';
import { type GuardedWrite, tryCommit } from '../../table/commit';
import { absent, all, any, compare, exists } from '../../table/condition';
import { isContention, RetryNeeded } from '../../table/retry';
import { ConditionFailed } from '../../table/table-errors';
import { changeBalance } from '../balance/balance';
import { refillDrawer } from '../balance/drawers';
import type { Lease } from './lease';
import { encodeLease, encodeTurn, LEASE_HOLDS, LEASE_MS, NOTHING_SETTLED } from './lease';
import type { IdleLease } from './lease-book';
import type { Ledger } from '../ledger/ledger';
import { callToken } from '../ledger/ledger';
import { retryOrUnavailable, RESERVE_RETRY } from '../retry';
import type { Reservation } from '../holds/reserve';
import { refuseLate } from '../holds/reserve';

/**
 * Gives an idle lease to one more request, in a single write.
 * @returns undefined when the sweeper has ended the lease meanwhile
 */
export function extendLease(ledger: Ledger, idle: IdleLease, reservation: Reservation): Promise<Lease | undefined> {
  const { lease: before, settled } = idle;
  const lease: Lease = { ...before, settled, last: lastOf(reservation, before.last.turn + 1n) };
  const isIdle = compare('turn', '=', before.last.turn);
  // An earlier attempt may have been made without an answer.
  const isDone = all(compare('turn', '=', lease.last.turn), compare('requestId', '=', reservation.requestId));
  const write = {
    table: WALLET,
    update: leaseKey(lease.leaseId, lease.dueAt),
    // Another request's labels must not stay behind.
    change: { set: encodeTurn(lease), ...(lease.last.request.labels ? {} : { remove: ['labels'] }) },
    when: all(exists(), any(isIdle, isDone)),
  };
  return retryOrUnavailable(RESERVE_RETRY, ledger.timing, async () => {
    refuseLate(ledger, reservation);
    try {
      await ledger.store.write(write);
      return lease;
    } catch (error) {
      if (error instanceof ConditionFailed) return undefined;
      throw error;
    }
  });
}

/**
 * Takes a lease for several requests of this size from one of the account's drawers, which is filled where it is short.
 * @returns undefined when the account has too little for that: then each request holds its own
 */
export async function takeLease(ledger: Ledger, reservation: Reservation): Promise<Lease | undefined> {
  let attempt = leaseAttempt(ledger, reservation);
  return retryOrUnavailable(RESERVE_RETRY, ledger.timing, async () => {
    refuseLate(ledger, reservation);
    const { lease, writes, token } = attempt;
    try {
      const [refusal] = await tryCommit(ledger.store, writes, token);
      if (refusal === undefined) return lease;
    } catch (error) {
      // Nothing was written, so another drawer may do: another request is writing this one.
      if (isContention(error)) attempt = leaseAttempt(ledger, reservation);
      throw error;
    }
    if (!(await refillDrawer(ledger, lease, lease.heldPico))) return undefined;
    throw new RetryNeeded();
  });
}

/** What one lease writes: the same every time it is sent. */
function leaseAttempt(
  { timing, newUlid }: Ledger,
  reservation: Reservation,
): { readonly lease: Lease; readonly writes: readonly GuardedWrite<'drawer_short'>[]; readonly token: string } {
  const { accountId, holdPico } = reservation;
  const now = timing.clock();
  const drawer = shardAt(timing.random());
  const heldPico = holdPico * LEASE_HOLDS;
  const leaseId = `lease_${newUlid(now)}`;
  const lease: Lease = {
    leaseId,
    accountId,
    drawer,
    heldPico,
    dueAt: now + LEASE_MS,
    settled: NOTHING_SETTLED,
    last: lastOf(reservation, 1n),
  };
  const isCovered = compare('availablePico', '>=', heldPico);
  const writes = [
    {
      write: changeBalance({ accountId, drawer }, { availablePico: -heldPico, heldPico }, isCovered),
      otherwise: () => 'drawer_short' as const,
    },
    { write: { table: WALLET, put: encodeLease(lease), when: absent() } },
  ];
  return { lease, writes, token: callToken() };
}

function lastOf({ requestId, holdPico, deadline, request }: Reservation, turn: bigint): Lease['last'] {
  return { turn, requestId, heldPico: holdPico, deadline, request };
}
