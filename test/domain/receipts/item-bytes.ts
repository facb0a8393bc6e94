import type { Value } from '../../../lambdas/domain/table/value';

/** The size of a value as DynamoDB counts it, with the size of numbers rounded up. */
export function bytesOf(value: Value): number {
  if (typeof value === 'string') return Buffer.byteLength(value);
  if (typeof value === 'bigint' || typeof value === 'number') return Math.ceil(String(value).length / 2) + 1;
  if (value instanceof Uint8Array) return value.length;
  if (typeof value !== 'object' || value === null) return 1;
  const inner = Object.entries(value).map(
    ([name, part]) => (Array.isArray(value) ? 0 : Buffer.byteLength(name)) + bytesOf(part) + 1,
  );
  return inner.reduce((sum, bytes) => sum + bytes, 3);
}
