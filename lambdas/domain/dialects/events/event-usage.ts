import { parseObject } from '../json/parse-object';

const USAGE = Buffer.from('"usage"');
const DATA = Buffer.from('data:');
const COLON = 0x3a;
const SPACE = 0x20;
const LOWER_N = 0x6e;

/**
 * Whether an event can carry usage, found without parsing it. OpenAI writes `"usage":null` into every event but the
 * last, which is not worth parsing; some providers also write a null one into a choice, before the event's own.
 */
export const mayCarryUsage = (event: Buffer): boolean => mayCarry(event, USAGE);

/**
 * Whether an event can carry a member with a value other than null, found without parsing it.
 * @param name the member's name in quotes
 */
export function mayCarry(event: Buffer, name: Buffer): boolean {
  for (let at = event.indexOf(name); at !== -1; at = event.indexOf(name, at + name.length)) {
    if (!isNull(event, at + name.length)) return true;
  }
  return false;
}

/** Spaces, tabs and line breaks may be on either side of the colon. */
function isNull(event: Buffer, from: number): boolean {
  let at = from;
  while (event[at] === COLON || (event[at] ?? LOWER_N) <= SPACE) at += 1;
  return event[at] === LOWER_N;
}

/** The event's data as a JSON object; undefined when it is not one. Data on several lines is one value. */
export function parseData(event: Buffer): { readonly [name: string]: unknown } | undefined {
  const lines = event
    .toString('utf8', event.indexOf(DATA))
    .split(/\r?\n/)
    .filter((line) => line.startsWith('data:'))
    .map((line) => line.slice('data:'.length));
  return parseObject(lines.join('\n'));
}
