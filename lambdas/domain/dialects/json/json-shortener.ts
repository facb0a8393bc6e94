import type { WholeShortener } from '../endpoint';
import { BACKSLASH, CLOSE_ARRAY, CLOSE_OBJECT, COLON, COMMA, OPEN_ARRAY, OPEN_OBJECT, QUOTE } from './json-bytes';

/** A longer value of the outermost object is replaced by an empty one. Usage is far shorter. */
export const VALUE_BYTES_MAX = 16 * 1024;

/** No known provider answers with more than this in names and short values. */
const SHORTENED_BYTES_MAX = 256 * 1024;
/** Each piece that is kept takes at least this much memory. */
const PIECE_BYTES = 64;

const SHORTEST: { readonly [firstByte: number]: string } = {
  [OPEN_OBJECT]: '{}',
  [OPEN_ARRAY]: '[]',
  [QUOTE]: '""',
};

/** Marks the bytes at which the scan has something to do; it passes over all others at the speed of a table look-up. */
const SYNTAX = new Uint8Array(256);
for (const byte of [QUOTE, OPEN_OBJECT, CLOSE_OBJECT, OPEN_ARRAY, CLOSE_ARRAY]) SYNTAX[byte] = 1;
for (const byte of [COLON, COMMA]) SYNTAX[byte] = 2;

const isBlank = (byte: number): boolean => byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09;

/**
 * Shortens a JSON object as its bytes pass. The members of the outermost object stay, and a long value becomes an empty
 * one of the same type. Names and short values are copied as they are, so the parser of the result also checks them.
 * Within a long value only strings and the nesting are followed.
 */
export class JsonShortener implements WholeShortener {
  readonly #kept: Buffer[] = [];
  #keptBytes = 0;
  /** The name or value of the outermost object that is being read. Its pieces are dropped once it is too long. */
  #part: Buffer[] = [];
  #partBytes = 0;
  #firstOfPart: number | undefined;
  #depth = 0;
  #isInString = false;
  #isEscaped = false;
  #state: WholeShortener['state'] = 'begun';

  get state(): WholeShortener['state'] {
    return this.#state;
  }

  bytes(): Buffer {
    return Buffer.concat(this.#kept);
  }

  push(chunk: Buffer): void {
    if (this.#state === 'broken') return;
    let at = 0;
    if (this.#depth === 0) {
      at = this.#skipBlanks(chunk);
      if (at === chunk.length || this.#state !== 'begun') return;
      this.#depth = 1;
      this.#keep(Buffer.from(chunk.subarray(at, at + 1)));
      at += 1;
    }
    this.#scan(chunk, at);
  }

  /** Nothing but blanks is allowed around the object. */
  #skipBlanks(chunk: Buffer): number {
    let at = 0;
    while (at < chunk.length && isBlank(chunk[at] ?? 0)) at += 1;
    if (at < chunk.length && (this.#state === 'complete' || chunk[at] !== OPEN_OBJECT)) this.#state = 'broken';
    return at;
  }

  #scan(chunk: Buffer, from: number): void {
    let partStart = from;
    let at = from;
    while (at < chunk.length) {
      if (this.#isInString) {
        at = this.#skipString(chunk, at);
        continue;
      }
      const byte = chunk[at] ?? 0;
      const syntax = SYNTAX[byte] ?? 0;
      at += 1;
      if (syntax === 0 || (syntax === 2 && this.#depth > 1)) continue;
      if (byte === QUOTE) this.#isInString = true;
      else if (byte === OPEN_OBJECT || byte === OPEN_ARRAY) this.#depth += 1;
      else if (syntax === 1) this.#depth -= 1;
      if (this.#depth > 1 || (syntax === 1 && this.#depth === 1)) continue;
      this.#addToPart(chunk.subarray(partStart, at - 1));
      this.#endPart(chunk.subarray(at - 1, at));
      partStart = at;
      if (this.#depth > 0) continue;
      if (this.#state === 'begun') this.#state = chunk.subarray(at).every(isBlank) ? 'complete' : 'broken';
      return;
    }
    this.#addToPart(chunk.subarray(partStart));
  }

  /** @returns the offset after the string, or the end of the chunk */
  #skipString(chunk: Buffer, from: number): number {
    let at = from;
    while (at < chunk.length) {
      const byte = chunk[at];
      at += 1;
      if (this.#isEscaped) this.#isEscaped = false;
      else if (byte === BACKSLASH) this.#isEscaped = true;
      else if (byte === QUOTE) {
        this.#isInString = false;
        break;
      }
    }
    return at;
  }

  #addToPart(bytes: Buffer): void {
    this.#firstOfPart ??= bytes.find((byte) => !isBlank(byte));
    this.#partBytes += bytes.length;
    if (this.#partBytes > VALUE_BYTES_MAX) this.#part = [];
    // A copy, because a part of a chunk keeps all of its memory.
    else if (bytes.length > 0) this.#part.push(Buffer.from(bytes));
  }

  #endPart(separator: Buffer): void {
    if (this.#partBytes > VALUE_BYTES_MAX) this.#keep(Buffer.from(SHORTEST[this.#firstOfPart ?? 0] ?? 'null'));
    else for (const bytes of this.#part) this.#keep(bytes);
    this.#keep(Buffer.from(separator));
    this.#part = [];
    this.#partBytes = 0;
    this.#firstOfPart = undefined;
  }

  #keep(bytes: Buffer): void {
    this.#keptBytes += bytes.length + PIECE_BYTES;
    if (this.#keptBytes > SHORTENED_BYTES_MAX) {
      this.#state = 'broken';
      this.#kept.length = 0;
      return;
    }
    this.#kept.push(bytes);
  }
}
