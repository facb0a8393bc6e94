import { PassThrough, type Writable } from 'node:stream';
import { finished } from 'node:stream/promises';
import type { LambdaFunctionURLEvent } from 'aws-lambda';
import {
  BINARY_BODY_BYTES_MAX,
  CLIENT_ADDRESS_HEADER,
  TEXT_BODY_BYTES_MAX,
} from '../../lambdas/contracts/deployment/edge';
import { CLIENT_BUFFER_BYTES } from '../../lambdas/domain/data-plane/exchange';
import { PayloadTooLarge } from '../../lambdas/domain/errors/app-error';
import { callerBehindEdge, callerFromIam } from '../../lambdas/handlers/data-plane/function-url-callers';
import {
  AnswerBrokenOff,
  type FunctionUrlEvent,
  functionUrlExchange,
  type StreamingRuntime,
} from '../../lambdas/handlers/data-plane/function-url-host';

const heads: { statusCode: number; headers: object }[] = [];
const runtime: StreamingRuntime = {
  streamifyResponse: () => undefined,
  HttpResponseStream: {
    from: (stream: Writable, head) => {
      heads.push(head);
      return stream;
    },
  },
};

function exchangeOf(event: Partial<LambdaFunctionURLEvent>, readCaller = callerBehindEdge) {
  const full = {
    rawPath: '/v1/models',
    rawQueryString: 'a=1',
    headers: { host: 'x' },
    requestContext: { http: { method: 'GET' } },
    isBase64Encoded: false,
    ...event,
  };
  const context = { getRemainingTimeInMillis: () => 5_000 };
  return functionUrlExchange(runtime, full as FunctionUrlEvent, new PassThrough(), context, readCaller);
}

describe('an invocation through a function URL', () => {
  test('the body of an invocation is read from text or base64', async () => {
    const text = '{"model":"é"}';
    await expect(exchangeOf({ body: text }).readBody()).resolves.toEqual(Buffer.from(text));
    const encoded = { body: Buffer.from(text).toString('base64'), isBase64Encoded: true };
    await expect(exchangeOf(encoded).readBody()).resolves.toEqual(Buffer.from(text));
    await expect(exchangeOf({}).readBody()).resolves.toHaveLength(0);
  });

  test('a body that Lambda lets through is accepted, as text or in base64', async () => {
    await expect(exchangeOf({ body: 'x'.repeat(TEXT_BODY_BYTES_MAX) }).readBody()).resolves.toHaveLength(
      TEXT_BODY_BYTES_MAX,
    );
    const body = Buffer.alloc(BINARY_BODY_BYTES_MAX).toString('base64');
    await expect(exchangeOf({ body, isBase64Encoded: true }).readBody()).resolves.toHaveLength(BINARY_BODY_BYTES_MAX);
  });

  test('a body above what Lambda lets through is refused with the limit for its kind', async () => {
    const text = exchangeOf({ body: 'x'.repeat(TEXT_BODY_BYTES_MAX + 1) }).readBody();
    await expect(text).rejects.toThrow(new PayloadTooLarge(TEXT_BODY_BYTES_MAX));
    const body = Buffer.alloc(BINARY_BODY_BYTES_MAX + 1).toString('base64');
    const encoded = exchangeOf({ body, isBase64Encoded: true }).readBody();
    await expect(encoded).rejects.toThrow(new PayloadTooLarge(BINARY_BODY_BYTES_MAX));
  });

  test('an invocation has the deadline of its function and never learns that its client disconnected', () => {
    const before = Date.now();
    const exchange = exchangeOf({});
    expect([exchange.path, exchange.query]).toEqual(['/v1/models', 'a=1']);
    expect(exchange.deadline).toBeGreaterThanOrEqual(before + 5_000);
    expect(exchange.gone.aborted).toBe(false);
  });

  test('the client’s address is the one that the edge or Lambda reports, never one that the client claims', () => {
    const headers = { [CLIENT_ADDRESS_HEADER]: '192.0.2.1' };
    const iam = { userArn: 'arn:aws:sts::111122223333:assumed-role/worker/session' };
    const requestContext = { http: { method: 'GET', sourceIp: '198.51.100.7' }, authorizer: { iam } };
    const event = { headers, requestContext } as unknown as FunctionUrlEvent;
    const behindEdge = exchangeOf(event);
    expect([behindEdge.clientAddress, behindEdge.principal]).toEqual(['192.0.2.1', undefined]);
    const exchange = exchangeOf(event, callerFromIam);
    expect([exchange.clientAddress, exchange.principal]).toEqual(['198.51.100.7', iam.userArn]);
    expect(exchangeOf({}, callerFromIam).principal).toBeUndefined();
  });

  test('an invocation survives a broken connection', async () => {
    const out = exchangeOf({}).begin(200, {});
    const closed = new Promise((resolve) => out.once('close', resolve));
    out.destroy(new Error('EPIPE'));
    await closed;
  });

  test('an invocation whose answer was broken off fails once the gateway is done, and any other does not', () => {
    const exchange = exchangeOf({});
    expect(() => exchange.complete()).not.toThrow();
    exchange.breakOff();
    expect(() => exchange.complete()).toThrow(AnswerBrokenOff);
  });

  test('status and headers are sent before the body, even for a response without one', async () => {
    // The runtime sends the head with the first write, and only with a write.
    const sent: string[] = [];
    const stream = new PassThrough().on('data', (chunk: Buffer) => sent.push(chunk.toString()));
    const wrote = jest.spyOn(stream, 'write');
    const event = { rawPath: '/', headers: {}, requestContext: { http: { method: 'GET' } }, isBase64Encoded: false };
    const context = { getRemainingTimeInMillis: () => 1 };
    functionUrlExchange(runtime, event as unknown as FunctionUrlEvent, stream, context, callerBehindEdge)
      .begin(402, { 'x-request-id': 'r' })
      .end('body');
    await finished(stream);
    expect(heads.at(-1)).toEqual({ statusCode: 402, headers: { 'x-request-id': 'r' } });
    expect(wrote).toHaveBeenCalledWith('');
    expect(sent.join('')).toBe('body');
  });
});

test('a function requests the gateway’s buffer size from the runtime, whatever Node’s default is', async () => {
  const requests: unknown[] = [];
  const streaming = { ...runtime, streamifyResponse: (_handler: unknown, options: object) => requests.push(options) };
  Object.assign(globalThis, { awslambda: streaming });
  try {
    await jest.isolateModulesAsync(async () => {
      const { serveFunctionUrl } = await import('../../lambdas/handlers/data-plane/serve-function-url');
      await serveFunctionUrl(() => Promise.reject(new Error('nothing is asked')), callerBehindEdge);
    });
  } finally {
    Reflect.deleteProperty(globalThis, 'awslambda');
  }
  expect(requests).toEqual([{ highWaterMark: CLIENT_BUFFER_BYTES }]);
});
