import { BACKSLASH, NULL, QUOTE } from './json-bytes';

/** How a body asks for prompt caching. */
export interface CacheMarks {
  /** Whether any part of the prompt is marked to be cached. */
  readonly isMarked: boolean;
  /** Whether the marks can ask for more than five minutes. A form that we do not know counts as such. */
  readonly isLong: boolean;
  /** Whether one of OpenAI's breakpoints asks for more than its usual 30 minutes. */
  readonly isLongBreakpoint: boolean;
}

const MARK = 'cache_control';
const LIFETIME = 'ttl';
/** The lifetime of a mark that names none: https://docs.anthropic.com/en/docs/build-with-claude/prompt-caching */
const DEFAULT_LIFETIME = '5m';
/** OpenAI's mark, whose usual lifetime is in every request. */
const BREAKPOINT = 'prompt_cache_breakpoint';
export const BREAKPOINT_LIFETIME = '30m';
/** A name can be spelled with escapes of six bytes for each letter. */
const NAME_BYTES_MAX = BREAKPOINT.length * 6 + 2;
const NAME_LENGTHS: ReadonlySet<number> = new Set([MARK, LIFETIME, BREAKPOINT].map(({ length }) => length));

/** Notes the marks while a body is scanned. It may take another member for a mark, but never misses one. */
export class CacheMarkReader implements CacheMarks {
  isMarked = false;
  isLong = false;
  isLongBreakpoint = false;
  /** The offset of the last lifetime that is not the usual one of a breakpoint. */
  #longAt = -1;

  /** @param bytes contains a member: the key with its quotes, and its value */
  note(bytes: Buffer, key: readonly [start: number, end: number], value: readonly [start: number, end: number]): void {
    const [start, end] = key;
    const length = end - start - 2;
    const isPlain = NAME_LENGTHS.has(length);
    if (!isPlain && (length > NAME_BYTES_MAX || !bytes.subarray(start, end).includes(BACKSLASH))) return;
    const name = textOf(bytes, key).toLowerCase();
    if (name === MARK) this.isMarked = true;
    // The members of a breakpoint are noted before the breakpoint itself.
    if (name === BREAKPOINT) this.isLongBreakpoint ||= this.#longAt > value[0];
    if (name !== LIFETIME) return;
    const lifetime = bytes[value[0]] === QUOTE ? textOf(bytes, value) : undefined;
    this.isLong ||= lifetime !== DEFAULT_LIFETIME;
    if (lifetime !== BREAKPOINT_LIFETIME && bytes[value[0]] !== NULL) this.#longAt = value[0];
  }
}

/** The text of a JSON string. The scan has checked its escapes. */
const textOf = (bytes: Buffer, [start, end]: readonly [number, number]): string =>
  JSON.parse(bytes.toString('utf8', start, end)) as string;
