import { brotliCompressSync, deflateSync, gzipSync } from 'node:zlib';
import {
  CHAT_MODEL,
  chatBody,
  costOf,
  type LocalRun,
  post,
  priceOf,
  recordsOf,
  startLocalRun,
  stopAndVerify,
  usageDuring,
} from './local-run';
import { chatCompletion, chatStream } from './provider-answers';
import { until } from './until';
import { wholeAnswer } from './upstream';

const USAGE = { prompt_tokens: 9, completion_tokens: 3, total_tokens: 12 };
const COST_PICO = costOf(priceOf('openai', CHAT_MODEL), { input: 9, output: 3 });
const LARGE = JSON.stringify(chatCompletion('x'.repeat(4 * 1024 * 1024), USAGE));

let run: LocalRun;
beforeEach(async () => {
  run = await startLocalRun();
});
afterEach(() => stopAndVerify(run));

test.each([
  ['gzip', gzipSync],
  ['deflate', deflateSync],
  ['br', brotliCompressSync],
] as const)(
  'an answer that a provider encodes unasked reaches its client decoded, and is metered: %s',
  async (encoding, encode) => {
    const small = JSON.stringify(chatCompletion('Hello', USAGE));
    const stream = chatStream(['Hel', 'lo'], USAGE).join('');
    const { records, paidPico } = await usageDuring(run, async () => {
      for (const text of [small, LARGE]) {
        run.upstream.answerWith((reply) => {
          reply.writeHead(200, { 'content-type': 'application/json', 'content-encoding': encoding }).end(encode(text));
        });
        expect((await post(run, '/v1/chat/completions', chatBody())).text).toBe(text);
      }
      run.upstream.answerWith((reply) => {
        reply.writeHead(200, { 'content-type': 'text/event-stream', 'content-encoding': encoding }).end(encode(stream));
      });
      const answer = await post(run, '/v1/chat/completions', chatBody({ stream: true }));
      expect(answer.text).toContain('"content":"lo"');
      expect(answer.headers.get('content-encoding')).toBeNull();
    });
    expect(records.map(({ estimated }) => estimated)).toEqual([false, false, false]);
    expect(paidPico).toBe(3n * COST_PICO);
  },
);

test('a large whole answer reaches its client byte for byte, without a cost header, and is metered', async () => {
  run.upstream.answerWith(wholeAnswer(LARGE));
  const { records, paidPico } = await usageDuring(run, async () => {
    const answer = await post(run, '/v1/chat/completions', chatBody());
    expect([answer.status, answer.text === LARGE]).toEqual([200, true]);
    expect(answer.headers.get('x-tollgate-cost')).toBeNull();
  });
  expect(records).toMatchObject([{ status: 'completed', estimated: false }]);
  expect(paidPico).toBe(COST_PICO);
});

test.each(['with a length', 'in chunks'])(
  'a large whole answer that its provider breaks off is a broken connection for its client, %s, and free',
  async (how) => {
    run.upstream.answerWith((reply) => {
      const length = how === 'in chunks' ? {} : { 'content-length': String(LARGE.length) };
      reply.writeHead(200, { 'content-type': 'application/json', ...length });
      reply.write(LARGE.slice(0, -100), () => reply.destroy());
    });
    const { records, paidPico } = await usageDuring(run, async () => {
      await expect(post(run, '/v1/chat/completions', chatBody())).rejects.toThrow();
      await until('the record', async () => (await recordsOf(run)).length === 1);
    });
    expect(records).toMatchObject([{ status: 'provider_error', httpStatus: 200 }]);
    expect(paidPico).toBe(0n);
  },
);
