import { InvalidRequest } from '../../errors/app-error';
import type { JsonScan } from './scan-result';

/**
 * Members that identify the end user. Providers receive the content and nothing about the account (docs/data-map.md).
 */
export const IDENTITY_MEMBERS: ReadonlySet<string> = new Set([
  'user',
  'metadata',
  'safety_identifier',
  'user_profile_id',
  'client_metadata',
]);

/**
 * Refuses names that differ from a member of ours in letter case alone. Some providers' parsers (Go's own, for example)
 * take `Model` for `model`: they would run a model that was not priced, or see an identity that was to be left out.
 * @param ours the names that decide something at this endpoint
 * @throws InvalidRequest
 */
export function refuseLookalikes(scan: JsonScan, ours: ReadonlySet<string>): void {
  for (const name of scan.members.keys()) {
    const folded = fold(name);
    if (folded === name || !ours.has(folded)) continue;
    throw new InvalidRequest(`Write ${folded} in lower case.`, name.slice(0, 64));
  }
}

/** Upper case first: it turns letters that fold to ASCII, such as the long s, into ASCII. */
function fold(name: string): string {
  return name.toUpperCase().toLowerCase();
}
