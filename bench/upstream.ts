/** The provider behind every subject. It is a separate process on raw sockets, so that it is never the bottleneck. */
import { createServer, type AddressInfo, type Socket } from 'node:net';
import { MessageReader } from './message-reader';
import { CHAT_ANSWER, parseStreamRequest, streamEvents } from './traffic';

const STREAM_HEAD = [
  'HTTP/1.1 200 OK',
  'content-type: text/event-stream; charset=utf-8',
  'cache-control: no-cache',
  'x-request-id: req_bench',
  'transfer-encoding: chunked',
].join('\r\n');
const WHOLE = Buffer.from(
  [
    'HTTP/1.1 200 OK',
    'content-type: application/json',
    'x-request-id: req_bench',
    `content-length: ${Buffer.byteLength(CHAT_ANSWER)}`,
    '',
    CHAT_ANSWER,
  ].join('\r\n'),
);

interface Stream {
  readonly socket: Socket;
  readonly events: readonly (() => string)[];
  readonly paceMs: number;
  sent: number;
  dueMs: number;
}

const streams = new Set<Stream>();
/** One timer for all streams costs less than one for each. */
let ticker: NodeJS.Timeout | undefined;

function tick(): void {
  const nowMs = performance.now();
  for (const stream of streams) {
    if (stream.dueMs <= nowMs) sendNext(stream);
  }
  if (streams.size > 0) return;
  clearInterval(ticker);
  ticker = undefined;
}

function sendNext(stream: Stream): void {
  const text = stream.events[stream.sent]?.() ?? '';
  stream.sent += 1;
  stream.dueMs += stream.paceMs;
  const isLast = stream.sent === stream.events.length;
  stream.socket.write(`${text.length.toString(16)}\r\n${text}\r\n${isLast ? '0\r\n\r\n' : ''}`, 'latin1');
  if (isLast || stream.socket.destroyed) streams.delete(stream);
}

function answer(socket: Socket, body: string): void {
  const stream = parseStreamRequest(body);
  if (stream === undefined) {
    socket.write(WHOLE);
    return;
  }
  socket.write(`${STREAM_HEAD}\r\n\r\n`, 'latin1');
  const { paceMs, withUsage } = stream;
  streams.add({ socket, events: streamEvents(withUsage), paceMs, sent: 0, dueMs: performance.now() + paceMs });
  ticker ??= setInterval(tick, 1);
}

const server = createServer({ noDelay: true }, (socket) => {
  let body = '';
  const reader = new MessageReader({
    onHead: () => (body = ''),
    onBody: (bytes) => (body += bytes.toString('latin1')),
    onEnd: () => answer(socket, body),
  });
  socket.on('data', (bytes) => reader.push(bytes));
  // The client sees a proxy that drops the connection, and counts the failure.
  socket.on('error', () => socket.destroy());
});

server.listen(0, '127.0.0.1', () => process.send?.({ port: (server.address() as AddressInfo).port }));
process.on('disconnect', () => process.exit());
