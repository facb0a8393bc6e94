import {
  completion,
  delta,
  DONE,
  event,
  events,
  type FakeCall,
  JSON_TYPE,
  type Play,
  SSE,
  usageEvent,
  whole,
} from './fake-providers';
import { chat, COST_PICO, GatewayStage, INPUT_PICO, messages, OUTPUT_PICO, USAGE } from './gateway-stage';

let stage: GatewayStage;
beforeEach(async () => {
  stage = await GatewayStage.open();
});
afterEach(() => stage.expectBalanced());

const BOM = '\u{feff}';
const STREAM = delta('hi') + usageEvent(USAGE) + DONE;
const ANSWER = JSON.stringify(completion('hi', USAGE));

/** Sends bytes one by one. */
const byteByByte =
  (text: string, headers: object): Play =>
  (call: FakeCall) => {
    call.head(200, { ...headers });
    for (const byte of Buffer.from(text)) call.data(Buffer.from([byte]));
    call.end();
  };

describe('a stream under another content type', () => {
  test.each([
    ['JSON’s type', JSON_TYPE, STREAM],
    ['plain text', { 'content-type': 'text/plain' }, STREAM],
    ['no type', {}, STREAM],
    ['JSON’s type, beginning with a comment', JSON_TYPE, `: processing\n\n${STREAM}`],
    ['JSON’s type, beginning with blank lines', JSON_TYPE, `\r\n\n${STREAM}`],
    ['JSON’s type, beginning with an event’s ID', JSON_TYPE, `id: 1\n${STREAM}`],
    ['JSON’s type, beginning with a byte order mark', JSON_TYPE, `${BOM}${STREAM}`],
    ['its own type, beginning with a byte order mark', SSE, `${BOM}${STREAM}`],
  ])('a stream under %s is relayed and metered as a stream', async (_what, headers, text) => {
    for (const play of [whole(text, 200, headers), byteByByte(text, headers)]) {
      stage.providers.play(play);
      const client = await stage.send(chat({ stream: true }));
      expect(client.answerHeaders['content-type']).toMatch(/^text\/event-stream/);
      expect(client.text).toContain(`${delta('hi')}${DONE}: x-tollgate-cost`);
      expect(client.text).not.toContain(BOM);
      expect((await stage.records())[0]).toMatchObject({ status: 'completed', estimated: false, costPico: COST_PICO });
    }
  });

  test('Anthropic’s stream under JSON’s type is relayed and metered as a stream', async () => {
    const start = event({ type: 'message_start', message: { usage: { input_tokens: 5, output_tokens: 1 } } });
    const stop = event({ type: 'message_stop' });
    const text = `event: message_start\n${start}event: message_delta\n${event({ type: 'message_delta', usage: { output_tokens: 3 } })}event: message_stop\n${stop}`;
    stage.providers.play(whole(text));
    const client = await stage.send(messages({ stream: true }));
    expect(client.text).toContain(text);
    expect(await stage.records()).toMatchObject([
      { status: 'completed', estimated: false, costPico: 5n * INPUT_PICO + 3n * OUTPUT_PICO },
    ]);
  });

  test('text that only begins like a field of an event stays a whole answer', async () => {
    stage.providers.play(byteByByte('dat', { 'content-type': 'text/plain' }));
    const client = await stage.send(chat({ stream: true }));
    expect([client.status, client.text]).toEqual([502, expect.stringContaining('answered 200: dat')]);
  });
});

describe('a whole answer with a byte order mark', () => {
  test.each([false, true])('a byte order mark before a whole answer is removed (stream: %s)', async (stream) => {
    for (const play of [whole(BOM + ANSWER), byteByByte(BOM + ANSWER, JSON_TYPE)]) {
      stage.providers.play(play);
      const client = await stage.send(chat({ stream }));
      expect([client.status, client.text]).toEqual([200, ANSWER]);
      expect((await stage.records())[0]).toMatchObject({ status: 'completed', estimated: false, costPico: COST_PICO });
    }
  });

  test('a byte order mark before a large answer is removed', async () => {
    const text = JSON.stringify(completion('x'.repeat(300_000), USAGE));
    stage.providers.play(whole(BOM + text));
    expect((await stage.send(chat())).text).toBe(text);
  });
});

describe('a stream to a request for a whole answer', () => {
  test.each([
    ['its own type', SSE],
    ['JSON’s type', JSON_TYPE],
  ])(
    'a stream to a request for a whole answer is passed on unchanged and metered by its usage, under %s',
    async (_what, headers) => {
      stage.providers.play(whole(STREAM, 200, headers));
      const client = await stage.send(chat({ stream: false }));
      expect([client.status, client.text]).toEqual([200, STREAM]);
      expect(client.answerHeaders['x-tollgate-cost']).toBeDefined();
      expect(await stage.records()).toMatchObject([{ status: 'completed', estimated: false, costPico: COST_PICO }]);
    },
  );

  test('Anthropic’s stream to a request for a whole answer that lacks its end is charged for what was seen', async () => {
    const start = event({ type: 'message_start', message: { usage: { input_tokens: 5, output_tokens: 1 } } });
    const text = event({ type: 'content_block_delta', delta: { type: 'text_delta', text: 'hello' } });
    stage.providers.play(events(start, text));
    const client = await stage.send(messages());
    expect(client.text).toBe(start + text);
    expect(await stage.records()).toMatchObject([
      { status: 'completed', estimated: true, usage: { input: 5, output: 5 } },
    ]);
  });

  test('a stream without usage to a request for a whole answer is charged an upper bound of its text', async () => {
    stage.providers.play(events(delta('hello'), DONE));
    await stage.send(chat());
    expect(await stage.records()).toMatchObject([{ status: 'completed', estimated: true, usage: { output: 5 } }]);
  });

  test.each([STREAM, ''])('a stream to a request for embeddings is a failure, and free: %j', async (text) => {
    stage.providers.play(whole(text, 200, SSE));
    const client = await stage.send({ path: '/v1/embeddings', body: { model: 'vectors', input: 'a' } });
    expect(client.status).toBe(502);
    expect(await stage.records()).toMatchObject([{ status: 'provider_error', costPico: 0n }]);
  });

  test('a large answer whose only usage is inside its long part is charged its bound', async () => {
    const choice = { index: 0, message: { role: 'assistant', content: 'x'.repeat(300_000) }, usage: USAGE };
    stage.providers.play(whole({ choices: [choice] }));
    await stage.send(chat());
    expect(await stage.records()).toMatchObject([
      { status: 'completed', estimated: true, usage: { output: 50 }, overrunPico: 0n },
    ]);
  });

  test('a stream to a request for a whole answer that contains only an error is a failure, and free', async () => {
    stage.providers.play(events(event({ error: { message: 'overloaded' } }), DONE));
    const client = await stage.send(chat());
    expect(client.status).toBe(502);
    expect(await stage.records()).toMatchObject([{ status: 'provider_error', costPico: 0n }]);
  });
});
