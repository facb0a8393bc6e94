import type { AuditEvent } from '../../contracts/audit-event';
import { auditEventKey, auditHeadKey } from '../../contracts/table-keys';
import { ACCOUNTS, AUDIT } from '../../contracts/tables';
import type { Clock } from '../clock';
import { everyItem } from '../table/every-item';
import type { TableStore } from '../table/table-store';
import type { Item } from '../table/value';
import type { AuditHead } from './audit-item';
import { auditEnd, decodeEvent, decodeHead, hashOf } from './audit-item';

/**
 * What is wrong with a chain, and at which event.
 * - `changed`: it is not what its hash was made of, or no event at all, or not in its place.
 * - `missing`: it should be there and is not, nor perhaps are some that follow it.
 * - `unlinked`: it does not follow the event that is before it, or is not the one that the chain's end names.
 */
export interface AuditFault {
  readonly kind: 'changed' | 'missing' | 'unlinked';
  readonly sequence: number;
}

export interface AuditReport {
  /** How many events were read; those that have ended by time are not among them. */
  readonly events: number;
  readonly faults: readonly AuditFault[];
}

/** What is known of the event before the one at hand. */
interface Link {
  readonly sequence: number;
  /** Absent where the event cannot be read. */
  readonly event?: AuditEvent;
}

/**
 * Reads a chain from its first event that has not ended by time, and finds what was changed, taken out, put in or
 * moved. Whoever could rewrite every event and the chain's end could make another sound chain: the tables' policies
 * are against that, not the hashes.
 */
export async function verifyAudit(options: {
  readonly store: TableStore;
  readonly clock: Clock;
  /** An account's id, or DEPLOYMENT_CHAIN. */
  readonly chain: string;
}): Promise<AuditReport> {
  const { store, chain, clock } = options;
  const faults: AuditFault[] = [];
  const headBefore = await readHead(store, chain);
  let events = 0;
  let link: Link | undefined;
  for await (const item of everyItem(store, { table: AUDIT, partition: chain })) {
    events += 1;
    const sequence = Number(item['sk']);
    const event = readEvent(item, chain);
    if (event === undefined) faults.push({ kind: 'changed', sequence });
    faults.push(...missingBetween(link, sequence, event, clock));
    if (event && !follows(event, link)) faults.push({ kind: 'unlinked', sequence });
    if (event && sequence === headBefore?.sequence && event.hash !== headBefore.hash) {
      faults.push({ kind: 'unlinked', sequence });
    }
    link = event ? { sequence, event } : { sequence };
  }
  // Events come while this reads: those up to the end as it was before must be there, and none behind the end as it is.
  faults.push(...missingAtEnd(link, headBefore, clock));
  const headAfter = await readHead(store, chain);
  const last = link?.sequence ?? 0;
  if (last > (headAfter?.sequence ?? 0)) faults.push({ kind: 'unlinked', sequence: last });
  return { events, faults };
}

async function readHead(store: TableStore, chain: string): Promise<AuditHead | undefined> {
  const item = await store.get({ table: ACCOUNTS, key: auditHeadKey(chain) });
  return item && decodeHead(item);
}

/** `undefined` for what is no event of this chain and place, or not what its hash was made of. */
function readEvent(item: Item, chain: string): AuditEvent | undefined {
  let event: AuditEvent;
  try {
    event = decodeEvent(item);
  } catch {
    return undefined;
  }
  const isInPlace = event.chain === chain && auditEventKey(chain, event.sequence).sk === item['sk'];
  const isWhole = event.hash === hashOf(event) && item['expiresAt'] === BigInt(auditEnd(event.at));
  return isInPlace && isWhole ? event : undefined;
}

/** An event's first is missing unless it had its time: the next one says when that was. */
function missingBetween(
  link: Link | undefined,
  sequence: number,
  event: AuditEvent | undefined,
  clock: Clock,
): readonly AuditFault[] {
  if (link !== undefined) return missing(link.sequence + 1, sequence - 1);
  const hasEnded = event?.previousAt == null ? sequence === 1 : isOver(event.previousAt, clock);
  return event === undefined || hasEnded ? [] : missing(sequence - 1, sequence - 1);
}

function missingAtEnd(link: Link | undefined, head: AuditHead | undefined, clock: Clock): readonly AuditFault[] {
  if (head === undefined || isOver(head.at, clock)) return [];
  return missing((link?.sequence ?? head.sequence - 1) + 1, head.sequence);
}

/** One fault for a gap, however wide. */
const missing = (from: number, to: number): readonly AuditFault[] =>
  from <= to ? [{ kind: 'missing', sequence: from }] : [];

function follows({ sequence, previous, previousAt, at }: AuditEvent, link: Link | undefined): boolean {
  const isFirst = sequence === 1;
  if (isFirst !== (previous === null) || isFirst !== (previousAt === null)) return false;
  if (link?.event === undefined) return true;
  return previous === link.event.hash && previousAt === link.event.at && at >= link.event.at;
}

const isOver = (at: string, clock: Clock): boolean => auditEnd(at) <= Math.floor(clock() / 1_000);
