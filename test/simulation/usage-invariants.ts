import { fingerprint, pico, text, tokensOf } from './fields';
import { lesser } from '../../lambdas/domain/money/pico';
import type { Item } from '../../lambdas/domain/table/value';
import { PRICES } from './actions';
import type { Intents, RequestIntent } from './intents';
import { nameOfTurn } from './lease-turns';
import type { ItemChange, Stored } from './stored';
import { expectKept } from './violation';

/** Checks that a usage record ends a leased request by itself, and comes with an entry otherwise. */
export function recordIsRight({ before, after }: ItemChange, stored: Stored, intents: Intents): void {
  // The record expired before it was written.
  if (!after) return;
  const [accountId, requestId] = [text(after, 'accountId'), text(after, 'requestId')];
  const { end } = stored.endOf(accountId, requestId);
  if (before?.['leaseTurn'] !== undefined) {
    const isSame = fingerprint(before) === fingerprint(after);
    expectKept('usage records', isSame, `the record of ${requestId} changed after it was charged`);
  } else if (after['leaseTurn'] === undefined) {
    expectKept('usage records', end !== undefined, `the record of ${requestId} was charged to nobody`);
  } else {
    expectKept('invariant 3', before === undefined && end === undefined, `${requestId} ended before its record`);
    chargesItsLease(after, stored, intents);
  }
}

function chargesItsLease(record: Item, stored: Stored, intents: Intents): void {
  const requestId = text(record, 'requestId');
  const turn = text(record, 'leaseTurn');
  const lease = stored.leases.get(turn.slice(0, turn.indexOf('#')));
  expectKept('invariant 3', lease !== undefined, `${requestId} was charged to a lease that has ended`);
  const isItsTurn =
    nameOfTurn(lease) === turn && lease['requestId'] === requestId && lease['accountId'] === record['accountId'];
  expectKept('invariant 3', isItsTurn, `${requestId} was charged to the lease of another request`);
  const [costPico, overrunPico] = [pico(record, 'costPico'), pico(record, 'overrunPico')];
  const intent = intents.requests.get(requestId);
  const mostPico = lesser(pico(lease, 'requestHeldPico'), intent?.ceilingPico ?? pico(lease, 'requestHeldPico'));
  expectKept('invariant 4', costPico <= mostPico, `${requestId} was charged more than its part or its ceiling`);
  const isLossDue = overrunPico === 0n || costPico >= leastPaid(intent, mostPico);
  expectKept('invariant 4', isLossDue, `the operator paid for what the lease of ${requestId} covered`);
  const isWanted = intent?.costsPico.has(costPico + overrunPico) ?? false;
  expectKept('invariant 4', isWanted, `no usage of ${requestId} cost ${costPico} and ${overrunPico}`);
  expectKept('invariant 6', record['priceVersion'] === intent?.priceVersion, `${requestId} names no price`);
  isRecomputed(record);
}

/** A process may not have learned that its lease grew. It then charges what it counts on, and the operator the rest. */
const leastPaid = (intent: RequestIntent | undefined, mostPico: bigint): bigint =>
  lesser(intent?.endedAtPico ?? mostPico, mostPico);

/** Checks that the charge can be recomputed from the usage record. */
export function isRecomputed(record: Item): void {
  if (record['status'] !== 'completed') return;
  const requestId = text(record, 'requestId');
  const price = PRICES.get(text(record, 'priceVersion'));
  expectKept('invariant 6', price !== undefined, `the record of ${requestId} names no price`);
  const costPico = pico(record, 'costPico') + pico(record, 'overrunPico');
  expectKept('invariant 6', tokensOf(record) * price === costPico, `${requestId} cannot be computed again`);
}
