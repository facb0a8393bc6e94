import { completion, delta, fails, silent, SSE, whole } from './fake-providers';
import type { FakeClient } from './fake-client';
import { chat, GatewayStage, INPUT_PICO, messages, OUTPUT_PICO } from './gateway-stage';

let stage: GatewayStage;
beforeEach(async () => {
  stage = await GatewayStage.openTimed();
});
afterEach(() => stage.closeTimed());

const TIME_LIMIT = 'The gateway ended the request at its time limit.';
const STOPS = 'The gateway ended the request because it stops.';
/** Leaves two seconds for the response, because ten are reserved for settling. */
const SHORT_MS = 12_000;

describe('a whole answer that the gateway no longer waits for', () => {
  /** Expects the bound to be charged, because the provider received the prompt and is paid for its work on it. */
  const expectBound = async (client: FakeClient, httpStatus: number): Promise<void> => {
    const [record] = await stage.records();
    expect(record).toMatchObject({ status: 'interrupted', httpStatus, estimated: true, usage: { output: 50 } });
    const { input = 0 } = record?.usage ?? {};
    expect(record?.costPico).toBe(BigInt(input) * INPUT_PICO + 50n * OUTPUT_PICO);
    expect(client.answerHeaders['x-tollgate-cost']).toMatch(/^0\.0\d+$/);
    expect(client.answerHeaders['x-should-retry']).toBe('false');
  };

  test('a whole answer at its time limit becomes a 504 that says so, and is charged like a cancelled one', async () => {
    const client = stage.client(chat(), SHORT_MS);
    const { done, call } = await stage.begin(client);
    await jest.advanceTimersByTimeAsync(2_100);
    await done;
    expect([client.status, call.aborted]).toEqual([504, true]);
    expect(client.json).toMatchObject({ error: { code: 'request_stopped', message: TIME_LIMIT } });
    await expectBound(client, 504);
  });

  test('a whole answer in a gateway that stops becomes a 503 that says so, in the client’s dialect', async () => {
    const client = stage.client(messages());
    const { done } = await stage.begin(client);
    await stage.gateway.stop();
    await done;
    expect([client.status, client.json]).toMatchObject([
      503,
      { type: 'error', error: { type: 'overloaded_error', message: STOPS } },
    ]);
    await expectBound(client, 503);
  });

  test('a whole answer that the gateway gives up is not requested from another provider', async () => {
    const client = stage.client(chat());
    const { done } = await stage.begin(client);
    await stage.gateway.stop();
    await done;
    expect(stage.providers.calls).toHaveLength(1);
  });

  test('a whole answer whose provider fails while the gateway stops is not requested elsewhere, and is free', async () => {
    const client = stage.client(chat());
    const { done, call } = await stage.begin(client);
    fails('unreachable')(call);
    const stopped = stage.gateway.stop();
    await Promise.all([done, stopped]);
    expect(stage.providers.calls).toHaveLength(1);
    expect(await stage.records()).toMatchObject([{ status: 'provider_error', costPico: 0n }]);
  });
});

describe('a stream that the gateway ends', () => {
  test.each([
    ['at its time limit', () => jest.advanceTimersByTimeAsync(2_100), TIME_LIMIT],
    ['because it stops', () => stage.gateway.stop(), STOPS],
  ])(
    'a stream that the gateway ends %s says so in-band, and its output so far is charged',
    async (_when, end, says) => {
      const client = stage.client(chat({ stream: true }), SHORT_MS);
      const { done, call } = await stage.begin(client);
      call.head(200, SSE);
      call.data(delta('hello'));
      await end();
      await done;
      expect(call.aborted).toBe(true);
      const [, error, cost] = client.text.split(/(?<=\n\n)/);
      expect(error).toContain(`"message":"${says}"`);
      expect(cost).toMatch(/^: x-tollgate-cost 0\./);
      expect(await stage.records()).toMatchObject([
        { status: 'interrupted', httpStatus: 200, estimated: true, usage: { output: 5 } },
      ]);
    },
  );
});

describe('a host that stops', () => {
  test('a host that stops ends and settles every request in flight, whatever its state', async () => {
    stage.providers.play(silent);
    const clients = [chat(), chat({ stream: true }), chat({ stream: true })].map((sent) => stage.client(sent));
    const done = clients.map((client) => stage.gateway.handle(client));
    const call = await stage.providers.asked(3);
    call.head(200, SSE);
    call.data(delta('hi'));
    await stage.gateway.stop();
    await Promise.all(done);
    expect(clients.map(({ status }) => status)).toEqual([503, 503, 200]);
    expect(stage.providers.calls.every(({ aborted }) => aborted)).toBe(true);
    expect(await stage.records()).toHaveLength(3);
  });

  test('a host that stops sends nothing to a provider for a request in admission, which costs nothing', async () => {
    stage.providers.play(whole(completion('hi')));
    const client = stage.client(chat());
    const done = stage.gateway.handle(client);
    await stage.gateway.stop();
    await done;
    expect([client.status, stage.providers.calls]).toEqual([503, []]);
    expect(client.answerHeaders).toMatchObject({ 'x-tollgate-cost': '0.00' });
    expect(client.answerHeaders['x-should-retry']).toBeUndefined();
    expect(await stage.records()).toMatchObject([{ status: 'interrupted', costPico: 0n, usage: {} }]);
  });
});
