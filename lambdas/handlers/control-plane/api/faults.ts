import type { ValidationTargets } from 'hono';
import type { z } from 'zod';
import type { Fault } from '../../../domain/errors/refusal';

const FAULTS_MAX = 20;

/** What a schema found wrong, in RFC 6901's words: `/name` of the body, `limit` of the query. */
export function faultsOf(issues: readonly z.core.$ZodIssue[], target: keyof ValidationTargets): readonly Fault[] {
  return issues.slice(0, FAULTS_MAX).map(({ path, message }) => ({
    pointer: target === 'json' ? pointerTo(path) : String(path[0] ?? ''),
    detail: message,
  }));
}

const pointerTo = (path: readonly PropertyKey[]): string =>
  path.map((name) => `/${String(name).replaceAll('~', '~0').replaceAll('/', '~1')}`).join('');
