import { WRITE_TIMEOUT_MS } from '../../../lambdas/domain/data-plane/exchange';
import type { FakeClient } from './fake-client';
import { completion, delta, DONE, type FakeCall, SSE, usageEvent } from './fake-providers';
import { chat, COST_PICO, GatewayStage, messages, USAGE } from './gateway-stage';

let stage: GatewayStage;
beforeEach(async () => {
  stage = await GatewayStage.openTimed();
});
afterEach(() => stage.closeTimed());

describe('a provider that is paused for a client', () => {
  const stall = async (client: FakeClient): Promise<{ done: Promise<void>; call: FakeCall }> => {
    client.stalled = true;
    const begun = await stage.begin(client);
    begun.call.head(200, SSE);
    begun.call.data(delta('hello'));
    while (begun.call.data(`: ${'x'.repeat(8_192)}\n\n`));
    return begun;
  };

  test('a provider that is paused for the write timeout is stopped, and its client is disconnected and pays once', async () => {
    const { done, call } = await stall(stage.client(chat({ stream: true })));
    await jest.advanceTimersByTimeAsync(WRITE_TIMEOUT_MS - 1);
    expect(call.aborted).toBe(false);
    await jest.advanceTimersByTimeAsync(1);
    await done;
    expect(call.aborted).toBe(true);
    expect(await stage.records()).toMatchObject([
      { status: 'client_gone', httpStatus: 200, estimated: true, usage: { output: 5 } },
    ]);
  });

  test('a function, which cannot disconnect a client that does not read, waits for it until the time limit', async () => {
    const client = stage.client(chat({ stream: true }), 10_000 + 2 * WRITE_TIMEOUT_MS);
    delete client.disconnect;
    const { done, call } = await stall(client);
    await jest.advanceTimersByTimeAsync(2 * WRITE_TIMEOUT_MS - 1_000);
    expect(call.aborted).toBe(false);
    await jest.advanceTimersByTimeAsync(1_000);
    await done;
    expect(await stage.records()).toMatchObject([
      { status: 'interrupted', httpStatus: 200, estimated: true, usage: { output: 5 } },
    ]);
  });

  test('a client that reads slowly but steadily keeps its stream beyond the write timeout', async () => {
    const client = stage.client(chat({ stream: true }));
    const { done, call } = await stage.begin(client);
    call.head(200, SSE);
    for (let pauses = 0; pauses < 5; pauses += 1) {
      client.stalled = true;
      while (call.data(delta('x'.repeat(8_192))));
      await jest.advanceTimersByTimeAsync(WRITE_TIMEOUT_MS / 2);
      const { resumes } = call;
      client.read();
      while (call.resumes === resumes) await new Promise((resolve) => setImmediate(resolve));
    }
    call.data(usageEvent(USAGE) + DONE);
    call.end();
    await done;
    expect(client.ended).toBe(true);
    expect(await stage.records()).toMatchObject([{ status: 'completed', costPico: COST_PICO }]);
  });
});

describe('a provider that is paused for memory', () => {
  test('a whole answer waits for memory and is then passed on', async () => {
    const client = stage.client(chat());
    let makeRoom = (): void => undefined;
    client.keepAnswer = (_bytes, onRoom) => {
      makeRoom = onRoom;
      return false;
    };
    const { done, call } = await stage.begin(client);
    call.head();
    const body = JSON.stringify(completion('hi', USAGE));
    expect(call.data(body.slice(0, 9))).toBe(false);
    makeRoom();
    expect(call.resumes).toBe(1);
    client.keepAnswer = () => true;
    call.data(body.slice(9));
    call.end();
    await done;
    expect([client.status, client.text]).toEqual([200, body]);
    expect(await stage.records()).toMatchObject([{ status: 'completed', costPico: COST_PICO }]);
  });

  test('a whole answer that gets no memory for the write timeout becomes a 503, and its bound is charged', async () => {
    const client = stage.client(messages());
    client.keepAnswer = () => false;
    const { done, call } = await stage.begin(client);
    call.head();
    call.data('{');
    await jest.advanceTimersByTimeAsync(WRITE_TIMEOUT_MS);
    await done;
    expect([client.status, call.aborted]).toEqual([503, true]);
    expect(client.json).toMatchObject({ type: 'error', error: { type: 'overloaded_error' } });
    expect(client.text).toContain('it has no memory for the answer');
    expect(client.answerHeaders['x-should-retry']).toBe('false');
    expect(await stage.records()).toMatchObject([{ status: 'interrupted', httpStatus: 503, estimated: true }]);
  });

  test('a stream whose event gets no memory for the write timeout ends with an error, and its output so far is charged', async () => {
    const client = stage.client(chat({ stream: true }));
    const { done, call } = await stage.begin(client);
    call.head(200, SSE);
    call.data(delta('hello'));
    client.keepAnswer = () => false;
    expect(call.data('data: half of an event')).toBe(false);
    await jest.advanceTimersByTimeAsync(WRITE_TIMEOUT_MS);
    await done;
    expect(call.aborted).toBe(true);
    expect(client.text).toContain('request_stopped');
    expect(await stage.records()).toMatchObject([
      { status: 'interrupted', httpStatus: 200, estimated: true, usage: { output: 5 } },
    ]);
  });

  test('the host learns what a stream keeps for the rest of an event, and that it keeps nothing once the event is sent', async () => {
    const client = stage.client(chat({ stream: true }));
    const kept: number[] = [];
    client.keepAnswer = (bytes) => kept.push(bytes) > 0;
    const { done, call } = await stage.begin(client);
    call.head(200, SSE);
    const event = delta('hello');
    call.data(event);
    call.data(event.slice(0, 9));
    call.data(event.slice(9, 20));
    call.data(event.slice(20) + usageEvent(USAGE) + DONE);
    call.end();
    await done;
    expect(kept).toEqual([9, 20, 0]);
  });
});
