const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COLON = 0x3a;

/** Members of a delta whose strings are no output of the model. */
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

const MARKERS = [Buffer.from('"delta"'), Buffer.from('"content_block"')];

/**
 * How many bytes of generated text an event carries at most: the strings at and after its delta, as JSON writes
 * them. A token is at least one byte, so this bounds the tokens when no usage ever comes. It costs a fraction
 * of parsing the event and builds nothing.
 */
export function outputBytes(bytes: Buffer, start: number, end: number): number {
  const event = bytes.subarray(start, end);
  for (const marker of MARKERS) {
    const at = event.indexOf(marker);
    if (at !== -1) return stringBytes(event, at + marker.length);
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
    // Providers write no space before a colon; a key with one would only be counted as text.
    if (event[at] === COLON) counts = !NOT_OUTPUT.has(event.toString('latin1', open + 1, close));
    else if (counts) sum += close - open - 1;
  }
  return sum;
}
