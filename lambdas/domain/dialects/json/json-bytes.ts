// Bytes of JSON's syntax.
export const QUOTE = 0x22;
export const BACKSLASH = 0x5c;
export const OPEN_OBJECT = 0x7b;
export const CLOSE_OBJECT = 0x7d;
export const OPEN_ARRAY = 0x5b;
export const CLOSE_ARRAY = 0x5d;
export const COLON = 0x3a;
export const COMMA = 0x2c;
/** The first byte of `null`, which no other value begins with. */
export const NULL = 0x6e;

export const isLetterT = (byte: number | undefined): boolean => byte === 0x74 || byte === 0x54;

/** Some providers' parsers ignore the letter case of a name. */
export const isTypeName = (name: string): boolean => name.toLowerCase() === 'type';

/** Numbers, `true`, `false` and `null` consist of digits, letters, `+`, `-` and `.`. */
export function isLiteralByte(byte: number | undefined): boolean {
  if (byte === undefined) return false;
  return (
    (byte >= 0x30 && byte <= 0x39) ||
    (byte >= 0x61 && byte <= 0x7a) ||
    byte === 0x2b ||
    byte === 0x2d ||
    byte === 0x2e ||
    byte === 0x45
  );
}

/** `tools` itself, at depth 1, must be an array or null, and its elements must be objects. */
export function isOddTool(firstByte: number | undefined, depth: number): boolean {
  return depth === 1 ? firstByte !== OPEN_ARRAY && firstByte !== NULL : firstByte !== OPEN_OBJECT;
}

/** Whether the quote at this offset is escaped: by an odd number of backslashes before it. */
export function isEscaped(bytes: Buffer, quote: number): boolean {
  let before = quote - 1;
  while (bytes[before] === BACKSLASH) before -= 1;
  return (quote - before) % 2 === 0;
}
