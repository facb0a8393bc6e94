const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COLON = 0x3a;

/**
 * The strings of these members are not output of the model. Compatible providers mix the names of several dialects, so
 * each dialect skips all of them.
 */
const NOT_OUTPUT = new Set([
  'type',
  'id',
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
export const DELTAS: readonly Buffer[] = [Buffer.from('"delta"'), Buffer.from('"content_block"')];

/**
 * The most bytes of generated text that an event can carry: the JSON length of the strings from the first of the
 * `deltas` on. A token is at least one byte, so this bounds the tokens when usage is never reported. It costs a
 * fraction of parsing the event and builds nothing.
 */
export function outputBytes(event: Buffer, deltas: readonly Buffer[]): number {
  for (const delta of deltas) {
    const at = event.indexOf(delta);
    if (at !== -1) return stringBytes(event, at + delta.length);
  }
  return 0;
}

function stringBytes(event: Buffer, from: number): number {
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
