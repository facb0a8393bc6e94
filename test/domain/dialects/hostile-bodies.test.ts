import { AppError } from '../../../lambdas/domain/errors/app-error';
import { TEXT_BODY_BYTES_MAX } from '../../../lambdas/contracts/deployment/edge';
import type { MeteredEndpoint } from '../../../lambdas/domain/dialects/endpoint';
import { ENDPOINTS } from '../../../lambdas/domain/dialects/registry';

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

const TOOL = '{"type":"tool_search","execution":"client"},';
const CACHED = '{"type":"web_search","external_web_access":false},';
const INSIDE = '{"model":"m","input":[{"type":"additional_tools","tools":[';

const responseBodies: { readonly [what: string]: BodyOf } = {
  'items of a conversation': filled('{"role":"user","content":""},', '{"model":"m","input":[', '{"role":"user"}]}'),
  'items without content': filled('{"id":"x"},', '{"model":"m","input":[', '1]}'),
  'tools whose settings are read': filled(TOOL, '{"model":"m","input":"","tools":[', '{"type":"custom"}]}'),
  'tools that are left out': filled(CACHED, '{"model":"m","input":"","tools":[', '{"type":"custom"}]}'),
  'tools inside of the input': filled(TOOL, INSIDE, '{"type":"custom"}]}]}'),
  'lists of tools in each other': filled('{"tools":[', `${INSIDE}${TOOL}`, '1]}]}'),
  'namespaces with one tool each': filled(`{"type":"namespace","tools":[${CACHED}1]},`, INSIDE, '1]}]}'),
  'one long tool': filled('1,', `{"model":"m","input":"","tools":[${TOOL}{"type":"custom","x":[`, '1]}]}'),
};

type Case = readonly [what: string, bodyOf: BodyOf, endpoint: MeteredEndpoint];
const CASES: readonly Case[] = [
  ...Object.entries(bodies).map(([what, bodyOf]): Case => [what, bodyOf, ENDPOINTS.chat]),
  ...Object.entries(responseBodies).map(([what, bodyOf]): Case => [what, bodyOf, ENDPOINTS.responses]),
];

function handle(bytes: Buffer, endpoint: MeteredEndpoint): void {
  try {
    endpoint.providerBody(endpoint.parse({ contentType: 'application/json', bytes }), { outputTokensCap: 9 });
  } catch (error) {
    expect(error).toBeInstanceOf(AppError);
  }
}

/**
 * Measures the CPU microseconds that a body costs: the minimum of several runs, because garbage collection affects
 * some.
 */
function workOf(body: Buffer, endpoint: MeteredEndpoint): number {
  const runs = Array.from({ length: 4 }, () => {
    const before = process.cpuUsage();
    handle(body, endpoint);
    const { user, system } = process.cpuUsage(before);
    return user + system;
  });
  return Math.min(...runs);
}

const SMALL_BYTES = 80 * 1024;
const SIZE_RATIO = 8;
/** Linear work grows as the body does, quadratic work 64 times. The ratio is the same on a slow or a busy machine. */
const WORK_RATIO_MAX = 3 * SIZE_RATIO;

test.each(CASES)('the work for a body filled with %s grows no faster than its size', (_what, bodyOf, endpoint) => {
  const [small, large] = [bodyOf(SMALL_BYTES), bodyOf(SIZE_RATIO * SMALL_BYTES)];
  expect(workOf(large, endpoint) / workOf(small, endpoint)).toBeLessThan(WORK_RATIO_MAX);
});

const HEAP_BYTES_MAX = 120 * 1024 * 1024;

test.each(CASES)(
  'the largest body of a function, filled with %s, is handled in bounded memory',
  (_what, bodyOf, endpoint) => {
    const body = bodyOf(TEXT_BODY_BYTES_MAX);
    const before = process.memoryUsage().heapUsed;
    handle(body, endpoint);
    expect(process.memoryUsage().heapUsed - before).toBeLessThan(HEAP_BYTES_MAX);
  },
);
