import { BACKSLASH, COLON, QUOTE } from '../json/json-bytes';

/**
 * The strings of these members are not output of the model. Compatible providers mix the names of several dialects, so
 * each dialect skips all of them.
 */
const NOT_OUTPUT = new Set([
  'type',
  'id',
  'item_id',
  'call_id',
  'status',
  'role',
  'signature',
  'finish_reason',
  'stop_reason',
  'obfuscation',
  'object',
  'model',
  'service_tier',
  'system_fingerprint',
  'token',
]);

/**
 * The members that contain what an event adds to the answer. Compatible providers that proxy another dialect's models
 * pass some of its events on, so OpenAI's and Anthropic's streams are searched for both.
 */
const DELTAS: readonly Buffer[] = [Buffer.from('"delta"'), Buffer.from('"content_block"')];

/**
 * How many bytes of generated text an event carries at most: the strings at and after the first delta in it, as JSON
 * writes them. A token is at least one byte, so this bounds the tokens when usage is never
 * reported. It costs a fraction of parsing the event and builds nothing.
 */
export function outputBytes(event: Buffer): number {
  for (const delta of DELTAS) {
    const at = event.indexOf(delta);
    if (at !== -1) return stringBytes(event, at + delta.length);
  }
  return 0;
}

/** How many bytes the strings of an event have from an offset on that can be output, as JSON writes them. */
export function stringBytes(event: Buffer, from: number): number {
  let sum = 0;
  let counts = true;
  let at = from;
  const { length } = event;
  while (at < length) {
    if (event[at] !== QUOTE) {
      at += 1;
      continue;
    }
    const open = at;
    at += 1;
    while (at < length && event[at] !== QUOTE) at += event[at] === BACKSLASH ? 2 : 1;
    const close = at;
    at += 1;
    // Providers write no space before a colon. A key followed by a space would count as text, which is still an upper
    // bound.
    if (event[at] === COLON) counts = !NOT_OUTPUT.has(event.toString('latin1', open + 1, close));
    else if (counts) sum += close - open - 1;
  }
  return sum;
}
