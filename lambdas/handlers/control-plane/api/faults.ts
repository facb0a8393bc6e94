import type { ValidationTargets } from 'hono';
import type { z } from 'zod';
import type { Fault } from '../control-plane-errors';

const FAULTS_MAX = 20;

/** The faults that a schema found, each with its location: `/name` in the body (RFC 6901), `limit` in the query. */
export function faultsOf(issues: readonly z.core.$ZodIssue[], target: keyof ValidationTargets): readonly Fault[] {
  return issues.slice(0, FAULTS_MAX).map((issue) => ({
    pointer: target === 'json' ? pointerTo(issue.path) : String(issue.path[0] ?? ''),
    detail: detailOf(issue),
  }));
}

/** For an invalid member name, the reason is in the issue within. */
const detailOf = (issue: z.core.$ZodIssue): string =>
  (issue.code === 'invalid_key' ? issue.issues[0]?.message : undefined) ?? issue.message;

const pointerTo = (path: readonly PropertyKey[]): string =>
  path.map((name) => `/${String(name).replaceAll('~', '~0').replaceAll('/', '~1')}`).join('');
