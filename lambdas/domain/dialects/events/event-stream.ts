import type { Headers } from '../../headers';

/** The event that ends a stream is short: a longer one is not searched for its mark. */
export const DONE_BYTES_MAX = 128;

/** Whether a response is a stream of server-sent events. Media types are written in any case. */
export function isEventStream(headers: Headers): boolean {
  return /^text\/event-stream\s*(;|$)/i.test(headers['content-type'] ?? '');
}
