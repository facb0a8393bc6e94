import { z } from 'zod';
import { deadlineOfHold, leaseKey } from '../../../contracts/storage/table-keys/wallet';
import { MINUTE_MS } from '../../clock';
import { lesser } from '../../money/pico';
import type { Item } from '../../table/value';
import { encodeRequest, holdRequestSchema, type Hold, type HoldRequest } from '../holds/hold';
import { type SharedBudget, sharedBudgetSchema } from '../holds/counting';
import type { Charge } from '../holds/settlement';

/** A lease holds this many times the first hold of the request that it is taken for, or the mean charge if that is more. */
export const LEASE_HOLDS = 8n;
/** A lease takes new requests for this long. After that, the sweeper ends it as soon as its last request has ended. */
export const LEASE_MS = 2 * MINUTE_MS;
/** Keeps a lease within one write unit, however many models its requests name. */
const PRICE_VERSIONS_MAX = 4;

/** The totals of the settled requests of a lease. */
export interface Tally {
  readonly requests: bigint;
  readonly costPico: bigint;
  readonly overrunPico: bigint;
  readonly priceVersions: string[];
}

/** The request that a lease was last given to. */
export interface LeasedRequest {
  /** Counts the lease's requests, from 1. */
  readonly turn: bigint;
  readonly requestId: string;
  /**
   * The part of the lease's money that it counts on. A request whose hold rolls counts on all that the earlier ones have
   * left, up to its ceiling.
   */
  readonly heldPico: bigint;
  /** Epoch milliseconds; from then on the sweeper may expire the request. */
  readonly deadline: number;
  readonly request: HoldRequest;
}

/**
 * Money taken from a drawer for the requests of one process, one after the other. Only its last request can be running:
 * the charges of the ones before it are written when the next one is reserved, so a reserve costs a single write.
 */
export interface Lease {
  readonly leaseId: string;
  readonly accountId: string;
  readonly drawer: string;
  readonly heldPico: bigint;
  /** The account's budget in which its money counts. It serves only requests that count in the same window of it. */
  readonly budget?: SharedBudget | undefined;
  /** Epoch milliseconds; from then on the lease takes no requests, and the sweeper checks whether it can end. */
  readonly dueAt: number;
  /** The sum of the requests before the last. */
  readonly settled: Tally;
  readonly last: LeasedRequest;
}

export const NOTHING_SETTLED: Tally = { requests: 0n, costPico: 0n, overrunPico: 0n, priceVersions: [] };

export const leaseItemSchema = holdRequestSchema.extend({
  sk: z.string(),
  leaseId: z.string(),
  accountId: z.string(),
  drawer: z.string(),
  heldPico: z.bigint().nonnegative(),
  requests: z.bigint().nonnegative(),
  settledPico: z.bigint().nonnegative(),
  overrunPico: z.bigint().nonnegative(),
  priceVersions: z.array(z.string()),
  turn: z.bigint().positive(),
  requestId: z.string(),
  requestHeldPico: z.bigint().nonnegative(),
  deadline: z.bigint(),
  budget: sharedBudgetSchema.optional(),
});

export const isLease = (item: Item): boolean => item['leaseId'] !== undefined;

/** The attributes of a lease that change with each request. */
export function encodeTurn(lease: Lease): Item {
  const { requestId, turn, heldPico: requestHeldPico, deadline, request } = lease.last;
  const { requests, costPico: settledPico, overrunPico, priceVersions } = lease.settled;
  return {
    requests,
    settledPico,
    overrunPico,
    priceVersions,
    turn,
    requestId,
    requestHeldPico,
    deadline,
    ...encodeRequest(request),
  };
}

export function encodeLease(lease: Lease): Item {
  const { leaseId, accountId, drawer, heldPico, dueAt, budget } = lease;
  return {
    ...leaseKey(leaseId, dueAt),
    leaseId,
    accountId,
    drawer,
    heldPico,
    ...(budget && { budget: { ...budget } }),
    ...encodeTurn(lease),
  };
}

export function decodeLease(item: Item): Lease {
  const { sk, leaseId, accountId, drawer, heldPico, budget, ...rest } = leaseItemSchema.parse(item);
  const { requests, settledPico: costPico, overrunPico, priceVersions, ...last } = rest;
  const { turn, requestId, requestHeldPico, deadline, ...request } = last;
  return {
    leaseId,
    accountId,
    drawer,
    heldPico,
    ...(budget && { budget }),
    dueAt: deadlineOfHold(sk),
    settled: { requests, costPico, overrunPico, priceVersions },
    last: { turn, requestId, heldPico: requestHeldPico, deadline: Number(deadline), request },
  };
}

/** Identifies one request of one lease. A usage record that carries it was charged to that lease and to no other. */
export const leaseTurnOf = ({ leaseId, last }: Lease): string => `${leaseId}#${last.turn}`;
export const leaseOfTurn = (leaseTurn: string): string => leaseTurn.slice(0, leaseTurn.indexOf('#'));

export function holdOf(lease: Lease): Hold {
  const { accountId, budget } = lease;
  const { requestId, heldPico, deadline, request } = lease.last;
  // A charge after the request has expired counts in the budget, too.
  const counting = budget && { counterId: request.keyId, shared: [budget] };
  const leaseTurn = leaseTurnOf(lease);
  return { accountId, requestId, heldPico, deadline, request, leaseTurn, ...(counting && { counting }) };
}

/** The part of a lease that its settled requests have left, in pico-dollars. */
export const restOf = ({ heldPico, settled }: Pick<Lease, 'heldPico' | 'settled'>): bigint =>
  heldPico - settled.costPico;

/** The amount that a request can count on when the lease has so much left for it. It covers the first hold. */
export const heldOnLease = (
  { holdPico, ceilingPico }: { readonly holdPico: bigint; readonly ceilingPico?: bigint | undefined },
  restPico: bigint,
): bigint => (ceilingPico === undefined ? holdPico : lesser(ceilingPico, restPico));

/** Adds one request to a tally. */
export function tallied(tally: Tally, charge: Charge & { readonly priceVersion: string }): Tally {
  const { costPico, overrunPico, priceVersion } = charge;
  return {
    requests: tally.requests + 1n,
    costPico: tally.costPico + costPico,
    overrunPico: tally.overrunPico + overrunPico,
    priceVersions: [...new Set([...tally.priceVersions, priceVersion])],
  };
}

/** The needs of a request that a lease is to serve. */
export interface LeaseNeed {
  readonly holdPico: bigint;
  /** The account's budget in which it counts. */
  readonly budget?: SharedBudget | undefined;
}

/** Whether a lease has room and time for one more request, and counts in its budget. */
export function affords(lease: Lease, settled: Tally, { holdPico, budget }: LeaseNeed, now: number): boolean {
  if (nameOf(lease.budget) !== nameOf(budget)) return false;
  const hasRoom = restOf({ ...lease, settled }) >= holdPico && settled.priceVersions.length < PRICE_VERSIONS_MAX;
  return hasRoom && now < lease.dueAt;
}

/** Names a window of a budget under one limit: a change of the limit ends the leases that were taken before it. */
const nameOf = (budget: SharedBudget | undefined): string =>
  budget ? `${budget.budgetId} ${budget.window} ${budget.limitPico}` : '';
