import { IdempotencyMismatch } from '../../../lambdas/domain/table/table-errors';
import { completion, delta, DONE, event, events, type Play, SSE, usageEvent, whole } from './fake-providers';
import { chat, COST_PICO, GatewayStage, INPUT_PICO, OUTPUT_PICO, USAGE } from './gateway-stage';

// docs/fault-matrix.md lists these rows, together with those that are tested elsewhere.

let stage: GatewayStage;
beforeEach(async () => {
  stage = await GatewayStage.openTimed();
});
afterEach(() => stage.closeTimed());

const HOUR_MS = 3_600_000;

/** Sweeps, in another process, the holds that this one left behind. */
const sweep = (): Promise<{ readonly expired: number }> => stage.other.expireDue({ everything: true });

/** Starts a request that never ends, because its process dies. */
const begin = (): void => void stage.gateway.handle(stage.client(chat({ stream: true })));

describe('fault matrix: a process that dies', () => {
  test('a process that dies before the reserve’s commit has held nothing and sent nothing', async () => {
    stage.process.diesAtNextCommit('before');
    begin();
    await stage.process.died;
    expect([(await stage.balance()).heldPico, stage.providers.calls]).toEqual([0n, []]);
    expect(await sweep()).toMatchObject({ expired: 0 });
    expect(await stage.records()).toEqual([]);
  });

  test('a process that dies between the reserve’s commit and the provider’s call has its hold returned', async () => {
    stage.process.diesAtNextCommit('after');
    begin();
    await stage.process.died;
    expect((await stage.balance()).heldPico).toBeGreaterThan(0n);
    expect(await sweep()).toMatchObject({ expired: 1 });
    expect(stage.providers.calls).toEqual([]);
    expect(await stage.records()).toMatchObject([{ status: 'expired', costPico: 0n, httpStatus: 0, usage: {} }]);
  });

  test('a process that dies in the middle of a stream has its hold returned, and the stream is free', async () => {
    const { call } = await stage.begin(stage.client(chat({ stream: true })));
    call.head(200, SSE);
    call.data(delta('hello'));
    expect(await sweep()).toMatchObject({ expired: 1 });
    expect(await stage.records()).toMatchObject([{ status: 'expired', costPico: 0n, usage: {} }]);
  });

  test('a process that dies before the settle’s commit has its hold returned, and the answer is free', async () => {
    stage.providers.play((call) => {
      stage.process.diesAtNextCommit('before');
      events(delta('hi'), usageEvent(USAGE), DONE)(call);
    });
    begin();
    await stage.process.died;
    expect(await sweep()).toMatchObject({ expired: 1 });
    expect(await stage.records()).toMatchObject([{ status: 'expired', costPico: 0n }]);
  });

  test('a process that dies after the settle’s commit has charged once and leaves nothing to sweep', async () => {
    stage.providers.play((call) => {
      stage.process.diesAtNextCommit('after');
      events(delta('hi'), usageEvent(USAGE), DONE)(call);
    });
    begin();
    await stage.process.died;
    expect(await sweep()).toMatchObject({ expired: 0 });
    expect(await stage.records()).toMatchObject([{ status: 'completed', costPico: COST_PICO }]);
    expect(await stage.spentPico()).toBe(COST_PICO);
  });
});

test.each([
  ['none', 0, 0],
  ['one byte', 1, 0],
  ['one event and a half', delta('four').length + 9, 4],
  ['two events', 2 * delta('four').length, 8],
])('fault matrix: a client that is gone after %s of its stream pays for whole events', async (_what, bytes, output) => {
  const client = stage.client(chat({ stream: true }));
  const { done, call } = await stage.begin(client);
  call.head(200, SSE);
  if (bytes > 0) call.data((delta('four') + delta('four')).slice(0, bytes));
  client.leave();
  await done;
  expect(call.aborted).toBe(true);
  const [record] = await stage.records();
  expect(record).toMatchObject({ status: 'client_gone', estimated: true, usage: { output } });
  expect(record?.costPico).toBe(BigInt(record?.usage.input ?? 0) * INPUT_PICO + BigInt(output) * OUTPUT_PICO);
});

/** The charge of one request, and the amount that was held for it. */
async function charged(play: Play, stream: boolean): Promise<{ costPico: bigint; heldPico: bigint }> {
  const before = await stage.spentPico();
  const { done, call } = await stage.begin(stage.client(chat({ stream })));
  const { heldPico } = await stage.balance();
  play(call);
  await done;
  return { costPico: (await stage.spentPico()) - before, heldPico };
}

/** The same report in a whole answer or in a stream. It is text if JSON.stringify cannot write it. */
const reporting = (usage: object | string | undefined, stream: boolean): Play => {
  const json = typeof usage === 'string' ? usage : JSON.stringify(usage);
  if (!stream) return whole(JSON.stringify(completion('hello')).replace(/\}$/, json ? `,"usage":${json}}` : '}'));
  return events(delta('hello'), ...(json ? [`data: {"choices":[],"usage":${json}}\n\n`] : []), DONE);
};

describe.each([false, true])('fault matrix: usage (stream: %s)', (stream) => {
  test('absent usage is charged as an upper bound, marked as estimated, which the hold covers', async () => {
    const { costPico, heldPico } = await charged(reporting(undefined, stream), stream);
    expect(costPico).toBeGreaterThan(0n);
    expect(costPico).toBeLessThanOrEqual(heldPico);
    expect(stage.lines).toContain('USAGE_ABSENT');
    expect(await stage.records()).toMatchObject([{ status: 'completed', estimated: true, overrunPico: 0n }]);
  });

  test('usage of an explicit zero is free, and not an estimate', async () => {
    const zero = { prompt_tokens: 0, completion_tokens: 0, total_tokens: 0 };
    expect(await charged(reporting(zero, stream), stream)).toMatchObject({ costPico: 0n });
    expect(await stage.records()).toMatchObject([{ estimated: false, usage: { input: 0, output: 0 } }]);
  });

  test('usage that is reported twice is charged once, by the later report', async () => {
    const first = { prompt_tokens: 1, completion_tokens: 1, total_tokens: 2 };
    const twice: Play = stream
      ? events(delta('hi'), usageEvent(first), usageEvent(USAGE), DONE)
      : whole(JSON.stringify(completion('hi', USAGE)).replace('"usage"', `"usage":${JSON.stringify(first)},"usage"`));
    expect(await charged(twice, stream)).toMatchObject({ costPico: COST_PICO });
    expect(await stage.records()).toMatchObject([{ estimated: false }]);
  });

  test('huge usage is charged up to the hold, and the rest is the operator’s loss', async () => {
    const huge = { prompt_tokens: 7, completion_tokens: 1_000_000, total_tokens: 1_000_007 };
    const { costPico, heldPico } = await charged(reporting(huge, stream), stream);
    expect(costPico).toBe(heldPico);
    expect(stage.lines).toContain('CHARGE_OVERRUN');
    const [record] = await stage.records();
    expect(record?.overrunPico).toBe(7n * INPUT_PICO + 1_000_000n * OUTPUT_PICO - heldPico);
  });

  test.each([
    ['negative', { prompt_tokens: -5, completion_tokens: 5 }],
    ['negative in one part', { ...USAGE, completion_tokens_details: { reasoning_tokens: -1 } }],
    ['NaN, in quotes', { prompt_tokens: 'NaN', completion_tokens: 5 }],
    ['more than possible', { prompt_tokens: 5, completion_tokens: 1e18 }],
    ['infinite', '{"prompt_tokens":5,"completion_tokens":1e999}'],
    ['half of a token', { prompt_tokens: 5, completion_tokens: 0.5 }],
  ])('impossible usage is charged like absent usage, with an alarm: %s', async (_what, usage) => {
    const absent = await charged(reporting(undefined, stream), stream);
    expect(stage.lines).not.toContain('USAGE_MALFORMED');
    expect(await charged(reporting(usage, stream), stream)).toEqual(absent);
    expect(absent.costPico).toBeLessThanOrEqual(absent.heldPico);
    expect(stage.lines).toContain('USAGE_MALFORMED');
    expect(await stage.records()).toMatchObject([{ estimated: true, overrunPico: 0n }, { estimated: true }]);
  });
});

test('fault matrix: a bare NaN in a whole answer makes it invalid JSON, which is a failure and free', async () => {
  const nan = reporting('{"prompt_tokens":NaN,"completion_tokens":2}', false);
  stage.providers.play(nan);
  const client = await stage.send(chat());
  expect([client.status, stage.providers.calls.length]).toEqual([502, 2]);
  expect(await stage.records()).toMatchObject([{ status: 'provider_error', costPico: 0n }]);
});

test('fault matrix: a bare NaN in a stream’s report makes it absent', async () => {
  const absent = await charged(reporting(undefined, true), true);
  expect(await charged(reporting('{"prompt_tokens":NaN,"completion_tokens":2}', true), true)).toEqual(absent);
});

describe('fault matrix: a token that was used before with other writes', () => {
  const mismatch = (): Promise<never> => Promise.reject(new IdempotencyMismatch());

  test('a used token at the reserve: nothing is held or sent, and the client gets an internal error', async () => {
    stage.store.plan(mismatch);
    const client = await stage.send(chat());
    expect([client.status, stage.providers.calls]).toEqual([500, []]);
    expect((await stage.balance()).heldPico).toBe(0n);
  });

  test('a used token at the settle: the settle is retried with another token, and charges once', async () => {
    stage.providers.play((call) => {
      stage.store.plan(mismatch);
      whole(completion('hi', USAGE))(call);
    });
    await stage.send(chat());
    expect(stage.lines).toContain('SETTLE_FAILED');
    await jest.advanceTimersByTimeAsync(1_000);
    expect(await stage.spentPico()).toBe(COST_PICO);
  });
});

describe('fault matrix: a change during a stream', () => {
  const midway = async (model: string, meanwhile: () => Promise<void> | void): Promise<void> => {
    const { done, call } = await stage.begin(stage.client(chat({ stream: true, model })));
    call.head(200, SSE);
    call.data(delta('hi'));
    await meanwhile();
    call.data(usageEvent(USAGE) + DONE);
    call.end();
    await done;
  };

  test('a new price that begins during a stream leaves the request at the price of its admission', async () => {
    await midway('dearer-soon', () => void (stage.turnedMs = 2 * HOUR_MS));
    expect(await stage.records()).toMatchObject([{ priceVersion: 'now', costPico: COST_PICO }]);
    stage.providers.play(whole(completion('hi', USAGE)));
    await stage.send(chat({ model: 'dearer-soon' }));
    expect(await stage.records()).toMatchObject([{ priceVersion: 'later', costPico: 3n * COST_PICO }, {}]);
  });

  test('a key that is revoked during a stream leaves the stream running, and the next request is refused', async () => {
    const [, keyId = ''] = stage.apiKey.split('_');
    await midway('chatty', () => stage.keys.revoke(keyId));
    expect(await stage.records()).toMatchObject([{ status: 'completed', costPico: COST_PICO, keyId }]);
    expect((await stage.send(chat())).status).toBe(401);
  });
});

test('fault matrix: an event that cannot be parsed is passed on, and its usage counts as absent', async () => {
  const broken = `data: {"choices":[],"usage":{"prompt_tokens":7\n\n`;
  stage.providers.play(events(delta('hello'), broken, event({ choices: [] }), DONE));
  const client = await stage.send(chat({ stream: true }));
  expect(client.text).toContain(broken + event({ choices: [] }) + DONE);
  expect(await stage.records()).toMatchObject([{ status: 'completed', estimated: true }]);
});
