import { completion, type FakeCall, fails, whole } from './fake-providers';
import { chat, COST_PICO, GatewayStage, USAGE } from './gateway-stage';

let stage: GatewayStage;
beforeEach(async () => {
  stage = await GatewayStage.openTimed();
});
afterEach(() => stage.closeTimed());

const JSON_ANSWER = { 'content-type': 'application/json' };

describe('a provider that is silent about a whole answer', () => {
  test('a whole answer that is late is preceded by blanks, after 45 seconds and then every 15, and has no cost header', async () => {
    const client = stage.client(chat());
    const { done, call } = await stage.begin(client);
    await jest.advanceTimersByTimeAsync(44_999);
    expect(client.status).toBe(0);
    await jest.advanceTimersByTimeAsync(1);
    expect([client.status, client.text]).toEqual([200, ' ']);
    expect(client.answerHeaders).toMatchObject({
      ...JSON_ANSWER,
      'x-request-id': expect.stringMatching(/^req_/) as string,
    });
    await jest.advanceTimersByTimeAsync(30_000);
    expect(client.text).toBe('   ');
    whole(completion('hi', USAGE))(call);
    await done;
    expect(client.json).toMatchObject(completion('hi', USAGE));
    expect([client.ended, client.broken, client.begins]).toEqual([true, false, 1]);
    expect(client.answerHeaders['x-tollgate-cost']).toBeUndefined();
    expect(await stage.records()).toMatchObject([{ status: 'completed', httpStatus: 200, costPico: COST_PICO }]);
  });

  test('blanks precede a whole answer whose head arrived in time and whose body did not', async () => {
    const client = stage.client(chat());
    const { done, call } = await stage.begin(client);
    call.head();
    call.data('{"choices":');
    await jest.advanceTimersByTimeAsync(60_000);
    expect(client.text).toBe('  ');
    call.data(`[],"usage":${JSON.stringify(USAGE)}}`);
    call.end();
    await done;
    expect(client.json).toMatchObject({ choices: [] });
    expect(await stage.records()).toMatchObject([{ costPico: COST_PICO }]);
  });

  test('a late answer that is large passes through behind the blanks, and no blank falls into it', async () => {
    const client = stage.client(chat());
    const { done, call } = await stage.begin(client);
    await jest.advanceTimersByTimeAsync(45_000);
    const text = JSON.stringify(completion('x'.repeat(600_000), USAGE));
    call.head(200, { ...JSON_ANSWER, 'content-length': String(text.length) });
    call.data(text.slice(0, 400_000));
    await jest.advanceTimersByTimeAsync(60_000);
    call.data(text.slice(400_000));
    call.end();
    await done;
    expect(client.text).toBe(` ${text}`);
    expect(client.answerHeaders['content-length']).toBeUndefined();
  });

  test('the next provider answers behind the blanks that the first one’s silence caused', async () => {
    const client = stage.client(chat());
    const { done, call } = await stage.begin(client, whole(completion('hi', USAGE)));
    await jest.advanceTimersByTimeAsync(45_000);
    call.fail('timeout');
    await done;
    expect(client.json).toMatchObject(completion('hi', USAGE));
    expect(await stage.records()).toMatchObject([{ provider: 'second', status: 'completed', costPico: COST_PICO }]);
  });

  test.each([
    ['a failure of every provider', (call: FakeCall) => call.fail('timeout'), 'provider_error'],
    ['a refusal of the request', whole({ error: { message: 'bad image' } }, 400), 'provider_error'],
    ['an error under status 200', whole({ error: { message: 'overloaded' } }), 'provider_error'],
  ])(
    'a response that blanks have begun is broken off by %s, without a body and free of charge',
    async (_what, play, status) => {
      const client = stage.client(chat());
      const { done, call } = await stage.begin(client, fails('timeout'));
      await jest.advanceTimersByTimeAsync(45_000);
      play(call);
      await done;
      expect([client.text, client.broken, client.ended, client.begins]).toEqual([' ', true, false, 1]);
      expect(await stage.records()).toMatchObject([{ status, httpStatus: 200, costPico: 0n }]);
      await jest.advanceTimersByTimeAsync(60_000);
      expect(client.text).toBe(' ');
    },
  );

  test('a response that blanks have begun is broken off after its request is settled', async () => {
    const client = stage.client(chat());
    const { done, call } = await stage.begin(client, fails('timeout'));
    await jest.advanceTimersByTimeAsync(45_000);
    let settled: Promise<unknown[]> | undefined;
    client.breakOff = () => void (settled = stage.records());
    call.fail();
    await done;
    expect(await settled).toHaveLength(1);
  });

  // Clients that read the body within the request that they retry would pay again for a broken connection.
  test('a response that blanks have begun ends cleanly, with nothing but blanks, at the time limit that charges its bound', async () => {
    const client = stage.client(chat(), 70_000);
    const { done } = await stage.begin(client);
    await jest.advanceTimersByTimeAsync(60_100);
    await done;
    expect([client.status, client.text.trim(), client.broken, client.ended]).toEqual([200, '', false, true]);
    expect(await stage.records()).toMatchObject([{ status: 'interrupted', httpStatus: 200, estimated: true }]);
  });

  test('a response that blanks have begun ends cleanly when its request is cancelled and charged its bound', async () => {
    const client = stage.client(chat());
    const { done } = await stage.begin(client);
    await jest.advanceTimersByTimeAsync(45_000);
    await stage.dependencies.cancellations.cancel(stage.accountId, client.answerHeaders['x-request-id'] ?? '');
    await jest.advanceTimersByTimeAsync(1_000);
    await done;
    expect([client.text, client.broken, client.ended]).toEqual([' ', false, true]);
    expect(await stage.records()).toMatchObject([{ status: 'cancelled', estimated: true, usage: { output: 50 } }]);
  });

  test('a whole answer in time is preceded and followed by nothing', async () => {
    stage.providers.play(whole(completion('hi', USAGE)));
    const client = await stage.send(chat());
    await jest.advanceTimersByTimeAsync(120_000);
    expect(client.text).toBe(JSON.stringify(completion('hi', USAGE)));
  });
});
