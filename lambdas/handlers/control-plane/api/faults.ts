import type { ValidationTargets } from 'hono';
import type { z } from 'zod';
import type { Fault } from '../control-plane-errors';

const FAULTS_MAX = 20;

/** What a schema found wrong, in RFC 6901's words: `/name` of the body, `limit` of the query. */
export function faultsOf(issues: readonly z.core.$ZodIssue[], target: keyof ValidationTargets): readonly Fault[] {
  return issues.slice(0, FAULTS_MAX).map((issue) => ({
    pointer: target === 'json' ? pointerTo(issue.path) : String(issue.path[0] ?? ''),
    detail: detailOf(issue),
  }));
}

/** Of a name in a list of names, what is wrong with it rather than that something is. */
const detailOf = (issue: z.core.$ZodIssue): string =>
  (issue.code === 'invalid_key' ? issue.issues[0]?.message : undefined) ?? issue.message;

const pointerTo = (path: readonly PropertyKey[]): string =>
  path.map((name) => `/${String(name).replaceAll('~', '~0').replaceAll('/', '~1')}`).join('');
