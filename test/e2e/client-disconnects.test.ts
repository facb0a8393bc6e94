import { request } from 'node:http';
import {
  balanceOf,
  CHAT_MODEL,
  chatBody,
  costOf,
  during,
  type LocalRun,
  post,
  priceOf,
  recordsOf,
  startLocalRun,
  stopVerified,
} from './local-run';
import { chatCompletion, chatDelta } from './provider-answers';
import { until } from './until';
import { endless, whole } from './upstream';

let run: LocalRun;
beforeEach(async () => {
  run = await startLocalRun();
});
afterEach(() => stopVerified(run));

/** A client that leaves as soon as the first bytes are there, or at once when told to. */
function leave(body: object, when: 'first bytes' | AbortSignal): Promise<void> {
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

test('a client that leaves its stream stops the provider and pays for what was produced', async () => {
  run.upstream.plays(endless([chatDelta('Hello')]));
  const { records, paidPico } = await during(run, async () => {
    await leave(chatBody({ stream: true }), 'first bytes');
    await run.upstream.received[0]?.aborted;
    await until('the record', async () => (await recordsOf(run)).length === 1);
  });
  expect(records).toMatchObject([{ status: 'client_gone', estimated: true, httpStatus: 200, usage: { output: 5 } }]);
  expect(paidPico).toBe(costOf(priceOf('openai', CHAT_MODEL), { input: records[0]?.usage.input ?? 0, output: 5 }));
  expect(run.log.join('')).not.toMatch('"level":"error"');
});

test('a client that leaves before its stream begins pays for its prompt', async () => {
  run.upstream.plays((_reply, { aborted }) => aborted);
  const { records } = await during(run, async () => {
    const leaving = new AbortController();
    const left = leave(chatBody({ stream: true }), leaving.signal);
    await until('the provider to be asked', () => run.upstream.received.length === 1);
    leaving.abort();
    await left;
    await run.upstream.received[0]?.aborted;
    await until('the record', async () => (await recordsOf(run)).length === 1);
  });
  expect(records).toMatchObject([{ status: 'client_gone', estimated: true, httpStatus: 0 }]);
  expect(records[0]?.usage.output).toBeUndefined();
});

test('a client that leaves a whole answer pays what the provider reports', async () => {
  let answer = (): void => undefined;
  const told = new Promise<void>((resolve) => (answer = resolve));
  run.upstream.plays(async (reply, received) => {
    await told;
    await whole(chatCompletion('Hello', { prompt_tokens: 9, completion_tokens: 3, total_tokens: 12 }))(reply, received);
  });
  const { records } = await during(run, async () => {
    const leaving = new AbortController();
    const left = leave(chatBody(), leaving.signal);
    await until('the provider to be asked', () => run.upstream.received.length === 1);
    leaving.abort();
    await left;
    answer();
    await until('the record', async () => (await recordsOf(run)).length === 1);
  });
  expect(records).toMatchObject([{ estimated: false, usage: { input: 9, output: 3 } }]);
});

test('many clients that leave at once leave nothing held and one record each', async () => {
  run.upstream.plays(endless([chatDelta('Hello')]));
  const { records } = await during(run, async () => {
    await Promise.all(
      Array.from({ length: 20 }, () => leave(chatBody({ stream: true, max_tokens: 50 }), 'first bytes')),
    );
    await until('the records', async () => (await recordsOf(run)).length === 20);
  });
  expect(new Set(records.map(({ status }) => status))).toEqual(new Set(['client_gone']));
  expect((await balanceOf(run)).heldPico).toBe(0n);
});

test('a client that reads slowly slows the provider down, and gets every byte', async () => {
  const text = 'x'.repeat(64 * 1024);
  const events = 400;
  let sent = 0;
  run.upstream.plays(async (reply) => {
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
  // Nobody reads: what is under way fills every buffer between here and there, and then nothing moves.
  let seen = -1;
  await until('the provider to be slowed down', async () => {
    await new Promise((resolve) => setTimeout(resolve, 100));
    const stands = sent === seen && sent > 0;
    seen = sent;
    return stands;
  });
  expect(sent).toBeLessThan(events);
  expect((await response.text()).split('\n\n').filter((event) => event.startsWith('data: {'))).toHaveLength(events);
}, 20_000);

test('a gateway that stops ends a stream with an error, settled', async () => {
  run.upstream.plays(endless([chatDelta('Hello')]));
  const answer = post(run, '/v1/chat/completions', chatBody({ stream: true }));
  await until('the provider to be asked', () => run.upstream.received.length === 1);
  await until('something to be held', async () => (await balanceOf(run)).heldPico > 0n);
  const { stop } = run.gateway;
  const stopped = stop();
  expect((await answer).text).toMatch('request_stopped');
  await stopped;
  expect((await balanceOf(run)).heldPico).toBe(0n);
  expect((await recordsOf(run)).map(({ status }) => status)).toHaveLength(1);
});
