import { BACKSLASH } from './json-bytes';

/** The body is not valid JSON, or breaks a rule of ours; `offset` is the byte at which this was detected. */
export class MalformedJson extends Error {
  readonly offset: number;
  constructor(what: string, offset: number) {
    super(`${what} at byte ${offset}`);
    this.offset = offset;
  }
}

const ESCAPE = /^\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4})/;

/**
 * Allows only JSON's own escapes and no control characters, because a provider may read others differently, or not at
 * all.
 * @throws MalformedJson
 */
export function checkString(bytes: Buffer, start: number, end: number): void {
  for (let at = start; at < end; at += 1) {
    const byte = bytes[at] ?? 0;
    if (byte < 0x20) throw new MalformedJson('a control character in a string', at);
    if (byte !== BACKSLASH) continue;
    if (!ESCAPE.test(bytes.toString('latin1', at, at + 6))) throw new MalformedJson('an unknown escape', at);
    at += 1;
  }
}
