import { InvalidRequest } from '../../errors/app-error';
import type { JsonScan } from './json-scan';

/** Who the end user is stays with us: providers get the content and nothing of the account (docs/data-map.md). */
export const IDENTITY_MEMBERS: ReadonlySet<string> = new Set(['user', 'metadata', 'safety_identifier']);

/** Members that are not parsed and all the same decide something. */
const WATCHED_MEMBERS: ReadonlySet<string> = new Set([...IDENTITY_MEMBERS, 'tools', 'context_management']);

/**
 * Some providers' parsers (Go's own for one) do not tell `Model` from `model`: they would run what was not priced,
 * or be told what is left out here.
 * @param parsed the names that decide cost and destination at this endpoint
 * @throws InvalidRequest
 */
export function refuseLookalikes(scan: JsonScan, parsed: object): void {
  for (const name of scan.members.keys()) {
    const folded = fold(name);
    if (folded === name || !(Object.hasOwn(parsed, folded) || WATCHED_MEMBERS.has(folded))) continue;
    throw new InvalidRequest(`Write ${folded} in lower case.`, name.slice(0, 64));
  }
}

/** Upper case first: it turns the letters that only fold to ours (long s) into ours. */
function fold(name: string): string {
  return name.toUpperCase().toLowerCase();
}
