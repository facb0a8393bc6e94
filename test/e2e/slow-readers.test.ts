import {
  balanceOf,
  CHAT_MODEL,
  chatBody,
  costOf,
  type LocalRun,
  messagesBody,
  post,
  priceOf,
  recordsOf,
  startLocalRun,
  stopAndVerify,
  usageDuring,
} from './local-run';
import { chatCompletion, chatDelta, chatStream } from './provider-answers';
import { UnreadClient } from './unread-client';
import { until } from './until';
import { noAnswer, type ProviderScript, streamedAnswer, wholeAnswer } from './upstream';

const MIB = 1024 * 1024;
const USAGE = { prompt_tokens: 9, completion_tokens: 3, total_tokens: 12 };
const COST_PICO = costOf(priceOf('openai', CHAT_MODEL), { input: 9, output: 3 });
/** More than the system's own buffers take from a client that does not read. */
const ANSWER_BYTES = 12 * MIB;
/** The longest events keep the most memory. */
const EVENT_BYTES = 6 * MIB;
/** A client that stalls is noticed at once. */
const CHECK_MS = 50;
/** Longer than any test takes. */
const NEVER_MS = 600_000;

let run: LocalRun;
afterEach(() => stopAndVerify(run));

const unread = (body: object): UnreadClient => UnreadClient.post(run.gateway.url, run.gateway.account.apiKey, body);

const bigAnswer = wholeAnswer(chatCompletion('x'.repeat(ANSWER_BYTES), USAGE));

/** Streams as fast as the gateway takes it, until the gateway ends it. */
const endlessText: ProviderScript = async (reply, { aborted }) => {
  reply.writeHead(200, { 'content-type': 'text/event-stream' });
  const piece = chatDelta('x'.repeat(16 * 1024));
  while (!reply.destroyed) {
    if (!reply.write(piece)) await Promise.race([aborted, new Promise((resolve) => reply.once('drain', resolve))]);
  }
};

describe('a client that does not read for the write timeout', () => {
  beforeEach(async () => {
    run = await startLocalRun({}, { checkMs: CHECK_MS, writeTimeoutMs: 4 * CHECK_MS });
  });

  test('a client that does not read its stream is disconnected and pays once for what was produced', async () => {
    run.upstream.answerWith(endlessText);
    const { records, paidPico } = await usageDuring(run, async () => {
      const client = unread(chatBody({ stream: true, max_tokens: 50 }));
      await until('the record', async () => (await recordsOf(run)).length === 1);
      await run.upstream.received[0]?.aborted;
      await client.readToEnd();
    });
    expect(records).toMatchObject([{ status: 'client_gone', httpStatus: 200, estimated: true, usage: { output: 50 } }]);
    expect(paidPico).toBe(records[0]?.costPico);
    expect(run.log.join('')).not.toMatch('"level":"error"');
  });

  test('a client that does not read its whole answer is disconnected, and pays what the provider reports', async () => {
    run.upstream.answerWith(bigAnswer);
    const { records, paidPico } = await usageDuring(run, async () => {
      const client = unread(chatBody());
      await until('the record', async () => (await recordsOf(run)).length === 1);
      await until('its memory to be free', () => run.gateway.host.keptBytes === 0);
      expect(await client.readToEnd()).toBeLessThan(ANSWER_BYTES);
    });
    expect(records).toMatchObject([{ status: 'client_gone', httpStatus: 200, estimated: false }]);
    expect(paidPico).toBe(COST_PICO);
  });

  test('a client that waits for a silent provider is not taken for one that does not read', async () => {
    let respond = (): void => undefined;
    const cutOther = new Promise<void>((resolve) => (respond = resolve));
    run.upstream.answerWith(async (reply, received) => {
      if (received.json['stream'] === true) return endlessText(reply, received);
      await cutOther;
      await wholeAnswer(chatCompletion('Hello', USAGE))(reply, received);
    });
    const waiting = post(run, '/v1/chat/completions', chatBody());
    await until('the provider to get the request', () => run.upstream.received.length === 1);
    const other = unread(chatBody({ stream: true }));
    await until('the other client to be disconnected', async () => (await recordsOf(run)).length === 1);
    respond();
    expect((await waiting).status).toBe(200);
    await other.readToEnd();
  });
});

test('a client that does not read its stream is disconnected at the deadline of its request, and pays once', async () => {
  // The provider is stopped ten seconds before the deadline.
  run = await startLocalRun({ TOLLGATE_REQUEST_SECONDS: '11' }, { writeTimeoutMs: NEVER_MS });
  run.upstream.answerWith(endlessText);
  const { records, paidPico } = await usageDuring(run, async () => {
    const client = unread(chatBody({ stream: true, max_tokens: 50 }));
    await until('the record', async () => (await recordsOf(run)).length === 1);
    await until('the connection to be closed', () => run.gateway.host.openRequests === 0);
    await client.readToEnd();
  });
  expect(records).toMatchObject([{ status: 'interrupted', httpStatus: 200, estimated: true, usage: { output: 50 } }]);
  expect(paidPico).toBe(records[0]?.costPico);
});

describe('a gateway whose memory is short', () => {
  test('clients that do not read make room for one that reads, long before the write timeout', async () => {
    run = await startLocalRun(
      {},
      // A client that reads may stand still for longer than CHECK_MS on a busy machine.
      { writeTimeoutMs: NEVER_MS, memoryWaitMs: NEVER_MS, bodiesBytesMax: 2 * EVENT_BYTES },
    );
    run.upstream.answerWith(streamedAnswer(chatStream(['x'.repeat(EVENT_BYTES)], USAGE)));
    const body = chatBody({ stream: true, max_tokens: 50 });
    const { records, paidPico } = await usageDuring(run, async () => {
      const clients = Array.from({ length: 4 }, () => unread(body));
      const reading = await post(run, '/v1/chat/completions', body);
      expect([reading.status, reading.text.length > EVENT_BYTES]).toEqual([200, true]);
      for (const client of clients) client.close();
      await until('every record', async () => (await recordsOf(run)).length === 5);
    });
    expect(records.map(({ status }) => status).sort()).toEqual([
      ...Array.from({ length: 4 }, () => 'client_gone'),
      'completed',
    ]);
    expect(paidPico).toBe(records.reduce((sum, { costPico }) => sum + costPico, 0n));
  });

  test('a client that stops sending its body makes room for other requests', async () => {
    run = await startLocalRun(
      {},
      { checkMs: CHECK_MS, writeTimeoutMs: NEVER_MS, memoryWaitMs: NEVER_MS, bodiesBytesMax: MIB },
    );
    run.upstream.answerWith(wholeAnswer(chatCompletion('Hello', USAGE)));
    const { apiKey } = run.gateway.account;
    const head = `POST /v1/chat/completions HTTP/1.1\r\nhost: x\r\nauthorization: Bearer ${apiKey}\r\ncontent-type: application/json\r\n`;
    const half = 'x'.repeat(MIB - 1);
    const sender = UnreadClient.send(
      Number(new URL(run.gateway.url).port),
      `${head}content-length: ${2 * MIB}\r\n\r\n${half}`,
    );
    await until('half of the body to arrive', () => run.gateway.host.keptBytes === half.length);
    expect((await post(run, '/v1/chat/completions', chatBody())).status).toBe(200);
    await sender.readToEnd();
  });

  test('a request that gets no memory for its body is refused in its dialect, and nothing is held for it', async () => {
    run = await startLocalRun({}, { checkMs: CHECK_MS, memoryWaitMs: CHECK_MS, bodiesBytesMax: MIB });
    run.upstream.answerWith(noAnswer);
    const content = 'x'.repeat(MIB);
    const messages = [{ role: 'user', content }];
    const { records } = await usageDuring(run, async () => {
      const leave = new AbortController();
      const running = fetch(`${run.gateway.url}/chat/completions`, {
        method: 'POST',
        signal: leave.signal,
        headers: { authorization: `Bearer ${run.gateway.account.apiKey}`, 'content-type': 'application/json' },
        body: JSON.stringify(chatBody({ stream: true, messages: [{ role: 'user', content: 'x'.repeat(MIB / 2) }] })),
      }).catch(() => undefined);
      await until('the provider to get the first request', () => run.upstream.received.length === 1);
      const refused = await post(run, '/v1/chat/completions', chatBody({ messages }));
      expect([refused.status, refused.headers.get('retry-after')]).toEqual([503, '1']);
      expect(JSON.parse(refused.text)).toMatchObject({ error: { code: 'service_unavailable' } });
      const other = await post(run, '/v1/messages', messagesBody({ messages }));
      expect(other.status).toBe(503);
      expect(JSON.parse(other.text)).toMatchObject({ type: 'error', error: { type: 'overloaded_error' } });
      leave.abort();
      await running;
    });
    expect(records).toMatchObject([{ status: 'client_gone' }]);
    expect((await balanceOf(run)).heldPico).toBe(0n);
  });
});
