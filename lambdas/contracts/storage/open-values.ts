import { z } from 'zod';

/**
 * A value from a list that later releases may extend. Stored data can outlive the release that reads it: after a
 * downgrade, a reader meets values that only the newer release knows. It keeps such a value as it is, while writers use
 * the list itself (docs/adr/0022-readers-survive-the-future.md).
 */
export const openValue = <const Values extends readonly [string, ...string[]]>(values: Values) =>
  z.union([z.enum(values), z.string()]);

/** Whether a stored value is on the list of this release. */
export const isKnown = <Value extends string>(values: readonly Value[], value: string): value is Value =>
  (values as readonly string[]).includes(value);
