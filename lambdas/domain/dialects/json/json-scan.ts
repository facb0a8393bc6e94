import {
  BACKSLASH,
  CLOSE_ARRAY,
  CLOSE_OBJECT,
  COLON,
  COMMA,
  isEscaped,
  isLetterT,
  isLiteralByte,
  isOddTool,
  isTypeName,
  NULL,
  OPEN_ARRAY,
  OPEN_OBJECT,
  QUOTE,
} from './json-bytes';
import { CacheMarkReader } from './cache-marks';
import { INLINE_TOOL, InlineToolReader } from './inline-tools';
import { checkString, MalformedJson } from './json-strings';
import { NestedToolReader } from './nested-tools';
import type { JsonScan, JsonScanOptions, Member } from './scan-result';

/** Deeper nesting is an attack or a mistake: real tool schemas stay below 20. */
export const JSON_DEPTH_MAX = 64;

/** The scan keeps every member, and real requests have far fewer. */
const JSON_MEMBERS_MAX = 1_000;

/** Known types are far shorter, even with escapes of six bytes a letter: a longer one is not counted. */
const TYPE_BYTES_MAX = 512;

const NO_TYPES: ReadonlyMap<string, number> = new Map();

/** The outermost object is at depth 1, the array `tools` at 2, a tool in it at 3. */
const ELEMENT_DEPTH = 3;

/**
 * Finds the members of a JSON object without building it: a request's few hundred interesting bytes may be inside of
 * megabytes. It checks the structure: nesting, commas, literals, strings, and names given twice where they are read.
 * @throws MalformedJson
 */
export function scanJson(bytes: Buffer, options: JsonScanOptions = {}): JsonScan {
  return new Scanner(bytes, options).scan();
}

class Scanner {
  readonly #bytes: Buffer;
  readonly #interpreted: readonly string[];
  readonly #items: string | undefined;
  #at = 0;
  readonly #members = new Map<string, Member>();
  readonly #contentTypes = new Map<string, number>();
  readonly #toolTypes = new Set<string>();
  readonly #inlineTools = new InlineToolReader();
  readonly #nestedTools: NestedToolReader | undefined;
  #hasOddTools = false;
  #hasBareItems = false;
  #outerName = '';
  readonly #cacheMarks = new CacheMarkReader();

  constructor(bytes: Buffer, { interpreted = [], items }: JsonScanOptions) {
    this.#bytes = bytes;
    this.#interpreted = interpreted;
    this.#items = items;
    this.#nestedTools = items === undefined ? undefined : new NestedToolReader();
  }

  scan(): JsonScan {
    this.#skipSpace();
    if (this.#bytes[this.#at] !== OPEN_OBJECT) throw new MalformedJson('not a JSON object', this.#at);
    this.#at += 1;
    this.#readMembers(1);
    this.#skipSpace();
    if (this.#at < this.#bytes.length) throw new MalformedJson('bytes after the object', this.#at);
    return {
      members: this.#members,
      contentTypes: this.#contentTypes,
      toolTypes: this.#contentTypes.has(INLINE_TOOL)
        ? new Set([...this.#toolTypes, ...this.#inlineTools.types])
        : this.#toolTypes,
      cacheMarks: this.#cacheMarks,
      hasOddTools: this.#hasOddTools,
      nestedToolTypes: this.#nestedTools?.types ?? NO_TYPES,
      hasBareItems: this.#hasBareItems,
    };
  }

  #readValue(depth: number): void {
    const byte = this.#bytes[this.#at];
    if (depth < ELEMENT_DEPTH && this.#outerName === 'tools') this.#hasOddTools ||= isOddTool(byte, depth);
    if (byte === QUOTE) {
      this.#readString();
    } else if (byte === OPEN_OBJECT || byte === OPEN_ARRAY) {
      if (depth >= JSON_DEPTH_MAX) throw new MalformedJson(`nested deeper than ${JSON_DEPTH_MAX}`, this.#at);
      this.#at += 1;
      if (byte === OPEN_OBJECT) this.#readMembers(depth + 1);
      else this.#readElements(depth + 1);
    } else {
      this.#readLiteral();
    }
  }

  #readMembers(depth: number): void {
    this.#skipSpace();
    if (this.#take(CLOSE_OBJECT)) return;
    const names = depth > 1 && this.#interpreted.includes(this.#outerName) ? new Set<string>() : undefined;
    const nestedTools = this.#nestedTools;
    let isBare = this.#items === this.#outerName && depth === ELEMENT_DEPTH;
    do {
      this.#skipSpace();
      const start = this.#at;
      const keyEnd = this.#readString();
      this.#skipSpace();
      if (!this.#take(COLON)) throw new MalformedJson('a colon is missing', this.#at);
      this.#skipSpace();
      const valueStart = this.#at;
      if (depth === 1) this.#outerName = this.#enter(this.#members, start, keyEnd);
      else if (names) names.add(this.#enter(names, start, keyEnd));
      const isTool = this.#inlineTools.enter(this.#bytes, [start, keyEnd], depth);
      const isList = nestedTools?.enter(this.#bytes, [start, keyEnd], valueStart, depth) === true;
      this.#readValue(depth);
      if (isTool) this.#inlineTools.leave();
      if (isList) nestedTools.leave();
      if (isBare) isBare = !this.#isKind(start, keyEnd, valueStart);
      this.#cacheMarks.note(this.#bytes, [start, keyEnd], [valueStart, this.#at]);
      if (depth === 1) this.#members.set(this.#outerName, { start, valueStart, valueEnd: this.#at });
      else if (this.#isType(start, keyEnd)) this.#countType(start, keyEnd, valueStart, depth);
      this.#skipSpace();
    } while (this.#take(COMMA));
    if (!this.#take(CLOSE_OBJECT)) throw new MalformedJson('an object is not closed', this.#at);
    this.#hasBareItems ||= isBare;
  }

  #readElements(depth: number): void {
    this.#skipSpace();
    if (this.#take(CLOSE_ARRAY)) return;
    do {
      this.#skipSpace();
      this.#readValue(depth);
      this.#skipSpace();
    } while (this.#take(COMMA));
    if (!this.#take(CLOSE_ARRAY)) throw new MalformedJson('an array is not closed', this.#at);
  }

  /** Moves `at` past the closing quote and returns that position. */
  #readString(): number {
    const bytes = this.#bytes;
    if (bytes[this.#at] !== QUOTE) throw new MalformedJson('a string was expected', this.#at);
    let quote = this.#at;
    do {
      quote = bytes.indexOf(QUOTE, quote + 1);
      if (quote === -1) throw new MalformedJson('a string is not closed', this.#at);
    } while (isEscaped(bytes, quote));
    checkString(bytes, this.#at + 1, quote);
    this.#at = quote + 1;
    return this.#at;
  }

  #readLiteral(): void {
    const start = this.#at;
    while (isLiteralByte(this.#bytes[this.#at])) this.#at += 1;
    const text = this.#bytes.toString('latin1', start, this.#at);
    if (
      text !== 'true' &&
      text !== 'false' &&
      text !== 'null' &&
      !/^-?(0|[1-9]\d*)(\.\d+)?([eE][+-]?\d+)?$/.test(text)
    ) {
      throw new MalformedJson('not a JSON value', start);
    }
  }

  /** Whether a member says what its object is: a type, unless it is null, or a role. */
  #isKind(start: number, end: number, valueStart: number): boolean {
    if (this.#bytes[valueStart] === NULL) return false;
    return this.#isType(start, end) || this.#decode(start, end) === 'role';
  }

  /** With a duplicate name, we could read one value and the provider the other. */
  #enter(known: ReadonlyMap<string, Member> | ReadonlySet<string>, start: number, end: number): string {
    const name = this.#decode(start, end);
    if (known.has(name)) throw new MalformedJson('a member is given twice', start);
    if (known.size === JSON_MEMBERS_MAX) throw new MalformedJson(`more than ${JSON_MEMBERS_MAX} members`, start);
    return name;
  }

  #isType(start: number, end: number): boolean {
    const bytes = this.#bytes;
    const length = end - start;
    if (length === 6) return isLetterT(bytes[start + 1]) && isTypeName(bytes.toString('latin1', start + 1, end - 1));
    // `type` can also be spelled with escapes of up to six bytes a letter.
    return length <= 26 && bytes.subarray(start, end).includes(BACKSLASH) && isTypeName(this.#decode(start, end));
  }

  #countType(keyStart: number, keyEnd: number, start: number, depth: number): void {
    const isInTools = this.#outerName === 'tools';
    const isTool = isInTools && depth === ELEMENT_DEPTH;
    // The other types inside of a tool are those of its schema, apart from the types of the tools that it groups.
    if (isInTools && !isTool && this.#nestedTools === undefined) return;
    if (isTool && this.#decode(keyStart, keyEnd) !== 'type') this.#hasOddTools = true;
    if (this.#bytes[start] !== QUOTE || this.#at - start > TYPE_BYTES_MAX) {
      if (isTool) this.#hasOddTools ||= this.#bytes[start] !== NULL;
      return;
    }
    const type = this.#decode(start, this.#at);
    if (isTool) this.#toolTypes.add(type);
    else if (this.#outerName !== 'tool_choice') this.#nestedTools?.note(type, depth);
    if (isInTools) return;
    this.#inlineTools.note(type, depth);
    this.#contentTypes.set(type, (this.#contentTypes.get(type) ?? 0) + 1);
  }

  #decode(start: number, end: number): string {
    try {
      return JSON.parse(this.#bytes.toString('utf8', start, end)) as string;
    } catch {
      throw new MalformedJson('not a JSON string', start);
    }
  }

  #skipSpace(): void {
    const bytes = this.#bytes;
    let byte = bytes[this.#at];
    while (byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09) {
      this.#at += 1;
      byte = bytes[this.#at];
    }
  }

  #take(byte: number): boolean {
    if (this.#bytes[this.#at] !== byte) return false;
    this.#at += 1;
    return true;
  }
}
