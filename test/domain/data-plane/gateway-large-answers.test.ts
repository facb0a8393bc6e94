import { WRITE_TIMEOUT_MS } from '../../../lambdas/domain/data-plane/exchange';
import { KEPT_BYTES_MAX } from '../../../lambdas/domain/data-plane/provider/passing-body';
import { RESPONSE_BYTES_MAX } from '../../../lambdas/domain/data-plane/provider/whole-receiver';
import type { FakeClient, Sent } from './fake-client';
import { completion, DONE, delta, type FakeCall, JSON_TYPE, SSE, usageEvent, whole } from './fake-providers';
import { chat, COST_PICO, GatewayStage, INPUT_PICO, messages, OUTPUT_PICO, USAGE } from './gateway-stage';

let stage: GatewayStage;
beforeEach(async () => {
  stage = await GatewayStage.openTimed();
});
afterEach(() => stage.closeTimed());

const CHUNK_BYTES = 16 * 1024;
const LONG = 'x'.repeat(2 * KEPT_BYTES_MAX);
const ANSWER = JSON.stringify(completion(LONG, USAGE));

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** Sends text as a provider would: in chunks, and only while the gateway has room for them. */
async function play(call: FakeCall, client: FakeClient, text: string): Promise<void> {
  for (let at = 0; at < text.length; at += CHUNK_BYTES) {
    const { resumes } = call;
    if (call.data(text.slice(at, at + CHUNK_BYTES))) continue;
    while (call.resumes === resumes && !call.aborted) {
      client.read();
      await turn();
    }
  }
}

async function begin(sent: Sent): Promise<{ client: FakeClient; call: FakeCall; done: Promise<void> }> {
  const client = stage.client(sent);
  const { done, call } = await stage.begin(client);
  return { client, call, done };
}

describe('a large whole answer', () => {
  test.each([
    ['a chat completion', chat(), completion(LONG, USAGE), COST_PICO],
    ['a chat completion with its usage first', chat(), { usage: USAGE, ...completion(LONG) }, COST_PICO],
    [
      'a message',
      messages(),
      { type: 'message', content: [{ type: 'text', text: LONG }], usage: { input_tokens: 5, output_tokens: 3 } },
      5n * INPUT_PICO + 3n * OUTPUT_PICO,
    ],
    [
      'embeddings',
      { path: '/v1/embeddings', body: { model: 'vectors', input: 'a' } },
      {
        object: 'list',
        data: [{ embedding: Array.from({ length: 100_000 }, () => 0.125) }],
        usage: { prompt_tokens: 9, total_tokens: 9 },
      },
      9n * INPUT_PICO,
    ],
  ])(
    '%s above the small size passes through as it arrives, and costs what its usage says',
    async (_what, sent, body, costPico) => {
      const { client, call, done } = await begin(sent);
      const text = JSON.stringify(body);
      call.head(200, { ...JSON_TYPE, 'content-length': String(text.length) });
      await play(call, client, text.slice(0, -1_000));
      expect(client.text.length).toBeGreaterThan(text.length / 2);
      // A response with a length could not end before it without a broken connection.
      expect(client.answerHeaders).toMatchObject(JSON_TYPE);
      expect(client.answerHeaders['content-length']).toBeUndefined();
      await play(call, client, text.slice(-1_000));
      call.end();
      await done;
      expect([client.text, client.ended, client.broken]).toEqual([text, true, false]);
      expect(client.answerHeaders['x-tollgate-cost']).toBeUndefined();
      expect(await stage.records()).toMatchObject([
        { status: 'completed', httpStatus: 200, estimated: false, costPico },
      ]);
    },
  );

  test('a small whole answer keeps its length and its cost header', async () => {
    stage.providers.play(whole(completion('hi', USAGE)));
    const client = await stage.send(chat());
    expect(client.answerHeaders['x-tollgate-cost']).toBeDefined();
    expect(client.answerHeaders['content-length']).toBe(String(client.text.length));
  });

  test('a large answer’s last byte is sent after its charge is committed, even if blanks follow it', async () => {
    const { client, call, done } = await begin(chat());
    call.head();
    const seen: bigint[] = [];
    client.onBytes = (text) => {
      if (text.includes('}')) void stage.spentPico().then((spent) => seen.push(spent));
    };
    await play(call, client, ANSWER);
    call.data('\n');
    call.data(' \n');
    await turn();
    expect(client.text).not.toContain('"usage"');
    call.end();
    await done;
    expect(client.text).toBe(`${ANSWER}\n \n`);
    await turn();
    expect(seen.at(-1)).toBe(COST_PICO);
  });

  test('a large answer keeps the same amount of memory, whatever its size', async () => {
    const { client, call, done } = await begin(chat());
    let most = 0;
    client.keepAnswer = (bytes) => {
      most = Math.max(most, bytes);
      return true;
    };
    call.head();
    await play(call, client, '{"choices":[{"message":{"content":"');
    for (let sent = 0; sent < 32; sent += 1) await play(call, client, 'x'.repeat(1024 * 1024));
    await play(call, client, `"}}],"usage":${JSON.stringify(USAGE)}}`);
    call.end();
    await done;
    expect(most).toBeLessThan(2 * KEPT_BYTES_MAX);
    expect(await stage.records()).toMatchObject([{ status: 'completed', costPico: COST_PICO }]);
  });

  test('a large answer without usage is charged its bound, as an estimate', async () => {
    const { client, call, done } = await begin(chat());
    call.head();
    await play(call, client, JSON.stringify(completion(LONG)));
    call.end();
    await done;
    expect(client.ended).toBe(true);
    expect(await stage.records()).toMatchObject([{ status: 'completed', estimated: true, usage: { output: 50 } }]);
  });

  test('a large answer to a client that asked for a stream passes through too', async () => {
    const { client, call, done } = await begin(chat({ stream: true }));
    call.head();
    await play(call, client, ANSWER);
    call.end();
    await done;
    expect([client.text, client.answerHeaders['content-type']]).toEqual([ANSWER, 'application/json']);
    expect(await stage.records()).toMatchObject([{ costPico: COST_PICO }]);
  });

  test('a large answer does not fit into an event stream that a keep-alive has begun; it is charged by its usage', async () => {
    const { client, call, done } = await begin(chat({ stream: true }));
    await jest.advanceTimersByTimeAsync(10_000);
    call.head();
    await play(call, client, ANSWER);
    call.end();
    await done;
    expect(client.text).toContain('did not stream its answer');
    expect(client.text).not.toContain('xxx');
    expect(await stage.records()).toMatchObject([{ costPico: COST_PICO }]);
  });

  test('a large body under 200 that is not an answer costs nothing, and the next provider gets the request', async () => {
    stage.providers.play(whole(`<html>${LONG}`), whole(completion('hi', USAGE)));
    const client = await stage.send(chat());
    expect(client.text).toContain('"content":"hi"');
    expect(await stage.records()).toMatchObject([{ provider: 'second', status: 'completed' }]);
  });

  test('a large body of an error is not kept', async () => {
    stage.providers.play(whole(`{"error":"${LONG}"}`, 400));
    const client = await stage.send(chat());
    expect(client.status).toBe(502);
    expect(await stage.records()).toMatchObject([{ status: 'provider_error', costPico: 0n }]);
  });
});

describe('a large whole answer that cannot be completed', () => {
  const begun = async (sent = chat()) => {
    const started = await begin(sent);
    started.call.head();
    await play(started.call, started.client, ANSWER.slice(0, -500));
    return started;
  };

  test.each([
    ['its provider breaks off', (call: FakeCall) => call.fail()],
    ['it ends too early', (call: FakeCall) => call.end()],
    [
      'other bytes follow it',
      (call: FakeCall) => {
        call.data(`${ANSWER.slice(-500)}<html>`);
        call.end();
      },
    ],
    [
      'it turns out to be an error',
      (call: FakeCall) => {
        call.data('"}}],"error":{"message":"overloaded"}}');
        call.end();
      },
    ],
  ])('a large answer breaks off when %s, and is free', async (_why, fail) => {
    const { client, call, done } = await begun();
    fail(call);
    await done;
    expect([client.broken, client.ended, client.text.includes('error')]).toEqual([true, false, false]);
    expect(stage.providers.calls).toHaveLength(1);
    expect(await stage.records()).toMatchObject([{ status: 'provider_error', httpStatus: 200, costPico: 0n }]);
  });

  test('a large answer for a client that asked for a stream breaks off without an event', async () => {
    const { client, call, done } = await begun(chat({ stream: true }));
    call.fail();
    await done;
    expect([client.broken, client.ended, client.text.includes('data:')]).toEqual([true, false, false]);
  });

  test('a large answer for a client that asked for a stream breaks off without an event when it is cancelled', async () => {
    const { client, done } = await begun(chat({ stream: true }));
    await stage.dependencies.cancellations.cancel(stage.accountId, client.answerHeaders['x-request-id'] ?? '');
    await jest.advanceTimersByTimeAsync(1_000);
    await done;
    expect([client.broken, client.ended, client.text.includes('data:')]).toEqual([true, false, false]);
  });

  test('a large answer that its provider breaks off after a slow client made it wait is charged its bound and ends cleanly', async () => {
    const { client, call, done } = await begun();
    for (let pauses = 0; pauses < 2; pauses += 1) {
      client.stalled = true;
      while (call.data('x'.repeat(CHUNK_BYTES)));
      await jest.advanceTimersByTimeAsync(WRITE_TIMEOUT_MS / 2);
      client.read();
      await turn();
    }
    call.fail();
    await done;
    expect([client.broken, client.ended]).toEqual([false, true]);
    expect(await stage.records()).toMatchObject([{ status: 'interrupted', estimated: true, usage: { output: 50 } }]);
  });

  test('a large answer whose request is cancelled ends cleanly and too early, and is charged like any cancelled whole answer', async () => {
    const { client, call, done } = await begun();
    await stage.dependencies.cancellations.cancel(stage.accountId, client.answerHeaders['x-request-id'] ?? '');
    await jest.advanceTimersByTimeAsync(1_000);
    await done;
    expect([call.aborted, client.broken, client.ended]).toEqual([true, false, true]);
    expect(ANSWER.startsWith(client.text)).toBe(true);
    expect(() => client.json).toThrow(SyntaxError);
    expect(await stage.records()).toMatchObject([{ status: 'cancelled', estimated: true, usage: { output: 50 } }]);
  });

  test('a large answer beyond the largest response ends cleanly and too early, and its bound is charged', async () => {
    const { client, call, done } = await begun();
    const piece = Buffer.alloc(8 * 1024 * 1024, 'x');
    for (let sent = 0; sent <= RESPONSE_BYTES_MAX && !call.aborted; sent += piece.length) {
      if (!call.data(piece)) await turn();
    }
    await done;
    expect([call.aborted, client.broken, client.ended]).toEqual([true, false, true]);
    expect(await stage.records()).toMatchObject([{ status: 'interrupted', estimated: true, usage: { output: 50 } }]);
  });
});

describe('a client of a large whole answer', () => {
  test('a client that reads a large answer slowly pauses its provider', async () => {
    const { client, call, done } = await begin(chat());
    client.stalled = true;
    call.head();
    let hasRoom = true;
    for (let at = 0; at < ANSWER.length && hasRoom; at += CHUNK_BYTES)
      hasRoom = call.data(ANSWER.slice(at, at + CHUNK_BYTES));
    expect(hasRoom).toBe(false);
    client.leave();
    call.end();
    await done;
  });

  test('a client that leaves a large answer pays what the provider reports', async () => {
    const { client, call, done } = await begin(chat());
    client.stalled = true;
    call.head();
    call.data(ANSWER.slice(0, KEPT_BYTES_MAX + CHUNK_BYTES));
    expect(call.data(ANSWER.slice(KEPT_BYTES_MAX + CHUNK_BYTES, -CHUNK_BYTES))).toBe(false);
    client.leave();
    expect(call.resumes).toBe(1);
    expect(call.data(ANSWER.slice(-CHUNK_BYTES))).toBe(true);
    call.end();
    await done;
    expect(await stage.records()).toMatchObject([{ status: 'client_gone', estimated: false, costPico: COST_PICO }]);
  });

  test('a client that leaves a large answer to its request for a stream pays what the provider reports', async () => {
    const { client, call, done } = await begin(chat({ stream: true }));
    call.head();
    await play(call, client, ANSWER.slice(0, -500));
    client.leave();
    call.data(ANSWER.slice(-500));
    call.end();
    await done;
    expect(await stage.records()).toMatchObject([{ status: 'client_gone', estimated: false, costPico: COST_PICO }]);
  });

  test('a client that does not read a large answer for the write timeout is disconnected, and pays what it costs', async () => {
    const { client, call, done } = await begin(chat());
    client.stalled = true;
    call.head();
    call.data(ANSWER.slice(0, KEPT_BYTES_MAX + 1));
    call.data(ANSWER.slice(KEPT_BYTES_MAX + 1, -500));
    await jest.advanceTimersByTimeAsync(WRITE_TIMEOUT_MS);
    expect([client.gone.aborted, call.aborted]).toEqual([true, false]);
    call.data(ANSWER.slice(-500));
    call.end();
    await done;
    expect(await stage.records()).toMatchObject([{ status: 'client_gone', costPico: COST_PICO }]);
  });
});

test('a large stream that answers a request for a whole answer passes through, and costs what its usage says', async () => {
  const { client, call, done } = await begin(chat());
  const text = delta(LONG) + usageEvent(USAGE) + DONE;
  call.head(200, SSE);
  await play(call, client, text);
  call.end();
  await done;
  expect([client.text, client.ended]).toEqual([text, true]);
  expect(await stage.records()).toMatchObject([{ status: 'completed', estimated: false, costPico: COST_PICO }]);
});
