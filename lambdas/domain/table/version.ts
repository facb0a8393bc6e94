import { z } from 'zod';
import type { Condition } from './condition';
import { absent, any, compare } from './condition';

/** Counts an item's changes, for optimistic locking. Items from before it was introduced have none. */
export const versionSchema = z.coerce.number().pipe(z.int().nonnegative()).default(0);

/** @param version the version that was read. @default any */
export function isVersion(version: number | undefined): readonly Condition[] {
  if (version === undefined) return [];
  const isIt = compare('version', '=', version);
  return [version === 0 ? any(absent('version'), isIt) : isIt];
}
