import { AppError } from '../../../lambdas/domain/errors/app-error';
import { TEXT_BODY_BYTES_MAX } from '../../../lambdas/contracts/deployment/edge';
import { chat } from '../../../lambdas/domain/dialects/openai/chat/chat';

/** Builds a body of this many bytes. */
type BodyOf = (bytes: number) => Buffer;

/** A body that is filled with one piece over and over. */
const filled =
  (piece: string, before: string, after: string): BodyOf =>
  (bytes) => {
    const room = bytes - Buffer.byteLength(before + after);
    return Buffer.from(before + piece.repeat(Math.floor(room / Buffer.byteLength(piece))) + after);
  };

/** A body that is filled with distinct pieces. */
const numbered =
  (piece: (at: number) => string, before: string, after: string): BodyOf =>
  (bytes) => {
    const count = Math.floor((bytes - Buffer.byteLength(before + after)) / piece(1_000_000).length);
    return Buffer.from(before + Array.from({ length: count }, (_, at) => piece(at)).join('') + after);
  };

const bodies: { readonly [what: string]: BodyOf } = {
  text: filled('a', '{"model":"m","messages":["', '"]}'),
  'escaped quotes': filled(String.raw`\"`, '{"model":"m","messages":["', '"]}'),
  backslashes: filled(String.raw`\\`, '{"model":"m","messages":["', '"]}'),
  'nested arrays': filled(`${'['.repeat(40)}${']'.repeat(40)},`, '{"model":"m","messages":[', '1]}'),
  numbers: filled('1,', '{"model":"m","messages":[', '1]}'),
  digits: filled('1', '{"model":"m","messages":[{}],"x":', '}'),
  'escaped keys': filled(String.raw`{"\u0061":1},`, '{"model":"m","messages":[', '1]}'),
  'types that are all different': numbered((at) => `{"type":"${at}"},`, '{"model":"m","messages":[', '1]}'),
  members: numbered((at) => `,"${at}":1`, '{"model":"m","messages":[{}]', '}'),
  'invalid modalities': filled('1,', '{"model":"m","messages":[{}],"modalities":[', '1]}'),
  'stream options': numbered(
    (at) => `"${at}":1,`,
    '{"model":"m","messages":[{}],"stream":true,"stream_options":{',
    '"x":1}}',
  ),
  'a long model': filled('m', '{"messages":[{}],"model":"', '"}'),
};

function handle(bytes: Buffer): void {
  try {
    chat.providerBody(chat.parse({ contentType: 'application/json', bytes }), { outputTokensCap: 9 });
  } catch (error) {
    expect(error).toBeInstanceOf(AppError);
  }
}

/**
 * Measures the CPU microseconds that a body costs: the minimum of several runs, because garbage collection affects
 * some.
 */
function workOf(body: Buffer): number {
  const runs = Array.from({ length: 4 }, () => {
    const before = process.cpuUsage();
    handle(body);
    const { user, system } = process.cpuUsage(before);
    return user + system;
  });
  return Math.min(...runs);
}

const SMALL_BYTES = 80 * 1024;
const SIZE_RATIO = 8;
/** Linear work grows as the body does, quadratic work 64 times. The ratio is the same on a slow or a busy machine. */
const WORK_RATIO_MAX = 3 * SIZE_RATIO;

test.each(Object.entries(bodies))(
  'the work for a body filled with %s grows no faster than its size',
  (_what, bodyOf) => {
    const [small, large] = [bodyOf(SMALL_BYTES), bodyOf(SIZE_RATIO * SMALL_BYTES)];
    expect(workOf(large) / workOf(small)).toBeLessThan(WORK_RATIO_MAX);
  },
);

const HEAP_BYTES_MAX = 120 * 1024 * 1024;

test.each(Object.entries(bodies))(
  'the largest body of a function, filled with %s, is handled in bounded memory',
  (_what, bodyOf) => {
    const body = bodyOf(TEXT_BODY_BYTES_MAX);
    const before = process.memoryUsage().heapUsed;
    handle(body);
    expect(process.memoryUsage().heapUsed - before).toBeLessThan(HEAP_BYTES_MAX);
  },
);
