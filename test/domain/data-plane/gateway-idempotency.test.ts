import { DAY_MS, MINUTE_MS } from '../../../lambdas/domain/clock';
import { Gateway } from '../../../lambdas/domain/data-plane/gateway';
import {
  RETRY_WAIT_MS_MAX,
  IdempotencyKeys,
  RECORD_LATE_MS,
  WAITING_RETRIES_PER_MINUTE_MAX,
} from '../../../lambdas/domain/data-plane/idempotency/idempotency-keys';
import type { Put } from '../../../lambdas/domain/table/table-store';
import type { FakeClient, Sent } from './fake-client';
import { completion, delta, events, fails, silent, whole } from './fake-providers';
import { chat, COST_PICO, GatewayStage, messages, USAGE } from './gateway-stage';

const REQUEST_MS = 15 * MINUTE_MS;
const answer = whole(completion('hi', USAGE));

let stage: GatewayStage;
beforeEach(async () => {
  stage = await GatewayStage.openTimed();
  stage.providers.play(answer);
});
afterEach(() => stage.closeTimed());

const keyed = (key: string, sent: Sent = chat()): Sent => ({ ...sent, headers: { 'idempotency-key': key } });

const seen = (client: FakeClient): unknown => {
  const { error } = client.json as { error?: { code?: string; message: string } };
  return [client.status, error?.code];
};

const requestIdOf = (client: FakeClient): string | undefined => client.answerHeaders['x-request-id'];

describe('a retry with the same Idempotency-Key', () => {
  test.each([
    ['a whole answer', chat(), answer],
    ['a stream', chat({ stream: true }), events(delta('hi'), 'data: [DONE]\n\n')],
  ])(
    'a retry of %s is not charged again, and learns the cost and the ID of the first attempt',
    async (_name, sent, play) => {
      stage.providers.play(play);
      const first = await stage.send(keyed('once', sent));
      const spentPico = await stage.spentPico();
      const retried = await stage.send(keyed('once', sent));
      expect(first.status).toBe(200);
      expect(seen(retried)).toEqual([409, 'idempotency_key_used']);
      const [record] = await stage.records();
      expect(retried.answerHeaders).toMatchObject({
        'x-should-retry': 'false',
        'x-tollgate-first-request-id': record!.requestId,
        'x-tollgate-first-cost': expect.stringMatching(/^0\.0+\d+$/) as string,
      });
      expect(retried.text).toContain(record!.requestId);
      expect(requestIdOf(retried)).not.toBe(record!.requestId);
      expect([stage.providers.calls.length, await stage.spentPico()]).toEqual([1, spentPico]);
    },
  );

  test('a retry is refused in Anthropic’s dialect at Anthropic’s endpoint', async () => {
    stage.providers.play(
      whole({ type: 'message', content: [], usage: { input_tokens: 7, output_tokens: 2 }, stop_reason: 'end_turn' }),
    );
    await stage.send(keyed('once', messages()));
    const retried = await stage.send(keyed('once', messages()));
    expect([retried.status, retried.json]).toMatchObject([
      409,
      { type: 'error', error: { type: 'invalid_request_error', message: expect.stringContaining('req_') as string } },
    ]);
  });

  test('a retry waits for its running first attempt and then learns its cost', async () => {
    const { done, call } = await stage.begin(stage.client(keyed('once')));
    stage.whileWaiting = async () => {
      answer(call);
      await done;
    };
    const retried = await stage.send(keyed('once'));
    expect(seen(retried)).toEqual([409, 'idempotency_key_used']);
    expect([stage.providers.calls.length, await stage.spentPico()]).toEqual([1, COST_PICO]);
  });

  test('a retry runs once the first attempt that it waited for has failed', async () => {
    const { done, call } = await stage.begin(stage.client(keyed('once')), silent, answer);
    stage.whileWaiting = async () => {
      call.fail();
      (await stage.providers.asked(2)).fail();
      await done;
    };
    const retried = await stage.send(keyed('once'));
    expect([retried.status, await stage.spentPico()]).toEqual([200, COST_PICO]);
  });

  test.each([
    ['a whole answer', chat(), answer, 45_000, ' '],
    ['a stream', chat({ stream: true }), events(delta('hi'), 'data: [DONE]\n\n'), 10_000, ': keep-alive\n\n'],
  ])(
    'a retry that waited for its first attempt is kept connected from its arrival on: %s',
    async (_name, sent, play, firstMs, keepAlive) => {
      stage.stoppedAt = Date.now();
      const { done, call } = await stage.begin(stage.client(keyed('once', sent)), silent, silent);
      stage.whileWaiting = async () => {
        if (stage.turnedMs < 30_000) return;
        stage.whileWaiting = () => undefined;
        call.fail();
        (await stage.providers.asked(2)).fail();
        await done;
      };
      const client = stage.client(keyed('once', sent));
      const retried = stage.gateway.handle(client);
      const second = await stage.providers.asked(3);
      const restMs = Math.max(0, firstMs - stage.turnedMs);
      if (restMs > 0) await jest.advanceTimersByTimeAsync(restMs - 1);
      expect(client.text).toBe('');
      await jest.advanceTimersByTimeAsync(1);
      expect(client.text).toBe(keepAlive);
      play(second);
      await retried;
      expect([client.status, (await stage.records()).length]).toEqual([200, 2]);
    },
  );

  test('a retry of a request that runs for long is told to come back', async () => {
    const { done, call } = await stage.begin(stage.client(keyed('once')));
    const retried = await stage.send(keyed('once'));
    expect(seen(retried)).toEqual([409, 'request_in_progress']);
    expect(retried.answerHeaders).toMatchObject({
      'retry-after': '5',
      'x-tollgate-first-request-id': expect.stringMatching(/^req_/) as string,
    });
    // The official clients are to retry it.
    expect(retried.answerHeaders['x-should-retry']).toBeUndefined();
    expect(stage.turnedMs).toBeLessThanOrEqual(RETRY_WAIT_MS_MAX);
    answer(call);
    await done;
  });

  test('retries beyond 60 a minute of an account are told at once to come back, by every process', async () => {
    stage.stoppedAt = MINUTE_MS * Math.floor(Date.now() / MINUTE_MS) + 20_000;
    const { done, call } = await stage.begin(stage.client(keyed('once')));
    let waiting = 0;
    let wake = (): void => undefined;
    const woken = new Promise<void>((resolve) => (wake = resolve));
    const sleep = (): Promise<void> => {
      waiting += 1;
      return woken;
    };
    const [one, another] = [otherProcess(sleep), otherProcess(sleep)] as const;
    const waitFor = async (count: number): Promise<void> => {
      while (waiting < count) await new Promise((resolve) => setImmediate(resolve));
    };
    const retries = Array.from({ length: WAITING_RETRIES_PER_MINUTE_MAX }, () => send(one, keyed('once')));
    await waitFor(WAITING_RETRIES_PER_MINUTE_MAX);
    for (const refused of [await send(one, keyed('once')), await send(another, keyed('once'))]) {
      expect(seen(refused)).toEqual([409, 'request_in_progress']);
      expect(refused.answerHeaders['retry-after']).toBe('5');
    }
    stage.stoppedAt += MINUTE_MS;
    retries.push(send(another, keyed('once')));
    await waitFor(WAITING_RETRIES_PER_MINUTE_MAX + 1);
    answer(call);
    await done;
    wake();
    for (const retried of await Promise.all(retries)) expect(seen(retried)).toEqual([409, 'idempotency_key_used']);
  });

  test.each([
    ['the client of the retry disconnects', (client: FakeClient) => client.leave()],
    ['the host stops', () => void stage.gateway.stop()],
  ])('a retry no longer waits for its first attempt once %s', async (_name, end) => {
    const { done } = await stage.begin(stage.client(keyed('once')));
    const client = stage.client(keyed('once'));
    let waits = 0;
    stage.whileWaiting = () => {
      waits += 1;
      end(client);
    };
    await stage.gateway.handle(client);
    expect([client.status, waits]).toEqual([409, 1]);
    await stage.gateway.stop();
    await done;
  });

  test('a request that was charged although it was cut keeps its key', async () => {
    stage.providers.play((call) => {
      call.head(200, { 'content-type': 'text/event-stream' });
      call.data(delta('some text'));
      call.fail();
    });
    const sent = keyed('once', chat({ stream: true }));
    await stage.send(sent);
    const retried = await stage.send(sent);
    expect(seen(retried)).toEqual([409, 'idempotency_key_used']);
    expect(await stage.records()).toMatchObject([{ status: 'interrupted' }]);
  });
});

describe('a first attempt that costs nothing frees its Idempotency-Key', () => {
  test('a retry runs after the provider failed', async () => {
    stage.providers.play(fails(), fails(), answer);
    expect((await stage.send(keyed('once'))).status).toBe(502);
    expect((await stage.send(keyed('once'))).status).toBe(200);
    expect(await stage.spentPico()).toBe(COST_PICO);
  });

  test('a retry runs after the provider refused the request', async () => {
    stage.providers.play(whole({ error: { message: 'no' } }, 400), answer);
    expect((await stage.send(keyed('once'))).status).toBe(400);
    expect((await stage.send(keyed('once'))).status).toBe(200);
  });

  test('a retry runs after a limit of the key refused the first attempt', async () => {
    await stage.useRules({ concurrency: 1 });
    const { done, call } = await stage.begin(stage.client(chat()));
    expect((await stage.send(keyed('once'))).status).toBe(429);
    answer(call);
    await done;
    stage.providers.play(answer);
    expect((await stage.send(keyed('once'))).status).toBe(200);
  });

  test('a retry runs after the first attempt’s process died and its hold has expired', async () => {
    stage.providers.play((call) => {
      stage.process.diesAtNextCommit('before');
      answer(call);
    });
    void stage.gateway.handle(stage.client(keyed('once')));
    await stage.process.died;
    const other = otherProcess();
    expect(await send(other, keyed('once'))).toMatchObject({ status: 409 });
    await stage.other.expireDue({ now: Date.now() + REQUEST_MS + 2 * MINUTE_MS });
    stage.providers.play(answer);
    expect(await send(other, keyed('once'))).toMatchObject({ status: 200 });
    expect(await stage.spentPico()).toBe(COST_PICO);
  });

  test('a retry runs late after the first attempt’s process died before it held anything', async () => {
    stage.process.diesAtNextCommit('after');
    void stage.gateway.handle(stage.client(keyed('once')));
    await stage.process.died;
    const other = otherProcess();
    expect(await send(other, keyed('once'))).toMatchObject({ status: 409 });
    stage.turnedMs = REQUEST_MS + MINUTE_MS + RECORD_LATE_MS;
    expect(await send(other, keyed('once'))).toMatchObject({ status: 200 });
  });

  test('a retry after its first attempt’s claim was committed without a reply has the key', async () => {
    stage.store.plan('lost reply');
    expect((await stage.send(keyed('once'))).status).toBe(200);
    expect(await stage.spentPico()).toBe(COST_PICO);
  });

  test('a request that could never be admitted writes no claim', async () => {
    const { write } = stage.store.counts;
    expect((await stage.send(keyed('once', chat({ model: 'unknown' })))).status).toBe(404);
    expect(stage.store.counts.write).toBe(write);
  });
});

describe('an Idempotency-Key of an account that cannot pay', () => {
  test.each([
    ['is suspended', () => stage.suspend(), 403, 'account_suspended'],
    ['cannot afford the request', () => stage.spendDownTo(1_000n), 402, 'insufficient_quota'],
  ])('a request with an Idempotency-Key of an account that %s writes nothing', async (_name, prepare, status, code) => {
    await prepare();
    const plain = await stage.send(chat());
    const { write } = stage.store.counts;
    const refused = await stage.send(keyed('once'));
    expect(seen(refused)).toEqual([status, code]);
    expect(refused.json).toEqual(plain.json);
    expect(stage.store.counts.write).toBe(write);
  });

  test('a request with an Idempotency-Key runs with the output that its account can afford', async () => {
    await stage.spendDownTo(10_000n);
    expect((await stage.send(keyed('once', chat({ max_tokens: undefined })))).status).toBe(200);
  });

  test('a retry learns the cost of a first attempt that spent the last money', async () => {
    await stage.send(keyed('once'));
    await stage.spendDownTo(0n);
    expect(seen(await stage.send(keyed('once')))).toEqual([409, 'idempotency_key_used']);
  });

  test('a retry waits for a first attempt that holds the last money', async () => {
    await stage.spendDownTo(7_000n);
    const { done, call } = await stage.begin(stage.client(keyed('once')));
    stage.whileWaiting = async () => {
      answer(call);
      await done;
    };
    expect(seen(await stage.send(keyed('once')))).toEqual([409, 'idempotency_key_used']);
  });
});

/** Another process that serves the same deployment. */
function otherProcess(
  sleep = async (milliseconds: number): Promise<void> => void (stage.turnedMs += milliseconds),
): Gateway {
  const { clock } = stage.dependencies;
  const timing = { clock, random: () => 0.5, sleep };
  const secret = Buffer.from('sixteen bytes or more');
  const idempotency = new IdempotencyKeys({ store: stage.engine, clock, secret, timing });
  return new Gateway({
    ...stage.dependencies,
    wallet: stage.other,
    identify: () => Promise.resolve(owner()),
    idempotency,
  });
}

const owner = () => ({ accountId: stage.accountId, keyId: stage.apiKey.split('_')[1]! });

/** Sends a request whose time begins now, even if the clock was turned forward. */
async function send(gateway: Gateway, sent: Sent): Promise<FakeClient> {
  const client = stage.client(sent, REQUEST_MS + stage.turnedMs);
  await gateway.handle(client);
  return client;
}

describe('an Idempotency-Key', () => {
  test.each([
    ['body', chat({ max_tokens: 51 })],
    ['endpoint', { path: '/v1/embeddings', body: { model: 'vectors', input: 'hi' } }],
  ])('an Idempotency-Key is refused with another %s', async (_name, other) => {
    const first = await stage.send(keyed('once'));
    const refused = await stage.send(keyed('once', other));
    expect(seen(refused)).toEqual([422, 'idempotency_key_reused']);
    expect(refused.text).toContain(requestIdOf(first));
    expect(refused.answerHeaders['x-should-retry']).toBe('false');
    expect(stage.providers.calls).toHaveLength(1);
  });

  test('an Idempotency-Key that was used with another body is refused while that request runs', async () => {
    const { done, call } = await stage.begin(stage.client(keyed('once')));
    expect(seen(await stage.send(keyed('once', chat({ max_tokens: 51 }))))).toEqual([422, 'idempotency_key_reused']);
    answer(call);
    await done;
  });

  test('the same Idempotency-Key of another API key belongs to another request', async () => {
    await stage.send(keyed('once'));
    await stage.useRules({});
    expect((await stage.send(keyed('once'))).status).toBe(200);
    expect(await stage.spentPico()).toBe(2n * COST_PICO);
  });

  test('a retry with the API key that replaced the first one finds the first attempt', async () => {
    const keyId = await stage.useRules({});
    await stage.send(keyed('once'));
    const rotated = await stage.keys.rotate({ accountId: stage.accountId, keyId, graceMs: 0 });
    stage.apiKey = rotated.key;
    expect(seen(await stage.send(keyed('once')))).toEqual([409, 'idempotency_key_used']);
  });

  test.each([
    ['is empty', ''],
    ['is longer than 255 characters', 'x'.repeat(256)],
    ['has a space', 'a b'],
    ['has a character beyond ASCII', 'schlüssel'],
  ])('an Idempotency-Key that %s is refused', async (_name, key) => {
    expect(seen(await stage.send(keyed(key)))).toEqual([400, 'invalid_idempotency_key']);
    expect(stage.providers.calls).toHaveLength(0);
  });

  test('an Idempotency-Key of 255 characters is accepted', async () => {
    expect((await stage.send(keyed('~'.repeat(255)))).status).toBe(200);
  });

  test('an Idempotency-Key can be used for another request after a day', async () => {
    await stage.send(keyed('once'));
    stage.turnedMs = DAY_MS + MINUTE_MS;
    expect(await send(stage.gateway, keyed('once', chat({ max_tokens: 51 })))).toMatchObject({ status: 200 });
  });

  test('a claim contains neither the Idempotency-Key nor anything of the body', async () => {
    const puts: Put[] = [];
    const write = stage.engine.write.bind(stage.engine);
    stage.engine.write = (one) => {
      if ('put' in one) puts.push(one);
      return write(one);
    };
    await stage.send(keyed('client-chosen-text', chat({ messages: [{ role: 'user', content: 'canary' }] })));
    expect(puts).toHaveLength(1);
    expect(Object.keys(puts[0]!.put).sort()).toEqual([
      'bodyHash',
      'expiresAt',
      'holdDeadline',
      'pk',
      'requestId',
      'sk',
    ]);
    expect(JSON.stringify(puts[0]!.put)).not.toMatch(/client-chosen-text|canary|chatty/);
  });

  test('a request without an Idempotency-Key writes nothing more than before', async () => {
    const { write, get } = stage.store.counts;
    await stage.send(chat());
    expect(stage.store.counts.write).toBe(write);
    expect(stage.store.counts.get).toBeLessThanOrEqual(get + 3);
  });
});

test('bodies are not compared without a secret, because a plain hash of content must not be stored', async () => {
  const idempotency = new IdempotencyKeys({ store: stage.engine, clock: Date.now });
  const gateway = new Gateway({ ...stage.dependencies, idempotency });
  expect((await send(gateway, keyed('once'))).status).toBe(200);
  const other = await send(gateway, keyed('once', chat({ max_tokens: 51 })));
  expect(seen(other)).toEqual([409, 'idempotency_key_used']);
});
