import { PassThrough, type Writable } from 'node:stream';
import { finished } from 'node:stream/promises';
import type { LambdaFunctionURLEvent } from 'aws-lambda';
import { PayloadTooLarge } from '../../lambdas/domain/errors/app-error';
import { functionUrlExchange, type StreamingRuntime } from '../../lambdas/handlers/data-plane/function-url-host';

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

function exchangeOf(event: Partial<LambdaFunctionURLEvent>) {
  const full = {
    rawPath: '/v1/models',
    rawQueryString: 'a=1',
    headers: { host: 'x' },
    requestContext: { http: { method: 'GET' } },
    isBase64Encoded: false,
    ...event,
  };
  return functionUrlExchange(runtime, full as LambdaFunctionURLEvent, new PassThrough(), {
    getRemainingTimeInMillis: () => 5_000,
  });
}

describe('an invocation through a function URL', () => {
  test('is read as it came, in text or base64', async () => {
    const text = '{"model":"é"}';
    await expect(exchangeOf({ body: text }).readBody(100)).resolves.toEqual(Buffer.from(text));
    const encoded = { body: Buffer.from(text).toString('base64'), isBase64Encoded: true };
    await expect(exchangeOf(encoded).readBody(100)).resolves.toEqual(Buffer.from(text));
    await expect(exchangeOf({}).readBody(100)).resolves.toHaveLength(0);
  });

  test('a body above the limit is refused', async () => {
    await expect(exchangeOf({ body: 'x'.repeat(101) }).readBody(100)).rejects.toThrow(PayloadTooLarge);
  });

  test('ends by the invocation’s deadline and never learns that its client left', () => {
    const before = Date.now();
    const exchange = exchangeOf({});
    expect([exchange.path, exchange.query]).toEqual(['/v1/models', 'a=1']);
    expect(exchange.deadline).toBeGreaterThanOrEqual(before + 5_000);
    expect(exchange.gone.aborted).toBe(false);
  });

  test('outlives a response whose connection breaks', async () => {
    const out = exchangeOf({}).begin(200, {});
    const closed = new Promise((resolve) => out.once('close', resolve));
    out.destroy(new Error('EPIPE'));
    await closed;
  });

  test('sends status and headers before the body, also when all of that comes with the end', async () => {
    // The runtime puts the head in front of the first write, and only of a write.
    const sent: string[] = [];
    const stream = new PassThrough().on('data', (chunk: Buffer) => sent.push(chunk.toString()));
    const wrote = jest.spyOn(stream, 'write');
    const event = { rawPath: '/', headers: {}, requestContext: { http: { method: 'GET' } }, isBase64Encoded: false };
    const context = { getRemainingTimeInMillis: () => 1 };
    functionUrlExchange(runtime, event as unknown as LambdaFunctionURLEvent, stream, context)
      .begin(402, { 'x-request-id': 'r' })
      .end('body');
    await finished(stream);
    expect(heads.at(-1)).toEqual({ statusCode: 402, headers: { 'x-request-id': 'r' } });
    expect(wrote).toHaveBeenCalledWith('');
    expect(sent.join('')).toBe('body');
  });
});
