import type { BodyChanges, ProviderBody } from '../endpoint';
import { JSON_TYPE } from './json-content';
import type { JsonBody } from './json-request';
import { IDENTITY_MEMBERS } from './member-names';
import { type Edit, removeMembers, replaceValue, splice } from './splice';

interface ProviderJson {
  readonly stream: boolean;
  readonly changes: BodyChanges;
  /** Further changes that the endpoint needs. @default none */
  readonly edits?: readonly Edit[];
}

/** The client's own bytes, with identities removed and an alias replaced by the model's name. */
export function providerJson({ bytes, scan }: JsonBody, { stream, changes, edits = [] }: ProviderJson): ProviderBody {
  const all = [...removeMembers(scan, IDENTITY_MEMBERS), ...edits];
  const name = scan.members.get('model');
  if (changes.model !== undefined && name) all.push(replaceValue(name, JSON.stringify(changes.model)));
  return {
    contentType: JSON_TYPE,
    accept: stream ? 'text/event-stream' : JSON_TYPE,
    bytes: splice(bytes, all),
  };
}
