import { createHash } from 'node:crypto';
import { z } from 'zod';
import type { AuditEvent } from '../../contracts/storage/audit-event';
import { AUDIT_RETENTION_DAYS, auditEventSchema } from '../../contracts/storage/audit-event';
import { auditHeadKey } from '../../contracts/storage/table-keys/accounts';
import { auditEventKey } from '../../contracts/storage/table-keys/audit';
import { ACCOUNTS, AUDIT, EXPIRES_AT } from '../../contracts/storage/tables';
import { DAY_MS } from '../clock';
import { absent, compare } from '../table/condition';
import type { Put, Update } from '../table/table-store';
import type { Item, Value } from '../table/value';
import { canonicalJson } from './canonical-json';

const ordinal = z.coerce.number().pipe(z.int().positive());
export const headSchema = z.object({ sequence: ordinal, hash: z.string(), at: z.iso.datetime() });

/** The head of a chain: its last event. */
export type AuditHead = Readonly<z.infer<typeof headSchema>>;

export const decodeHead = (item: Item): AuditHead => headSchema.parse(item);

export function hashOf(event: object): string {
  const { hash: _hash, ...content } = event as { readonly hash?: string };
  return createHash('sha256').update(canonicalJson(content)).digest('hex');
}

/** Whether the hash of an event covers all its fields, those that only a later release knows included. */
export function isWhole(event: { readonly hash: string }): boolean {
  try {
    return hashOf(event) === event.hash;
  } catch {
    // A value that has no canonical form cannot be part of an event.
    return false;
  }
}

/** Epoch seconds at which an event of this time expires. */
export const auditEnd = (at: string): number =>
  Math.floor(Date.parse(at) / 1_000) + (AUDIT_RETENTION_DAYS * DAY_MS) / 1_000;

/** The write of one event, whose sequence must still be free. */
export function putEvent(event: AuditEvent): Put {
  const { before, after, ...rest } = event;
  const put = {
    ...auditEventKey(event.chain, event.sequence),
    [EXPIRES_AT]: auditEnd(event.at),
    ...rest,
    ...(before && { before: presentFields(before) }),
    ...(after && { after: presentFields(after) }),
  };
  return { table: AUDIT, put: put, when: absent() };
}

/** Moves the chain's head to the event, which must have been made after the current head. */
export function moveHead({ chain, sequence, hash, at }: AuditEvent, from: AuditHead | undefined): Update {
  return {
    table: ACCOUNTS,
    update: auditHeadKey(chain),
    change: { set: { sequence, hash, at } },
    when: from ? compare('hash', '=', from.hash) : absent(),
  };
}

/** @throws ZodError for an item that is not an event of this or a later release */
export function decodeEvent(item: Item): AuditEvent {
  const { pk: _pk, sk: _sk, [EXPIRES_AT]: _expiresAt, ...event } = item;
  return auditEventSchema.parse(withNumbers(event));
}

/** Numbers in events are small counts and limits: amounts of money are text. */
function withNumbers(value: Value): unknown {
  if (typeof value === 'bigint') return Number(value);
  if (Array.isArray(value)) return value.map(withNumbers);
  if (value === null || typeof value !== 'object' || value instanceof Uint8Array) return value;
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, withNumbers(member)]));
}

/** Leaves out the members that are undefined, because a table cannot hold them. */
function presentFields(fields: object): Item {
  const members = Object.entries(fields) as [string, Value | undefined][];
  const present = members.flatMap(([name, value]): [string, Value][] => {
    if (value === undefined) return [];
    return [[name, isRecord(value) ? presentFields(value) : value]];
  });
  return Object.fromEntries(present);
}

const isRecord = (value: Value): value is Item =>
  typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Uint8Array);
