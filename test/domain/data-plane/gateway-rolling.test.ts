import type { Gateway } from '../../../lambdas/domain/data-plane/gateway';
import { outcomeOf } from '../wallet/wallet-stage';
import { responseDelta } from '../../e2e/provider-answers';
import type { FakeClient } from './fake-client';
import { completion, delta, DONE, type FakeCall, silent, SSE, usageEvent, whole } from './fake-providers';
import { type GatewayStage, messages, OUTPUT_PICO, responses, USAGE } from './gateway-stage';
import { long, LONG_ANSWERS, openLongAnswers, OUTPUT_TOKENS_MAX, pass } from './long-answers';

/** Twice the default burst, and ten seconds of the default rate. */
const SLICE_TOKENS = 6_048n;
const SLICE_PICO = SLICE_TOKENS * OUTPUT_PICO;
/** More than the prompt of `long` is held for. */
const PROMPT_PICO = 10_000n;

let stage: GatewayStage;
let gateway: Gateway;
beforeEach(async () => {
  ({ stage, gateway } = await openLongAnswers());
});
afterEach(() => stage.closeTimed());

const longMessage = (extra: object = {}) =>
  messages({ model: 'claude-long', max_tokens: OUTPUT_TOKENS_MAX, stream: true, ...extra });

async function begin(client: FakeClient, count = 1): Promise<{ done: Promise<void>; call: FakeCall }> {
  const done = gateway.handle(client);
  return { done, call: await stage.providers.asked(count) };
}

async function send(client: FakeClient): Promise<FakeClient> {
  await gateway.handle(client);
  return client;
}

/** The record of the request, beside those that the test spent money with. */
const recordOf = async () => (await stage.records()).find(({ model }) => LONG_ANSWERS.endpointsOf(model).length > 0);

const held = async (): Promise<bigint> => (await stage.balance()).heldPico;

function finish(call: FakeCall, usage: object = USAGE): void {
  call.data(usageEvent(usage) + DONE);
  call.end();
}

describe('the first hold', () => {
  beforeEach(() => stage.providers.play(silent));

  test('a stream begins on a wallet that has a part of its worst case', async () => {
    await stage.spendDownTo(2n * SLICE_PICO);
    const client = stage.client(long());
    const { done, call } = await begin(client);
    expect(call.json).toMatchObject({ max_tokens: OUTPUT_TOKENS_MAX });
    expect(await held()).toBeGreaterThan(SLICE_PICO);
    expect(await held()).toBeLessThan(SLICE_PICO + PROMPT_PICO);
    call.head(200, SSE);
    finish(call);
    await done;
    expect(client.text).toContain('[DONE]');
  });

  test('a request whose limit is below a first part holds its worst case, which never changes', async () => {
    const { done, call } = await begin(stage.client(long({ max_tokens: 1_000 })));
    const before = await held();
    expect(before).toBeLessThan(1_000n * OUTPUT_PICO + PROMPT_PICO);
    call.head(200, SSE);
    await pass(60);
    expect(await held()).toBe(before);
    finish(call);
    await done;
  });

  test('a stream of an account with plenty of money holds enough for a minute and does not write until its end', async () => {
    const { done, call } = await begin(stage.client(long()));
    expect(await held()).toBeGreaterThan(32_768n * OUTPUT_PICO);
    const { transact } = stage.store.counts;
    call.head(200, SSE);
    await pass(50);
    expect(stage.store.counts.transact).toBe(transact);
    finish(call);
    await done;
  });

  test('a whole answer holds its worst case, because a part of it would be of no use', async () => {
    const { done, call } = await begin(stage.client(long({ stream: false })));
    expect(await held()).toBeGreaterThan(BigInt(OUTPUT_TOKENS_MAX) * OUTPUT_PICO);
    whole(completion('hi', USAGE))(call);
    await done;
  });

  test('a whole answer rolls when its worst case is not affordable', async () => {
    await stage.spendDownTo(3n * SLICE_PICO);
    const client = stage.client(long({ stream: false }));
    const { done, call } = await begin(client);
    expect(await held()).toBeLessThan(SLICE_PICO + PROMPT_PICO);
    await pass(9);
    expect(await held()).toBeGreaterThan((SLICE_PICO * 3n) / 2n);
    whole(completion('hi', USAGE))(call);
    await done;
    expect(client.status).toBe(200);
  });
});

/** Expects that a request which the first one leaves no money for is sent once the first one has ended, and not before. */
async function expectSecondToWait(): Promise<void> {
  const first = await begin(stage.client(long()));
  const second = stage.client(long());
  const done = gateway.handle(second);
  await pass(1);
  expect(stage.providers.calls).toHaveLength(1);
  first.call.head(200, SSE);
  finish(first.call);
  await first.done;
  await pass(2);
  const call = await stage.providers.asked(2);
  call.head(200, SSE);
  finish(call);
  await done;
  expect(second.status).toBe(200);
}

describe('a wallet whose money is held', () => {
  beforeEach(() => stage.providers.play(silent));

  test('a request waits for money that comes back within seconds', async () => {
    await stage.spendDownTo(2n * SLICE_PICO);
    await expectSecondToWait();
  });

  test('a request that running requests leave no money for is told to come back, and why', async () => {
    await stage.spendDownTo(2n * SLICE_PICO);
    const first = await begin(stage.client(long()));
    const second = stage.client(long());
    const refused = gateway.handle(second);
    await pass(4);
    await refused;
    expect([second.status, second.json]).toMatchObject([429, { error: { code: 'wallet_busy' } }]);
    expect(['2', '3', '4', '5']).toContain(second.answerHeaders['retry-after']);
    expect(second.text).toMatch(/running requests hold \$\d/);
    first.call.head(200, SSE);
    finish(first.call);
    await first.done;
  });

  test('a request that the whole wallet would not be enough for is refused at once', async () => {
    await stage.spendDownTo(SLICE_PICO);
    const client = await send(stage.client(long()));
    expect([client.status, client.json]).toMatchObject([402, { error: { code: 'insufficient_quota' } }]);
    expect(client.text).toMatch(/needs \$[\d.]+ to begin, and can cost up to \$/);
  });

  test('a request without a limit is shortened to what an idle wallet has', async () => {
    await stage.spendDownTo(SLICE_PICO / 2n);
    const { done, call } = await begin(stage.client(long({ max_tokens: undefined })));
    const cap = Number(call.json['max_completion_tokens']);
    expect(cap).toBeGreaterThan(2_000);
    expect(BigInt(cap)).toBeLessThan(SLICE_TOKENS / 2n);
    call.head(200, SSE);
    await pass(60);
    expect(call.aborted).toBe(false);
    finish(call);
    await done;
  });

  test('an account that was short of money is read before it is written', async () => {
    await stage.spendDownTo(3n * SLICE_PICO);
    const first = await begin(stage.client(long()));
    const { transact } = stage.store.counts;
    const second = stage.client(long());
    const refused = gateway.handle(second);
    await pass(4);
    await refused;
    expect([second.status, stage.store.counts.transact - transact]).toEqual([429, 0]);
    first.call.head(200, SSE);
    finish(first.call);
    await first.done;
  });

  test('a client that leaves while it waits for money has nothing held', async () => {
    await stage.spendDownTo(2n * SLICE_PICO);
    const first = await begin(stage.client(long()));
    const second = stage.client(long());
    const waiting = gateway.handle(second);
    await pass(0.1);
    second.leave();
    await pass(1);
    await waiting;
    first.call.head(200, SSE);
    finish(first.call);
    await first.done;
    expect(await held()).toBe(0n);
  });
});

describe('a budget that running requests of its key hold', () => {
  beforeEach(async () => {
    stage.providers.play(silent);
    await stage.useRules({ budget: { limitPico: String(2n * SLICE_PICO), window: 'total' } });
  });

  test('a request that meets a budget held by its key’s running requests is told to come back, and why', async () => {
    const first = await begin(stage.client(long()));
    const { transact } = stage.store.counts;
    const second = stage.client(long());
    const refused = gateway.handle(second);
    await pass(4);
    await refused;
    expect([second.status, second.json]).toMatchObject([429, { error: { code: 'wallet_busy' } }]);
    expect(['2', '3', '4', '5']).toContain(second.answerHeaders['retry-after']);
    expect(second.text).toMatch(/The budget of this key has \$[\d.]+ left, and its running requests hold \$[\d.]+;/);
    // The large first hold and the small one: after that, the budget is read and not written.
    expect(stage.store.counts.transact - transact).toBeLessThanOrEqual(2);
    first.call.head(200, SSE);
    finish(first.call);
    await first.done;
  });

  test('a request waits for its key’s budget, which comes back within seconds', async () => {
    await expectSecondToWait();
  });

  test('a request that the whole budget would not be enough for is refused at once, although a part is held', async () => {
    await stage.useRules({ budget: { limitPico: String(SLICE_PICO), window: 'total' } });
    const first = await begin(stage.client(long({ max_tokens: 10 })));
    const client = await send(stage.client(long()));
    expect([client.status, client.json]).toMatchObject([402, { error: { code: 'insufficient_quota' } }]);
    first.call.head(200, SSE);
    finish(first.call);
    await first.done;
  });
});

describe('money that ends while a stream runs', () => {
  beforeEach(() => stage.providers.play(silent));

  test.each([
    ['OpenAI’s', long, delta('half a tool'), 'insufficient_quota', ['[DONE]', 'finish_reason']],
    [
      'the Responses API’s',
      () => responses({ model: 'long', max_output_tokens: OUTPUT_TOKENS_MAX, stream: true }),
      responseDelta('half a tool'),
      'insufficient_quota',
      ['output_item.done', 'response.completed'],
    ],
    [
      'Anthropic’s',
      longMessage,
      'event: content_block_delta\ndata: {"type":"content_block_delta","index":0,"delta":{"type":"input_json_delta","partial_json":"{\\"a"}}\n\n',
      'billing_error',
      ['content_block_stop', 'message_stop'],
    ],
  ])(
    'a cut stream ends with %s billing error, and nothing closes its message',
    async (_name, request, part, code, closing) => {
      await stage.spendDownTo(2n * SLICE_PICO);
      const client = stage.client(request());
      const { done, call } = await begin(client);
      call.head(200, SSE);
      call.data(part);
      await pass(60);
      await done;
      expect(call.aborted).toBe(true);
      expect(client.text).toContain(code);
      for (const text of closing) expect(client.text).not.toContain(text);
      const record = await recordOf();
      expect(record).toMatchObject({ status: 'interrupted', estimated: true, overrunPico: 0n });
      expect(record?.costPico).toBeLessThan(SLICE_PICO);
    },
  );

  test('a stream goes on when money arrives before its hold is used up', async () => {
    await stage.spendDownTo(SLICE_PICO + PROMPT_PICO);
    const client = stage.client(long());
    const { done, call } = await begin(client);
    call.head(200, SSE);
    await pass(8);
    await stage.credit(100n * SLICE_PICO);
    await pass(30);
    expect(call.aborted).toBe(false);
    finish(call);
    await done;
  });

  test('a whole answer that is cut is an error that clients do not retry', async () => {
    await stage.spendDownTo(2n * SLICE_PICO);
    const client = stage.client(long({ stream: false }));
    const { done } = await begin(client);
    await pass(60);
    await done;
    expect([client.status, client.answerHeaders['x-should-retry']]).toEqual([402, 'false']);
    expect(client.json).toMatchObject({ error: { code: 'insufficient_quota' } });
    const record = await recordOf();
    expect(record).toMatchObject({ status: 'interrupted', httpStatus: 402, estimated: true, overrunPico: 0n });
  });

  test('after a cut the account needs the worst case for a minute, or until it has money again', async () => {
    await stage.spendDownTo(2n * SLICE_PICO);
    const cut = await begin(stage.client(long()));
    await pass(60);
    await cut.done;
    const left = (await stage.balance()).availablePico;
    const next = await send(stage.client(long({ max_tokens: 20_000 })));
    expect([next.status, left < 20_000n * OUTPUT_PICO]).toEqual([402, true]);
    const small = await begin(stage.client(long({ max_tokens: 10 })), 1 + stage.providers.calls.length);
    small.call.head(200, SSE);
    finish(small.call);
    await small.done;
    await stage.credit(4n * SLICE_PICO);
    const again = await begin(stage.client(long()), 1 + stage.providers.calls.length);
    again.call.head(200, SSE);
    finish(again.call);
    await again.done;
  });

  test('after a cut, a request that could begin with less than its worst case is told to come back', async () => {
    await stage.spendDownTo(3n * SLICE_PICO);
    const cut = await begin(stage.client(long()));
    const other = await stage.reserve((await stage.balance()).availablePico);
    await pass(20);
    await cut.done;
    await stage.wallet.settle({ hold: other, kind: 'release', costPico: 0n, record: outcomeOf(other) });
    const next = await send(stage.client(long()));
    expect([next.status, next.json]).toMatchObject([429, { error: { code: 'wallet_busy' } }]);
    expect(Number(next.answerHeaders['retry-after'])).toBeLessThanOrEqual(15);
    expect(next.text).toContain('Money ran out while a request was running');
  });

  test('a budget that ends cuts the stream of its key and leaves other keys alone', async () => {
    const apiKey = stage.apiKey;
    await stage.useRules({ budget: { limitPico: String(2n * SLICE_PICO), window: 'total' } });
    const limited = stage.client(long());
    const { done } = await begin(limited);
    await pass(60);
    await done;
    expect(limited.text).toContain('a budget has nothing left');
    const refused = await send(stage.client(long({ max_tokens: 20_000 })));
    expect(refused.status).toBe(402);
    stage.apiKey = apiKey;
    const other = await begin(stage.client(long()), 1 + stage.providers.calls.length);
    other.call.head(200, SSE);
    finish(other.call);
    await other.done;
  });

  test('a budget that is short leaves the slices of other keys as they are', async () => {
    const apiKey = stage.apiKey;
    await stage.useRules({ budget: { limitPico: String(2n * SLICE_PICO), window: 'total' } });
    const limited = await begin(stage.client(long()));
    stage.apiKey = apiKey;
    const other = await begin(stage.client(long()), 2);
    await pass(5);
    limited.call.head(200, SSE);
    finish(limited.call);
    await limited.done;
    await pass(70);
    expect(await held()).toBeGreaterThan(2n * 32_768n * OUTPUT_PICO);
    other.call.head(200, SSE);
    finish(other.call);
    await other.done;
  });

  test('a suspended account gets no more money for its running stream', async () => {
    await stage.spendDownTo(10n * SLICE_PICO);
    const client = stage.client(long());
    const { done } = await begin(client);
    await stage.suspend();
    await pass(60);
    await done;
    expect(client.text).toContain('account_suspended');
  });
});

describe('a prompt that is reported at the start of its answer', () => {
  const SLICE_DEAR = SLICE_TOKENS * 25_000_000n;
  const PROMPT = 'x'.repeat(100_000);

  function start(call: FakeCall): void {
    call.head(200, SSE);
    const usage = {
      input_tokens: 10,
      cache_creation_input_tokens: 0,
      cache_read_input_tokens: 1_000,
      output_tokens: 1,
    };
    const message = { id: 'msg', type: 'message', role: 'assistant', model: 'claude-dear', content: [], usage };
    call.data(`event: message_start\ndata: ${JSON.stringify({ type: 'message_start', message })}\n\n`);
  }

  function stop(call: FakeCall): void {
    const delta = { type: 'message_delta', delta: { stop_reason: 'end_turn' }, usage: { output_tokens: 5 } };
    call.data(`event: message_delta\ndata: ${JSON.stringify(delta)}\n\n`);
    call.data('event: message_stop\ndata: {"type":"message_stop"}\n\n');
    call.end();
  }

  test('the money that its bytes were held for goes to the output, and the rest back to the account', async () => {
    stage.providers.play(silent);
    await stage.credit(5_000_000_000_000n);
    const client = stage.client(longMessage({ model: 'claude-dear', messages: [{ role: 'user', content: PROMPT }] }));
    const { done, call } = await begin(client);
    expect(await held()).toBeGreaterThan(100_000n * 5_000_000n + SLICE_DEAR);
    start(call);
    await pass(0.01);
    // The slice that was held, and the next one.
    expect(await held()).toBe(10n * 5_000_000n + 1_000n * 500_000n + 3n * SLICE_DEAR);
    stop(call);
    await done;
    expect(await recordOf()).toMatchObject({ estimated: false, overrunPico: 0n });
    expect((await recordOf())?.costPico).toBe(10n * 5_000_000n + 1_000n * 500_000n + 5n * 25_000_000n);
  });

  test('the account pays what was reported when the return of the rest has an unknown outcome', async () => {
    stage.providers.play(silent);
    await stage.credit(5_000_000_000_000n);
    const client = stage.client(longMessage({ model: 'claude-dear', messages: [{ role: 'user', content: PROMPT }] }));
    const { done, call } = await begin(client);
    stage.store.plan('lost reply');
    start(call);
    await pass(0.01);
    stop(call);
    await pass(5);
    await done;
    expect((await recordOf())?.costPico).toBe(10n * 5_000_000n + 1_000n * 500_000n + 5n * 25_000_000n);
  });
});

describe('output that nobody reported', () => {
  beforeEach(() => stage.providers.play(silent));

  test('a whole answer that is cancelled after a second is not charged its limit', async () => {
    const client = stage.client(long({ stream: false }));
    const { done } = await begin(client);
    await pass(1);
    await stage.send({ path: `/v1/requests/${await stage.runningId()}/cancel` });
    await pass(1);
    await done;
    const record = await recordOf();
    expect(record).toMatchObject({ status: 'cancelled', estimated: true });
    expect(record?.usage.output).toBeLessThanOrEqual(1_024 + 3 * 400);
  });
});

describe('usage above the hold', () => {
  beforeEach(() => stage.providers.play(silent));

  test('reported usage above the hold is paid from the rest of the wallet', async () => {
    await stage.spendDownTo(4n * SLICE_PICO);
    const { done, call } = await begin(stage.client(long()));
    call.head(200, SSE);
    finish(call, { prompt_tokens: 7, completion_tokens: 20_000, total_tokens: 20_007 });
    await done;
    expect(await recordOf()).toMatchObject({ costPico: 70n + 20_000n * OUTPUT_PICO, overrunPico: 0n });
  });

  test('after an account could not pay for a request, it needs the worst case', async () => {
    await stage.spendDownTo(4n * SLICE_PICO);
    const { done, call } = await begin(stage.client(long()));
    call.head(200, SSE);
    finish(call, { prompt_tokens: 7, completion_tokens: 50_000, total_tokens: 50_007 });
    await done;
    const record = await recordOf();
    expect(record?.costPico).toBe(4n * SLICE_PICO);
    expect(record?.overrunPico).toBe(70n + 50_000n * OUTPUT_PICO - 4n * SLICE_PICO);
    await stage.credit(4n * SLICE_PICO);
    const next = await send(stage.client(long()));
    expect(next.status).toBe(402);
  });
});
