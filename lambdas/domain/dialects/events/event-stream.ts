import type { Headers } from '../../headers';

/** Whether a response is a stream of server-sent events. Media types are case-insensitive. */
export function isEventStream(headers: Headers): boolean {
  return /^text\/event-stream\s*(;|$)/i.test(headers['content-type'] ?? '');
}
