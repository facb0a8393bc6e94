import type { AuditEvent } from '../../contracts/storage/audit-event';
import { auditHeadKey } from '../../contracts/storage/table-keys/accounts';
import { auditEventKey } from '../../contracts/storage/table-keys/audit';
import { ACCOUNTS, AUDIT } from '../../contracts/storage/tables';
import type { Clock } from '../clock';
import { everyItem } from '../table/every-item';
import type { TableStore } from '../table/table-store';
import type { Item, Key } from '../table/value';
import { type AuditFault, ChainCheck, isOver } from './audit-chain';
import type { AuditHead } from './audit-item';
import { auditEnd, decodeEvent, decodeHead, isWhole } from './audit-item';

/** Read in large pages, because a chain has thousands of events. */
const PAGE_EVENTS = 1_000;

export interface AuditReport {
  /** The number of events read, without those that have expired. */
  readonly events: number;
  readonly faults: readonly AuditFault[];
  /** Starts the next part. @default none: the chain was read to its end */
  readonly next?: Key;
}

/** A part of a chain. */
export interface AuditPart {
  /** The `next` of the part before. @default the first event */
  readonly after?: Key | undefined;
  /** @default all */
  readonly eventsMax?: number;
}

/** One chain and the store that holds it. */
export interface StoredChain {
  readonly store: TableStore;
  readonly clock: Clock;
  /** An account's id, or DEPLOYMENT_CHAIN. */
  readonly chain: string;
}

/**
 * Reads a chain from its first event that has not expired, and finds events that were changed, removed, added or
 * moved. An attacker who could rewrite every event and the head could make another sound chain: the hashes do not
 * prevent that, the tables' policies do.
 */
export async function verifyAudit(
  { store, chain, clock }: StoredChain,
  { after, eventsMax = Infinity }: AuditPart = {},
): Promise<AuditReport> {
  const faults: AuditFault[] = [];
  const check = new ChainCheck({ end: await readHead(store, chain), hasEnded: (at) => isOver(at, clock()) });
  const before = after && (await store.get({ table: AUDIT, key: after }));
  // The previous part has reported its faults. If it is gone, the next event shows whether it has expired.
  if (before) check.follow(sequenceOf(before, 0), readEvent(before, chain));
  const rest = { table: AUDIT, partition: chain, limit: Math.min(PAGE_EVENTS, eventsMax), ...(after && { after }) };
  let events = 0;
  for await (const item of everyItem(store, rest)) {
    events += 1;
    faults.push(...check.follow(sequenceOf(item, check.last + 1), readEvent(item, chain)));
    if (events === eventsMax) return { events, faults, next: { pk: chain, sk: item['sk'] as string } };
  }
  // Events are added during the read: all up to the old head must exist, and none beyond the current one.
  faults.push(...check.missingAtEnd());
  const headAfter = await readHead(store, chain);
  if (check.last > (headAfter?.sequence ?? 0)) faults.push({ kind: 'unlinked', sequence: check.last });
  return { events, faults };
}

export async function readHead(store: TableStore, chain: string): Promise<AuditHead | undefined> {
  const item = await store.get({ table: ACCOUNTS, key: auditHeadKey(chain) });
  return item && decodeHead(item);
}

/** @param otherwise the sequence to report for a sort key that no event can have */
function sequenceOf({ sk }: Item, otherwise: number): number {
  const sequence = Number(sk);
  return Number.isSafeInteger(sequence) ? sequence : otherwise;
}

/** @returns undefined for an item that is not an event of this chain and key, or does not match its hash */
function readEvent(item: Item, chain: string): AuditEvent | undefined {
  let event: AuditEvent;
  try {
    event = decodeEvent(item);
  } catch {
    return undefined;
  }
  const isInPlace = event.chain === chain && auditEventKey(chain, event.sequence).sk === item['sk'];
  const isTimely = item['expiresAt'] === BigInt(auditEnd(event.at));
  return isInPlace && isTimely && isWhole(event) ? event : undefined;
}
