export const LINE_FEED = 0x0a;
const CARRIAGE_RETURN = 0x0d;

/** Known providers never send events near this length; anything longer is not an event stream. */
export const EVENT_BYTES_MAX = 8 * 1024 * 1024;

/** The provider sends an event that is longer than EVENT_BYTES_MAX. */
export class EventTooLong extends Error {
  constructor() {
    super('the event is too long');
  }
}

/**
 * Cuts a byte stream into whole server-sent events without parsing them. It keeps an incomplete event back, because
 * half an event is useless to clients and a comment is only allowed between two events.
 */
export class EventSplitter {
  #rest: Buffer | undefined;

  /** The length of the incomplete event. */
  get restBytes(): number {
    return this.#rest?.length ?? 0;
  }

  /**
   * @param visit called with the offsets of each whole event in `bytes`, its blank line included
   * @returns the bytes that were visited
   * @throws EventTooLong
   */
  push(chunk: Buffer, visit: (bytes: Buffer, start: number, end: number) => void): Buffer {
    const bytes = this.#rest === undefined ? chunk : Buffer.concat([this.#rest, chunk]);
    // The kept bytes may end in the first half of a blank line, so the search begins before that.
    let start = 0;
    let from = this.#rest === undefined ? 0 : Math.max(0, this.#rest.length - 2);
    for (;;) {
      const end = endOfEvent(bytes, from);
      if (end === -1) break;
      visit(bytes, start, end);
      start = end;
      from = end;
    }
    this.#rest = start === bytes.length ? undefined : bytes.subarray(start);
    if (this.#rest !== undefined && this.#rest.length > EVENT_BYTES_MAX) throw new EventTooLong();
    return start === bytes.length ? bytes : bytes.subarray(0, start);
  }

  /** Returns the bytes after the last whole event, once. */
  takeRest(): Buffer | undefined {
    const rest = this.#rest;
    this.#rest = undefined;
    return rest;
  }
}

/** The offset past the next blank line (`\n\n` or `\n\r\n`) at or after `from`, or -1. */
function endOfEvent(bytes: Buffer, from: number): number {
  for (let at = bytes.indexOf(LINE_FEED, from); at !== -1; at = bytes.indexOf(LINE_FEED, at + 1)) {
    const next = bytes[at + 1];
    if (next === LINE_FEED) return at + 2;
    if (next === CARRIAGE_RETURN && bytes[at + 2] === LINE_FEED) return at + 3;
  }
  return -1;
}
