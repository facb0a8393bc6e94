const BOM = Buffer.from([0xef, 0xbb, 0xbf]);
/** The lines of an event stream begin with one of these. */
const FIELDS = [':', 'data:', 'event:', 'id:', 'retry:'].map((field) => Buffer.from(field));
const LONGEST_FIELD = Math.max(...FIELDS.map(({ length }) => length));

/** Some providers send blank lines until their answer begins. More of them are not waited for. */
const BLANK_BYTES_MAX = 64 * 1024;

/** A body whose beginning has arrived. */
export interface OpenedBody {
  /** The bytes so far, without a byte order mark. */
  readonly bytes: Buffer;
  /** Whether the body looks like server-sent events. JSON never does. */
  readonly isEvents: boolean;
}

/**
 * Looks at the first bytes of a body. A byte order mark is removed, because it would stand in the middle of a response
 * that has begun with a keep-alive, and some clients do not accept one even at its beginning. Some providers send
 * events under another content type, so events are also recognised by their first line.
 */
export class Opening {
  #bytes: Buffer = Buffer.alloc(0);

  /** @returns undefined while the bytes so far do not show what the body is */
  push(chunk: Buffer): OpenedBody | undefined {
    this.#bytes = this.#bytes.length === 0 ? chunk : Buffer.concat([this.#bytes, chunk]);
    const { isUndecided, ...opened } = open(this.#bytes);
    return isUndecided ? undefined : opened;
  }

  /** @returns the body when no more bytes follow */
  end(): OpenedBody {
    const { bytes, isEvents } = open(this.#bytes);
    return { bytes, isEvents };
  }
}

function open(all: Buffer): OpenedBody & { readonly isUndecided: boolean } {
  const bomBytes = all.length >= BOM.length && all.subarray(0, BOM.length).equals(BOM) ? BOM.length : 0;
  const bytes = all.subarray(bomBytes);
  const start = firstAfterBlank(bytes);
  const line = bytes.subarray(start, start + LONGEST_FIELD);
  const isEvents = FIELDS.some((field) => line.subarray(0, field.length).equals(field));
  const isUndecided =
    !isEvents &&
    bytes.length <= BLANK_BYTES_MAX &&
    ((bomBytes === 0 && isBeginningOf(BOM, all)) || FIELDS.some((field) => isBeginningOf(field, line)));
  return { bytes, isEvents, isUndecided };
}

/** Whether `bytes` is a proper prefix of `whole`. No bytes at all are a prefix of everything. */
function isBeginningOf(whole: Buffer, bytes: Buffer): boolean {
  return bytes.length < whole.length && whole.subarray(0, bytes.length).equals(bytes);
}

function firstAfterBlank(bytes: Buffer): number {
  let at = 0;
  while (bytes[at] === 0x0a || bytes[at] === 0x0d || bytes[at] === 0x20 || bytes[at] === 0x09) at += 1;
  return at;
}
