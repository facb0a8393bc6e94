import { AppError } from '../../../lambdas/domain/errors/app-error';
import { REQUEST_BYTES_MAX } from '../../../lambdas/domain/data-plane/metered-handler';
import { chat } from '../../../lambdas/domain/dialects/openai/chat/chat';

/** The largest body that is accepted, filled with one piece over and over. */
function filled(piece: string, before: string, after: string): Buffer {
  const room = REQUEST_BYTES_MAX - Buffer.byteLength(before + after);
  return Buffer.from(before + piece.repeat(Math.floor(room / Buffer.byteLength(piece))) + after);
}

const many = (count: number, piece: (at: number) => string): string =>
  Array.from({ length: count }, (_, at) => piece(at)).join('');

const bodies: { readonly [what: string]: Buffer } = {
  text: filled('a', '{"model":"m","messages":["', '"]}'),
  'escaped quotes': filled(String.raw`\"`, '{"model":"m","messages":["', '"]}'),
  backslashes: filled(String.raw`\\`, '{"model":"m","messages":["', '"]}'),
  'nested arrays': filled(`${'['.repeat(40)}${']'.repeat(40)},`, '{"model":"m","messages":[', '1]}'),
  numbers: filled('1,', '{"model":"m","messages":[', '1]}'),
  digits: filled('1', '{"model":"m","messages":[{}],"x":', '}'),
  'escaped keys': filled(String.raw`{"\u0061":1},`, '{"model":"m","messages":[', '1]}'),
  'types that are all different': Buffer.from(
    `{"model":"m","messages":[${many(250_000, (at) => `{"type":"${at}"},`)}1]}`,
  ),
  members: Buffer.from(`{"model":"m","messages":[{}]${many(400_000, (at) => `,"${at}":1`)}}`),
  'invalid modalities': filled('1,', '{"model":"m","messages":[{}],"modalities":[', '1]}'),
  'stream options': Buffer.from(
    `{"model":"m","messages":[{}],"stream":true,"stream_options":{${many(350_000, (at) => `"${at}":1,`)}"x":1}}`,
  ),
  'a long model': filled('m', '{"messages":[{}],"model":"', '"}'),
};

/** Linear work takes tens to hundreds of milliseconds on a slow machine; quadratic work, or building the body, takes far longer. */
const MS_MAX = 3_000;
const HEAP_BYTES_MAX = 120 * 1024 * 1024;

test.each(Object.entries(bodies))(
  'the largest body, filled with %s, is handled in bounded time and memory',
  (_what, body) => {
    const before = process.memoryUsage().heapUsed;
    const start = performance.now();
    try {
      chat.providerBody(chat.parse({ contentType: 'application/json', bytes: body }), { outputTokensCap: 9 });
    } catch (error) {
      expect(error).toBeInstanceOf(AppError);
    }
    expect(performance.now() - start).toBeLessThan(MS_MAX);
    expect(process.memoryUsage().heapUsed - before).toBeLessThan(HEAP_BYTES_MAX);
  },
);
