import { completion, delta, DONE, events, fails, SSE, usageEvent, whole } from './fake-providers';
import { chat, COST_PICO, GatewayStage, USAGE } from './gateway-stage';

let stage: GatewayStage;
beforeEach(async () => {
  stage = await GatewayStage.openTimed();
});
afterEach(() => stage.closeTimed());

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe('a client that leaves', () => {
  test.each([true, false])(
    'a client that leaves before its money is held pays nothing, and nothing is sent (stream: %s)',
    async (stream) => {
      stage.providers.play(whole(completion('hi', USAGE)));
      const client = stage.client(chat({ stream }));
      client.leave();
      await stage.gateway.handle(client);
      expect(stage.providers.calls).toEqual([]);
      expect(await stage.records()).toMatchObject([{ status: 'client_gone', httpStatus: 0, costPico: 0n, usage: {} }]);
    },
  );

  test('a client that disconnects from a whole answer causes no request to another provider when the first one fails', async () => {
    const client = stage.client(chat());
    const { done, call } = await stage.begin(client);
    client.leave();
    call.fail();
    await done;
    expect(stage.providers.calls).toHaveLength(1);
    expect(await stage.records()).toMatchObject([{ status: 'client_gone', costPico: 0n }]);
  });

  test.each([0, 1, 3])(
    'a client that leaves its stream after %s events stops the provider and pays for them',
    async (count) => {
      const client = stage.client(chat({ stream: true }));
      const { done, call } = await stage.begin(client);
      call.head(200, SSE);
      for (let sent = 0; sent < count; sent += 1) call.data(delta('four'));
      client.leave();
      await done;
      expect(call.aborted).toBe(true);
      const [record] = await stage.records();
      expect(record).toMatchObject({ status: 'client_gone', httpStatus: 200, estimated: true });
      expect(record?.usage.output ?? 0).toBe(4 * count);
    },
  );

  test('a client that leaves while its request is settled is charged once', async () => {
    stage.providers.play(events(delta('hi'), usageEvent(USAGE), DONE));
    const client = stage.client(chat({ stream: true }));
    client.onBytes = (text) => {
      if (text.includes(DONE)) setImmediate(() => client.leave());
    };
    await stage.gateway.handle(client);
    expect(await stage.records()).toMatchObject([{ costPico: COST_PICO }]);
  });
});

describe('a client stream that breaks without notice', () => {
  test('a stream that breaks without notice is drained to the provider’s usage, even when the client was slow', async () => {
    const client = stage.client(chat({ stream: true }));
    client.stalled = true;
    const { done, call } = await stage.begin(client);
    call.head(200, SSE);
    let room = true;
    while (room) room = call.data(delta('x'.repeat(8_192)));
    client.breakStream();
    await turn();
    expect(call.resumes).toBeGreaterThan(0);
    expect(call.data(usageEvent(USAGE) + DONE)).toBe(true);
    call.end();
    await done;
    expect(await stage.records()).toMatchObject([
      { status: 'completed', estimated: false, usage: { input: 7, output: 2 } },
    ]);
  });

  test('a stream that the host cannot begin is still settled', async () => {
    stage.providers.play(whole(completion('hi', USAGE)));
    const client = stage.client(chat());
    client.begin = () => {
      throw new Error('the head was sent');
    };
    await stage.gateway.handle(client);
    expect(await stage.records()).toMatchObject([{ costPico: COST_PICO }]);
  });
});

test('a client’s stream that throws is not blamed on the provider, whose usage is still charged', async () => {
  const client = stage.client(chat({ stream: true }));
  const begin = client.begin.bind(client);
  client.begin = (...head) => {
    const out = begin(...head);
    out.write = () => {
      throw new RangeError('the connection is closed');
    };
    return out;
  };
  const { done, call } = await stage.begin(client);
  call.head(200, SSE);
  expect(() => call.data(usageEvent(USAGE) + DONE)).toThrow('the connection is closed');
  expect(call.aborted).toBe(false);
  call.end();
  await done;
  expect(await stage.records()).toMatchObject([{ status: 'completed', costPico: COST_PICO }]);
});

describe('a silent provider', () => {
  const keepAlives = async (count: number): Promise<void> => jest.advanceTimersByTimeAsync(count * 10_000);

  test('a silent provider leads to a stream after ten seconds, and its later error is sent in-band with its own message', async () => {
    const client = stage.client(chat({ stream: true }));
    const { done, call } = await stage.begin(client);
    await keepAlives(2);
    expect([client.status, client.text]).toEqual([200, ': keep-alive\n\n: keep-alive\n\n']);
    whole({ error: { message: 'the image is broken' } }, 400)(call);
    await done;
    expect(client.text).toContain('answered 400: the image is broken');
    expect(client.text).not.toContain('broke off');
    expect(client.ended).toBe(true);
    expect(await stage.records()).toMatchObject([{ status: 'provider_error', httpStatus: 200, costPico: 0n }]);
  });

  test('the next provider after a silent one streams to the client without losing an event', async () => {
    const client = stage.client(chat({ stream: true }));
    const { done, call } = await stage.begin(client, events(delta('hi'), usageEvent(USAGE), DONE));
    await keepAlives(1);
    call.fail('timeout');
    await done;
    expect(client.text).toContain(delta('hi') + DONE);
    expect(client.begins).toBe(1);
    expect(await stage.records()).toMatchObject([{ provider: 'second', status: 'completed' }]);
  });

  test('a silent provider does not crash the gateway when the client can no longer be reached', async () => {
    const client = stage.client(chat({ stream: true }));
    client.begin = () => {
      throw new Error('the connection is closed');
    };
    const { done, call } = await stage.begin(client);
    await keepAlives(3);
    whole(completion('hi', USAGE))(call);
    await done;
    expect(await stage.records()).toMatchObject([{ costPico: COST_PICO }]);
  });

  test('a silent provider is abandoned in time to settle, and no keep-alive follows the error', async () => {
    const client = stage.client(chat({ stream: true }), 12_000);
    const { done } = await stage.begin(client);
    await jest.advanceTimersByTimeAsync(2_100);
    await done;
    await keepAlives(3);
    expect(client.status).toBe(504);
    expect(client.text).not.toContain('keep-alive');
    expect(await stage.records()).toMatchObject([{ status: 'interrupted', httpStatus: 504 }]);
  });
});

describe('a slow client', () => {
  test('a slow client pauses the provider, so that its buffer stays small', async () => {
    const client = stage.client(chat({ stream: true }));
    client.stalled = true;
    const { done, call } = await stage.begin(client);
    call.head(200, SSE);
    const piece = delta('x'.repeat(4_096));
    let most = 0;
    for (let sent = 0; sent < 2_000;) {
      // Like a transport, it sends nothing more until it is resumed.
      while (sent < 2_000) {
        sent += 1;
        if (!call.data(piece)) break;
      }
      most = Math.max(most, client.kept);
      const { resumes } = call;
      if (sent === 2_000) break;
      while (call.resumes === resumes) {
        client.read();
        await turn();
        client.stalled = true;
      }
    }
    expect(most).toBeLessThan(64 * 1024);
    client.read();
    call.data(usageEvent(USAGE) + DONE);
    call.end();
    await done;
    expect(client.text.split('\n\n').filter((text) => text.startsWith('data: {'))).toHaveLength(2_000);
  });
});

test('a provider client that throws costs nothing', async () => {
  stage.providers.send = () => {
    throw new Error('a defect');
  };
  const client = await stage.send(chat());
  expect(client.status).toBe(502);
  expect(await stage.records()).toMatchObject([{ status: 'provider_error', costPico: 0n }]);
});

test('a store that fails at the reserve leads to a 503, and nothing is sent', async () => {
  stage.providers.play(fails());
  stage.store.plan(...Array.from({ length: 20 }, () => 'unreachable' as const));
  const client = await stage.send(chat());
  stage.store.clear();
  expect([client.status, stage.providers.calls]).toEqual([503, []]);
});

test('a clock that is set back during a request leaves a readable record', async () => {
  stage.providers.play((call) => {
    stage.turnedMs = -60_000;
    whole(completion('hi', USAGE))(call);
  });
  await stage.send(chat());
  expect(await stage.records()).toMatchObject([{ firstByteMs: 0, durationMs: 0 }]);
});
