import { createHmac } from 'node:crypto';
import type { MeteredRequest } from '../dialects/endpoint';
import type { Headers } from '../headers';
import type { SpendingRules } from '../keys/spending/known-spending-rules';

/** The headers by which coding agents name a session: Claude Code's and Codex's. */
const SESSION_HEADERS = ['x-claude-code-session-id', 'session_id', 'session-id'] as const;
const HASH_CHARACTERS = 22;

/**
 * The end user or session of a request, for accounts that want their usage by end user: a keyed hash. The value itself is
 * never stored. Each account has a key of its own, so the same value cannot be recognized in two accounts.
 */
export function endUserOf(
  { endUserKey }: Pick<SpendingRules, 'endUserKey'>,
  { endUser }: Pick<MeteredRequest, 'endUser'>,
  headers: Headers,
): string | undefined {
  if (endUserKey === undefined) return undefined;
  const named = [endUser, ...SESSION_HEADERS.map((name) => headers[name])];
  const value = named.find((each) => each !== undefined && each !== '');
  if (value === undefined) return undefined;
  return createHmac('sha256', endUserKey).update(value).digest('base64url').slice(0, HASH_CHARACTERS);
}
