import { request } from 'node:http';
import {
  balanceOf,
  CHAT_MODEL,
  chatBody,
  costOf,
  usageDuring,
  type LocalRun,
  post,
  priceOf,
  recordsOf,
  startLocalRun,
  stopAndVerify,
  stoppedRun,
} from './local-run';
import { chatCompletion, chatDelta } from './provider-answers';
import { until } from './until';
import { endlessStream, wholeAnswer } from './upstream';

let run: LocalRun;
beforeEach(async () => {
  run = await startLocalRun();
});
afterEach(() => stopAndVerify(run));

/** Sends a request and disconnects at the first bytes of the answer, or when the signal fires. */
function sendAndDisconnect(body: object, when: 'first bytes' | AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const sent = request(`${run.gateway.url}/chat/completions`, {
      method: 'POST',
      headers: { authorization: `Bearer ${run.gateway.account.apiKey}`, 'content-type': 'application/json' },
    });
    sent.on('close', resolve).on('error', () => undefined);
    if (when === 'first bytes') sent.on('response', (response) => response.once('data', () => sent.destroy()));
    else when.addEventListener('abort', () => sent.destroy());
    sent.end(JSON.stringify(body));
  });
}

test('a client that disconnects from its stream stops the provider and pays for what was produced', async () => {
  run.upstream.answerWith(endlessStream([chatDelta('Hello')]));
  const { records, paidPico } = await usageDuring(run, async () => {
    await sendAndDisconnect(chatBody({ stream: true }), 'first bytes');
    await run.upstream.received[0]?.aborted;
    await until('the record', async () => (await recordsOf(run)).length === 1);
  });
  expect(records).toMatchObject([{ status: 'client_gone', estimated: true, httpStatus: 200, usage: { output: 5 } }]);
  expect(paidPico).toBe(costOf(priceOf('openai', CHAT_MODEL), { input: records[0]?.usage.input ?? 0, output: 5 }));
  expect(run.log.join('')).not.toMatch('"level":"error"');
});

test('a client that disconnects before its stream begins pays for its prompt', async () => {
  run.upstream.answerWith((_reply, { aborted }) => aborted);
  const { records } = await usageDuring(run, async () => {
    const disconnect = new AbortController();
    const disconnected = sendAndDisconnect(chatBody({ stream: true }), disconnect.signal);
    await until('the provider to get the request', () => run.upstream.received.length === 1);
    disconnect.abort();
    await disconnected;
    await run.upstream.received[0]?.aborted;
    await until('the record', async () => (await recordsOf(run)).length === 1);
  });
  expect(records).toMatchObject([{ status: 'client_gone', estimated: true, httpStatus: 0 }]);
  expect(records[0]?.usage.output).toBeUndefined();
});

test('a client that disconnects from a whole answer pays what the provider reports', async () => {
  let release = (): void => undefined;
  const released = new Promise<void>((resolve) => (release = resolve));
  run.upstream.answerWith(async (reply, received) => {
    await released;
    await wholeAnswer(chatCompletion('Hello', { prompt_tokens: 9, completion_tokens: 3, total_tokens: 12 }))(
      reply,
      received,
    );
  });
  const { records } = await usageDuring(run, async () => {
    const disconnect = new AbortController();
    const disconnected = sendAndDisconnect(chatBody(), disconnect.signal);
    await until('the provider to get the request', () => run.upstream.received.length === 1);
    disconnect.abort();
    await disconnected;
    release();
    await until('the record', async () => (await recordsOf(run)).length === 1);
  });
  expect(records).toMatchObject([{ estimated: false, usage: { input: 9, output: 3 } }]);
});

test('many clients that disconnect at once leave one record each and nothing held', async () => {
  run.upstream.answerWith(endlessStream([chatDelta('Hello')]));
  const { records } = await usageDuring(run, async () => {
    await Promise.all(
      Array.from({ length: 20 }, () => sendAndDisconnect(chatBody({ stream: true, max_tokens: 50 }), 'first bytes')),
    );
    await until('the records', async () => (await recordsOf(run)).length === 20);
  });
  expect(new Set(records.map(({ status }) => status))).toEqual(new Set(['client_gone']));
  expect((await balanceOf(run)).heldPico).toBe(0n);
});

/** After this many turns of the event loop without progress, none will follow. */
const IDLE_TURNS = 5_000;

test('a client that reads slowly slows the provider down and still gets every byte', async () => {
  const text = 'x'.repeat(64 * 1024);
  const events = 400;
  let sent = 0;
  run.upstream.answerWith(async (reply) => {
    reply.writeHead(200, { 'content-type': 'text/event-stream' });
    for (; sent < events; sent += 1) {
      if (!reply.write(chatDelta(text))) await new Promise((resolve) => reply.once('drain', resolve));
    }
    reply.end('data: [DONE]\n\n');
  });
  const response = await fetch(`${run.gateway.url}/chat/completions`, {
    method: 'POST',
    headers: { authorization: `Bearer ${run.gateway.account.apiKey}`, 'content-type': 'application/json' },
    body: JSON.stringify(chatBody({ stream: true })),
  });
  // The client does not read yet, so every buffer between it and the provider fills up, and then nothing moves. All
  // three share this event loop: a turn that finds bytes on the way moves them, however slow the machine is.
  for (let idle = 0, seen = 0; idle < IDLE_TURNS; idle += 1) {
    await new Promise((resolve) => setImmediate(resolve));
    if (sent === 0 || sent !== seen) idle = 0;
    seen = sent;
  }
  expect(sent).toBeLessThan(events);
  expect((await response.text()).split('\n\n').filter((event) => event.startsWith('data: {'))).toHaveLength(events);
});

test('a gateway that stops ends a running stream with an error and settles it', async () => {
  run.upstream.answerWith(endlessStream([chatDelta('Hello')]));
  const answer = post(run, '/v1/chat/completions', chatBody({ stream: true }));
  await until('the provider to get the request', () => run.upstream.received.length === 1);
  await until('money to be held', async () => (await balanceOf(run)).heldPico > 0n);
  const { stop } = run.gateway;
  const stopped = stop();
  expect((await answer).text).toMatch('request_stopped');
  await stopped;
  run = await stoppedRun(run);
  expect((await balanceOf(run)).heldPico).toBe(0n);
  expect((await recordsOf(run)).map(({ status }) => status)).toHaveLength(1);
});
