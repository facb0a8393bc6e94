import { InvalidRequest } from '../../errors/app-error';
import type { JsonScan } from './json-scan';

/**
 * Members that identify the end user. Providers receive the content and nothing about the account (docs/data-map.md).
 */
export const IDENTITY_MEMBERS: ReadonlySet<string> = new Set(['user', 'metadata', 'safety_identifier']);

/** Members that matter although no schema has them. */
const WATCHED_MEMBERS: ReadonlySet<string> = new Set([...IDENTITY_MEMBERS, 'tools', 'context_management']);

/**
 * Refuses names that differ from one of ours only in letter case. Some providers' parsers (Go's standard one, for
 * example) treat `Model` as `model`, so they would run a model that was not priced, or see an identity that we remove.
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

/** Upper case first: it turns letters that fold to ASCII, such as the long s, into ASCII. */
function fold(name: string): string {
  return name.toUpperCase().toLowerCase();
}
