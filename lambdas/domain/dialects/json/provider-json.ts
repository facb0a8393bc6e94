import type { BodyChanges, ProviderBody } from '../endpoint';
import { JSON_TYPE } from './json-content';
import type { JsonBody } from './json-request';
import { IDENTITY_MEMBERS } from './member-names';
import { type Edit, removeMembers, replaceValue, splice } from './splice';

interface ProviderJson {
  readonly stream: boolean;
  readonly changes: BodyChanges;
  /** Further changes that the endpoint needs. They must not touch the omitted members. @default none */
  readonly edits?: readonly Edit[];
  /** Members to leave out besides identities. @default none */
  readonly omitted?: readonly string[];
}

/** The client's own bytes, with identities removed and an alias replaced by the model's name. */
export function providerJson({ bytes, scan }: JsonBody, options: ProviderJson): ProviderBody {
  const { stream, changes, edits = [], omitted = [] } = options;
  const all = [...removeMembers(scan, new Set([...IDENTITY_MEMBERS, ...omitted])), ...edits];
  const name = scan.members.get('model');
  if (changes.model !== undefined && name) all.push(replaceValue(name, JSON.stringify(changes.model)));
  return {
    contentType: JSON_TYPE,
    accept: stream ? 'text/event-stream' : JSON_TYPE,
    bytes: splice(bytes, all),
  };
}
