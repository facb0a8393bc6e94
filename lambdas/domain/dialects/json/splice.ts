import type { JsonScan, Member } from './scan-result';

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

/** Removes members together with the commas that they leave behind. */
export function removeMembers(scan: JsonScan, names: ReadonlySet<string>): Edit[] {
  const members = [...scan.members];
  return removeParts(
    members.map(([name, { start, valueEnd }]) => ({ start, end: valueEnd, isRemoved: names.has(name) })),
  );
}

/** An element of an array, or a member of an object. */
export interface Part {
  readonly start: number;
  readonly end: number;
  readonly isRemoved: boolean;
}

/**
 * Removes parts of one array or object together with the commas that they leave behind. One call makes all removals,
 * because which comma goes depends on which neighbours stay.
 */
export function removeParts(parts: readonly Part[]): Edit[] {
  const edits: Edit[] = [];
  let hasKept = false;
  for (const [index, part] of parts.entries()) {
    if (!part.isRemoved) {
      hasKept = true;
      continue;
    }
    // Until a part is kept, each removal includes the comma after the part; from then on, the comma before it.
    if (hasKept) edits.push({ start: parts[index - 1]?.end ?? part.start, end: part.end, with: '' });
    else edits.push({ start: part.start, end: parts[index + 1]?.start ?? part.end, with: '' });
  }
  return edits;
}
