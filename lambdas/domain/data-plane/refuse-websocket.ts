import { WEBSOCKET_HEADER } from '../../contracts/deployment/edge';
import type { Headers } from '../headers';
import { WebSocketRefused } from './caller-errors';

/**
 * Refuses the handshake of a WebSocket before anything else is looked at, because a client falls back to HTTP at once.
 * The response has no `upgrade` header: the edge cannot send one, and no client needs it.
 * @throws WebSocketRefused
 */
export function refuseWebSocket(headers: Headers): void {
  if (headers[WEBSOCKET_HEADER] !== undefined || /\bwebsocket\b/i.test(headers['upgrade'] ?? ''))
    throw new WebSocketRefused();
}
