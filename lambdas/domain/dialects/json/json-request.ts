import { isUtf8 } from 'node:buffer';
import type { z } from 'zod';
import { InvalidRequest } from '../../errors/app-error';
import { OPEN_ARRAY } from './json-bytes';
import { scanJson } from './json-scan';
import type { JsonScan, JsonScanOptions, Member } from './scan-result';
import { MalformedJson } from './json-strings';
import { IDENTITY_MEMBERS, refuseLookalikes } from './member-names';
import { NOT_SUPPORTED } from './request-members';

/** A JSON body kept as bytes, and the positions of its members. */
export interface JsonBody {
  readonly bytes: Buffer;
  readonly scan: JsonScan;
}

/** A member that may be the whole prompt, so only its first byte is checked. The schema sees whether that fits. */
interface UnparsedMember {
  readonly opensWith: RegExp;
  /** Whether providers refuse an empty array or string. @default false */
  readonly isFilled?: boolean;
}

/** The members that an endpoint reads. */
export interface JsonFormat<Schema extends z.ZodObject> {
  readonly schema: Schema;
  readonly unparsed: { readonly [name: string]: UnparsedMember };
  /** Members whose objects are read, so that no name in them may be given twice. @default none */
  readonly interpreted?: readonly string[];
  /** Members that decide something without being in the schema. @default none */
  readonly watched?: readonly string[];
  /** The member whose elements are items of a conversation, which can have lists of tools. @default none */
  readonly items?: string;
}

/** Parsed members are short, because a list of a million invalid elements would produce a million errors. */
const MEMBER_BYTES_MAX = 16 * 1024;

/**
 * Reads the members that decide what a request may cost and where it goes. The body as a whole is never parsed.
 * @throws InvalidRequest naming the member that is wrong
 */
export function readJson<Schema extends z.ZodObject>(
  bytes: Buffer,
  format: JsonFormat<Schema>,
): { readonly json: JsonBody; readonly members: z.infer<Schema> } {
  if (!isUtf8(bytes)) throw new InvalidRequest('The request body is not UTF-8.');
  const json = { bytes, scan: scanBody(bytes, format) };
  return { json, members: readMembers(json, format) };
}

/** @throws InvalidRequest when it is not a JSON object */
export function scanBody(bytes: Buffer, options: JsonScanOptions): JsonScan {
  try {
    return scanJson(bytes, options);
  } catch (error) {
    if (error instanceof MalformedJson)
      throw new InvalidRequest(`The request body is not valid JSON: ${error.message}.`);
    throw error;
  }
}

function readMembers<Schema extends z.ZodObject>(json: JsonBody, format: JsonFormat<Schema>): z.infer<Schema> {
  const { schema, unparsed, watched = [] } = format;
  refuseLookalikes(json.scan, new Set([...Object.keys(schema.shape), ...IDENTITY_MEMBERS, ...watched]));
  const values: { [name: string]: unknown } = {};
  for (const name of Object.keys(schema.shape)) {
    const member = json.scan.members.get(name);
    if (member === undefined) continue;
    const check = unparsed[name];
    values[name] = check === undefined ? parseMember(json, name, member) : isAsExpected(json, name, member, check);
  }
  const parsed = schema.safeParse(values);
  if (parsed.success) return parsed.data;
  throw invalidMember(parsed.error.issues[0]);
}

function invalidMember(issue: z.core.$ZodIssue | undefined): InvalidRequest {
  const param = issue?.path.join('.');
  const text = issue?.message ?? 'is wrong';
  // Our own messages name the member; a generic one ("must be at least 1") gets the name as a prefix.
  const name = param?.split('.')[0] ?? '';
  const isNamed = text.startsWith(name) || text.includes(`\`${name}\``);
  const message = isNamed ? text : `${param}: ${text}`;
  return new InvalidRequest(message, param, text.includes(NOT_SUPPORTED) ? 'unsupported_parameter' : 'invalid_request');
}

function isAsExpected({ bytes }: JsonBody, name: string, member: Member, expected: UnparsedMember): boolean {
  const { opensWith, isFilled = false } = expected;
  if (!opensWith.test(bytes.toString('latin1', member.valueStart, member.valueStart + 1))) return false;
  if (isFilled && isEmpty(bytes, member)) throw new InvalidRequest(`${name} must not be empty`, name);
  return true;
}

/** Whether an array or a string is empty. A string of spaces is not empty. */
function isEmpty(bytes: Buffer, { valueStart, valueEnd }: Member): boolean {
  let at = valueStart + 1;
  if (bytes[valueStart] === OPEN_ARRAY) while ((bytes[at] ?? 0) <= 0x20 && at < valueEnd) at += 1;
  return at === valueEnd - 1;
}

/** @throws InvalidRequest when it is too long or not JSON */
export function parseMember({ bytes }: JsonBody, name: string, { valueStart, valueEnd }: Member): unknown {
  if (valueEnd - valueStart > MEMBER_BYTES_MAX) throw new InvalidRequest(`${name} is too long.`, name);
  try {
    return JSON.parse(bytes.toString('utf8', valueStart, valueEnd));
  } catch {
    throw new InvalidRequest(`${name} is not valid JSON.`, name);
  }
}

/** An end user is named in fewer bytes than this. A longer name counts as none. */
const END_USER_BYTES_MAX = 1_024;

/** The client's name of its end user: the member `user`, if it is a text. Providers never receive it. */
export function endUserIn({ bytes, scan }: JsonBody): string | undefined {
  const member = scan.members.get('user');
  if (member === undefined || member.valueEnd - member.valueStart > END_USER_BYTES_MAX) return undefined;
  const text = bytes.toString('utf8', member.valueStart, member.valueEnd);
  const value: unknown = text.startsWith('"') ? JSON.parse(text) : undefined;
  return typeof value === 'string' ? value : undefined;
}
