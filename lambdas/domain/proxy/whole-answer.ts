import type { Headers } from './exchange';
import { isEventStream } from './provider-headers';

/** An answer that a provider gave in one piece, good or bad. */
export interface WholeAnswer {
  readonly status: number;
  readonly headers: Headers;
  readonly body: Buffer;
}

/** An error is short: a longer answer is not searched for one. */
const ERROR_BYTES_MAX = 64 * 1024;

const OPEN_OBJECT = 0x7b;
const ERROR = Buffer.from('"error"');

/**
 * Whether it is what was asked for. Not every answer of status 200 is: some providers put their errors there, and a
 * proxy in front of one may answer with a page. Whoever got none of the model's work does not pay for it.
 */
export function isAnswer({ status, headers, body }: WholeAnswer): boolean {
  if (status < 200 || status >= 300) return false;
  if (isEventStream(headers)) return body.length > 0;
  return firstByte(body) === OPEN_OBJECT && !isError(body);
}

function firstByte(body: Buffer): number | undefined {
  return body.find((byte) => byte > 0x20);
}

function isError(body: Buffer): boolean {
  if (body.length > ERROR_BYTES_MAX || !body.includes(ERROR)) return false;
  try {
    const { error } = JSON.parse(body.toString()) as { readonly error?: unknown };
    return error !== undefined && error !== null;
  } catch {
    return false;
  }
}
