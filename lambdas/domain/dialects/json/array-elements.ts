import { BACKSLASH, CLOSE_ARRAY, CLOSE_OBJECT, COMMA, OPEN_ARRAY, OPEN_OBJECT, QUOTE } from './json-bytes';

/** The position of a value, in bytes. */
export interface Span {
  readonly start: number;
  /** One past its last byte. */
  readonly end: number;
}

/**
 * Finds the elements of an array in a body that has been scanned, and so is valid JSON. The blanks around an element are
 * a part of its span.
 * @param array the offset of its first byte
 */
export function elementsOf(bytes: Buffer, array: number): readonly Span[] {
  const elements: Span[] = [];
  let start = array + 1;
  let depth = 0;
  for (let at = start; ; at += 1) {
    const byte = bytes[at];
    if (byte === QUOTE) at = endOfString(bytes, at);
    else if (byte === OPEN_OBJECT || byte === OPEN_ARRAY) depth += 1;
    else if (depth > 0 && (byte === CLOSE_OBJECT || byte === CLOSE_ARRAY)) depth -= 1;
    else if (depth === 0 && (byte === COMMA || byte === CLOSE_ARRAY)) {
      elements.push({ start, end: at });
      if (byte === CLOSE_ARRAY) return isBlank(bytes, elements) ? [] : elements;
      start = at + 1;
    }
  }
}

/** The offset of the closing quote. */
function endOfString(bytes: Buffer, open: number): number {
  let at = open + 1;
  while (bytes[at] !== QUOTE) at += bytes[at] === BACKSLASH ? 2 : 1;
  return at;
}

function isBlank(bytes: Buffer, [first, ...others]: readonly Span[]): boolean {
  return others.length === 0 && first !== undefined && bytes.toString('latin1', first.start, first.end).trim() === '';
}
