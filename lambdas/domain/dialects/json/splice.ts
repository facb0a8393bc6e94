import type { JsonScan, Member } from './json-scan';

/** Replaces the bytes from `start` to `end` by `with`. */
export interface Edit {
  readonly start: number;
  readonly end: number;
  readonly with: string;
}

/** Applies edits that do not overlap. All other bytes stay unchanged. */
export function splice(bytes: Buffer, edits: readonly Edit[]): Buffer {
  if (edits.length === 0) return bytes;
  const pieces: Buffer[] = [];
  let at = 0;
  for (const edit of [...edits].sort((a, b) => a.start - b.start || a.end - b.end)) {
    pieces.push(bytes.subarray(at, edit.start), Buffer.from(edit.with));
    at = edit.end;
  }
  pieces.push(bytes.subarray(at));
  return Buffer.concat(pieces);
}

/** Adds a member before the others. There is always another one, because a metered request is never an empty object. */
export function insertMember(bytes: Buffer, name: string, json: string): Edit {
  const start = bytes.indexOf('{') + 1;
  return { start, end: start, with: `${JSON.stringify(name)}:${json},` };
}

export function replaceValue(member: Member, json: string): Edit {
  return { start: member.valueStart, end: member.valueEnd, with: json };
}

/**
 * Removes members together with the commas that they leave behind. One call makes all removals, because which comma
 * goes depends on which neighbours stay.
 */
export function removeMembers(scan: JsonScan, names: ReadonlySet<string>): Edit[] {
  const members = [...scan.members];
  const edits: Edit[] = [];
  let keptMember: Member | undefined;
  for (const [index, [name, member]] of members.entries()) {
    if (!names.has(name)) {
      keptMember = member;
      continue;
    }
    const next = members[index + 1]?.[1];
    // Until a member is kept, each removal includes the comma after the member; from then on, the comma before it.
    if (keptMember === undefined) edits.push({ start: member.start, end: next?.start ?? member.valueEnd, with: '' });
    else edits.push({ start: members[index - 1]?.[1].valueEnd ?? member.start, end: member.valueEnd, with: '' });
  }
  return edits;
}
