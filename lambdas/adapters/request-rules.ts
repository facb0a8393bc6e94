import type { Change, Condition } from '../domain/table/condition';
import { keyOf } from '../domain/table/key-of';
import { type Check, type Query, TRANSACTION_WRITES_MAX, type Write } from '../domain/table/table-store';
import type { Key } from '../domain/table/value';

// DynamoDB rejects requests that break these rules with a ValidationException. Both stores check the rules first, so
// that a programming mistake throws the same plain Error everywhere and never looks like an outage.

export const PARTITION_KEY_BYTES_MAX = 2048;
export const SORT_KEY_BYTES_MAX = 1024;
export const TOKEN_CHARACTERS_MAX = 36;

/** @returns the key of the item that is written or checked */
export function checkWrite(write: Write | Check): Key {
  const key = keyOf(write);
  checkKey(key);
  if (write.when !== undefined) checkCondition(write.when);
  if ('update' in write) checkChange(write.change);
  return key;
}

/** @returns the keys in the order of the writes */
export function checkTransaction(writes: readonly (Write | Check)[], token: string | undefined): readonly Key[] {
  if (writes.length === 0 || writes.length > TRANSACTION_WRITES_MAX) {
    throw new Error(`a transaction must have 1 to ${TRANSACTION_WRITES_MAX} writes, not ${writes.length}`);
  }
  if (token !== undefined && (token.length === 0 || token.length > TOKEN_CHARACTERS_MAX)) {
    throw new Error(`an idempotency token must have 1 to ${TOKEN_CHARACTERS_MAX} characters`);
  }
  const keys = writes.map(checkWrite);
  const seen = new Set(
    writes.map((write, index) => JSON.stringify([write.table.name, keys[index]?.pk, keys[index]?.sk])),
  );
  if (seen.size < writes.length) throw new Error('a transaction must not write the same item twice');
  return keys;
}

export function checkKey(key: Key): void {
  checkKeyPart('pk', key.pk, PARTITION_KEY_BYTES_MAX);
  checkKeyPart('sk', key.sk, SORT_KEY_BYTES_MAX);
}

export function checkQuery({ partition, sort, limit = 1, after }: Query): void {
  checkKeyPart('pk', partition, PARTITION_KEY_BYTES_MAX);
  if (!Number.isSafeInteger(limit) || limit < 1) throw new Error('the limit of a page must be at least 1');
  if (after !== undefined && after.pk !== partition)
    throw new Error('a page must start in the partition that is queried');
  for (const bound of Object.values(sort ?? {})) checkKeyPart('sk', bound, SORT_KEY_BYTES_MAX);
  if (
    sort !== undefined &&
    'from' in sort &&
    'to' in sort &&
    Buffer.from(sort.from).compare(Buffer.from(sort.to)) > 0
  ) {
    throw new Error('a range must not end before its start');
  }
}

function checkKeyPart(name: string, value: string, bytesMax: number): void {
  const bytes = Buffer.byteLength(value);
  if (bytes === 0 || bytes > bytesMax) throw new Error(`${name} must have 1 to ${bytesMax} bytes, not ${bytes}`);
}

function checkCondition(condition: Condition): void {
  if ('all' in condition) condition.all.forEach(checkCondition);
  if ('any' in condition) condition.any.forEach(checkCondition);
  if (!('is' in condition) || condition.is === '=' || condition.is === '<>') return;
  const { value } = condition;
  const isOrdered =
    typeof value === 'string' || typeof value === 'bigint' || typeof value === 'number' || value instanceof Uint8Array;
  if (!isOrdered) throw new Error(`${condition.is} can only compare strings, numbers or bytes`);
}

function checkChange({ set = {}, add = {}, remove = [] }: Change): void {
  const names = [...Object.keys(set), ...Object.keys(add), ...remove];
  if (names.length === 0) throw new Error('an update must change at least one attribute');
  if (new Set(names).size < names.length) throw new Error('an update must not change an attribute twice');
  if (names.includes('pk') || names.includes('sk')) throw new Error('an update must not change the key');
}
