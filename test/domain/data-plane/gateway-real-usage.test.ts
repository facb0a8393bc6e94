import { completion, delta, DONE, event, events, type Play, SSE, usageEvent, whole } from './fake-providers';
import { chat, COST_PICO, GatewayStage, INPUT_PICO, messages, OUTPUT_PICO, USAGE } from './gateway-stage';

let stage: GatewayStage;
beforeEach(async () => {
  stage = await GatewayStage.open();
});
afterEach(() => stage.expectBalanced());

const ZEROS = { prompt_tokens: 0, completion_tokens: 0, total_tokens: 0 };
const stopped = (usage?: object): string =>
  event({ choices: [{ index: 0, delta: {}, finish_reason: 'stop' }], ...(usage && { usage }) });
const said = (content: string, usage: object): string =>
  event({ choices: [{ index: 0, delta: { content }, finish_reason: null }], usage });

/** Charged as reported: exactly, and without an estimate. */
const exact = { status: 'completed', estimated: false, costPico: COST_PICO };

test.each<[string, Play, boolean]>([
  ['zeros in a later event', events(delta('hi'), usageEvent(USAGE), usageEvent(ZEROS), DONE), true],
  ['an empty object in a later event', events(delta('hi'), usageEvent(USAGE), usageEvent({}), DONE), true],
  [
    'zeros in the event that stops',
    events(said('hi', USAGE), event({ choices: [{ index: 0, delta: {}, finish_reason: 'stop' }], usage: ZEROS }), DONE),
    true,
  ],
  [
    'an output of zero, after it was reported without a prompt',
    events(
      delta('hi'),
      usageEvent({ prompt_tokens: 7, completion_tokens: 0 }),
      usageEvent({ prompt_tokens: 0, completion_tokens: 2 }),
      DONE,
    ),
    true,
  ],
  ...[
    { prompt_tokens: 0 },
    { total_tokens: 0 },
    { completion_tokens: 0 },
    { prompt_tokens: 0, completion_tokens: null },
  ].map((zeros): [string, Play, boolean] => [
    `${JSON.stringify(zeros)} in a later event`,
    events(delta('hi'), usageEvent(USAGE), usageEvent(zeros), DONE),
    true,
  ]),
  ['zeros beside Groq’s own place', whole({ ...completion('hi', ZEROS), x_groq: { usage: USAGE } }), false],
])('real usage is charged although the provider also reports %s', async (_what, play, stream) => {
  stage.providers.play(play);
  await stage.send(chat({ stream }));
  expect(await stage.records()).toMatchObject([exact]);
  expect(stage.lines).not.toContain('USAGE_MALFORMED');
});

test.each<[string, object]>([
  ['x_groq.usage', { choices: [{ index: 0, delta: {}, finish_reason: 'stop' }], x_groq: { id: 'r', usage: USAGE } }],
  ['choices[].usage', { choices: [{ index: 0, delta: {}, finish_reason: 'stop', usage: USAGE }] }],
])('the usage of a stream is read from %s, and the event reaches the client', async (_where, last) => {
  stage.providers.play(events(delta('hi'), event(last), DONE));
  const client = await stage.send(chat({ stream: true }));
  expect(client.text).toContain(event(last));
  expect(await stage.records()).toMatchObject([exact]);
});

test.each<[string, object]>([
  ['x_groq.usage', { ...completion('hi'), x_groq: { id: 'r', usage: USAGE } }],
  ['choices[].usage', { choices: [{ index: 0, message: { role: 'assistant', content: 'hi' }, usage: USAGE }] }],
])('the usage of a whole answer is read from %s', async (_where, answer) => {
  stage.providers.play(whole(answer));
  await stage.send(chat());
  expect(await stage.records()).toMatchObject([exact]);
});

test('usage that each of several choices reports on its own is not taken for the whole answer’s', async () => {
  const choice = { message: { role: 'assistant', content: 'hi' }, usage: USAGE };
  stage.providers.play(
    whole({
      choices: [
        { index: 0, ...choice },
        { index: 1, ...choice },
      ],
    }),
  );
  await stage.send(chat({ n: 2 }));
  expect(await stage.records()).toMatchObject([{ status: 'completed', estimated: true }]);
});

describe('a stream with usage in every event', () => {
  const partial = { prompt_tokens: 7, completion_tokens: 1, total_tokens: 8 };

  test('a cut stream with running usage ends with an error, and is charged for the text that was seen', async () => {
    stage.providers.play(events(said('hello', partial), said(' you', { ...USAGE })));
    const client = await stage.send(chat({ stream: true }));
    expect(client.text).toContain('broke off');
    expect(await stage.records()).toMatchObject([
      { status: 'interrupted', estimated: true, usage: { input: 7, output: 9 } },
    ]);
  });

  test('a cut stream whose running usage comes in events of its own ends with an error', async () => {
    stage.providers.play(events(delta('hello'), usageEvent(partial), delta(' you'), usageEvent(USAGE)));
    const client = await stage.send(chat({ stream: true }));
    expect(client.text).toContain('broke off');
    expect(await stage.records()).toMatchObject([{ status: 'interrupted', estimated: true }]);
  });

  test('a whole stream with running usage is charged its last report, even without the last event', async () => {
    stage.providers.play(events(said('hi', partial), stopped(USAGE)));
    const client = await stage.send(chat({ stream: true }));
    expect(client.text).not.toContain('error');
    expect(await stage.records()).toMatchObject([exact]);
  });

  test('a report that only the prompt preceded does not make the text after it free', async () => {
    stage.providers.play(
      events(
        event({
          choices: [{ index: 0, delta: { role: 'assistant', content: '' } }],
          usage: { ...partial, completion_tokens: 0, total_tokens: 7 },
        }),
        delta('hello'),
        stopped(),
        DONE,
      ),
    );
    await stage.send(chat({ stream: true }));
    expect(await stage.records()).toMatchObject([
      { status: 'completed', estimated: true, usage: { input: 7, output: 5 } },
    ]);
  });

  test('a cut stream whose running usage has no prompt is charged the bound of its prompt', async () => {
    stage.providers.play(events(said('hello', { ...ZEROS, completion_tokens: 1, total_tokens: 1 })));
    await stage.send(chat({ stream: true }));
    const [record] = await stage.records();
    expect(record).toMatchObject({ status: 'interrupted', estimated: true, usage: { output: 5 } });
    expect(record?.usage.input).toBeGreaterThan(50);
  });
});

describe('an answer that the client has whole', () => {
  test('a stream that stops and ends without the last event and without usage is whole', async () => {
    stage.providers.play(events(delta('hi'), stopped()));
    const client = await stage.send(chat({ stream: true }));
    expect(client.text).not.toContain('error');
    expect(await stage.records()).toMatchObject([{ status: 'completed', estimated: true, usage: { output: 2 } }]);
  });

  test('a stream of which one of two choices has stopped is cut', async () => {
    stage.providers.play(events(delta('hi'), stopped()));
    const client = await stage.send(chat({ stream: true, n: 2 }));
    expect(client.text).toContain('broke off');
  });

  test('the event that stops an answer reaches the client although no blank line follows it', async () => {
    stage.providers.play(events(delta('hi'), stopped(USAGE).trimEnd()));
    const client = await stage.send(chat({ stream: true }));
    expect(client.text).toContain(stopped(USAGE));
    expect(client.text).not.toContain('error');
    expect(await stage.records()).toMatchObject([exact]);
  });

  test.each([
    ['stopped', stopped(USAGE)],
    ['ended', usageEvent(USAGE) + DONE],
  ])('half of an event after an answer has %s does not reach the client', async (_how, last) => {
    stage.providers.play(events(delta('hi'), last, 'data: {"half":[{"index":0'));
    const client = await stage.send(chat({ stream: true }));
    expect(client.text).not.toContain('half');
    expect(await stage.records()).toMatchObject([exact]);
  });

  test('a connection that breaks after the last event causes no error', async () => {
    stage.providers.play((call) => {
      call.head(200, SSE);
      call.data(delta('hi') + usageEvent(USAGE) + DONE);
      call.fail();
    });
    const client = await stage.send(chat({ stream: true }));
    expect(client.text).not.toContain('error');
    expect(await stage.records()).toMatchObject([exact]);
  });

  test('a connection that breaks before the last event causes an error, although the answer has stopped', async () => {
    stage.providers.play((call) => {
      call.head(200, SSE);
      call.data(delta('hi') + stopped());
      call.fail();
    });
    const client = await stage.send(chat({ stream: true }));
    expect(client.text).toContain('broke off');
  });

  test('a provider that keeps the connection open after the last event causes no error when the host stops', async () => {
    const client = stage.client(chat({ stream: true }));
    const { done, call } = await stage.begin(client);
    call.head(200, SSE);
    call.data(delta('hi') + usageEvent(USAGE) + DONE);
    await stage.gateway.stop();
    await done;
    expect(client.text).not.toContain('error');
    expect(await stage.records()).toMatchObject([exact]);
  });

  test('a message that has stopped and ends without its last event is whole, and charged its last report', async () => {
    const start = { type: 'message_start', message: { usage: { input_tokens: 5, output_tokens: 1 } } };
    const stop = { type: 'message_delta', delta: { stop_reason: 'end_turn' }, usage: { output_tokens: 3 } };
    stage.providers.play(events(event(start), event(stop)));
    const client = await stage.send(messages({ stream: true }));
    expect(client.text).not.toContain('event: error');
    expect(await stage.records()).toMatchObject([
      { status: 'completed', estimated: false, costPico: 5n * INPUT_PICO + 3n * OUTPUT_PICO },
    ]);
  });

  test('a message whose last event carries metrics of Bedrock is whole', async () => {
    const start = { type: 'message_start', message: { usage: { input_tokens: 5, output_tokens: 3 } } };
    const metrics = { inputTokenCount: 5, outputTokenCount: 3, invocationLatency: 1_234, firstByteLatency: 321 };
    const stop = { type: 'message_stop', 'amazon-bedrock-invocationMetrics': metrics };
    stage.providers.play(events(event(start), event(stop)));
    const client = await stage.send(messages({ stream: true }));
    expect(client.text).not.toContain('event: error');
    expect(await stage.records()).toMatchObject([{ status: 'completed', usage: { input: 5, output: 3 } }]);
  });
});

describe('a message whose tools the provider runs', () => {
  const tools = [{ type: 'web_fetch_20250910', name: 'web_fetch' }];
  const start = event({ type: 'message_start', message: { usage: { input_tokens: 5, output_tokens: 1 } } });
  const text = event({ type: 'content_block_delta', index: 0, delta: { type: 'text_delta', text: 'hello' } });

  test('a message that fetched pages is charged the tokens of all its rounds, which the hold covers', async () => {
    const usage = { input_tokens: 900_000, output_tokens: 300, server_tool_use: { web_fetch_requests: 3 } };
    const client = stage.client(messages({ tools }));
    const { done, call } = await stage.begin(client);
    whole({ type: 'message', content: [{ type: 'text', text: 'hi' }], usage })(call);
    await done;
    expect(stage.lines).not.toContain('UNIT_UNPRICED');
    expect(await stage.records()).toMatchObject([
      { status: 'completed', estimated: false, overrunPico: 0n, costPico: 900_000n * INPUT_PICO + 300n * OUTPUT_PICO },
    ]);
  });

  const block = (type: string): string =>
    event({ type: 'content_block_start', index: 1, content_block: { type, id: 'srvtoolu_1', name: 'web_fetch' } });

  test.each(['server_tool_use', 'web_fetch_tool_result'])(
    'a cut message whose block of type %s shows a fetched page is charged its bound, because its report has the first round only',
    async (type) => {
      stage.providers.play(events(start, text, block(type)));
      await stage.send(messages({ tools, stream: true }));
      const [record] = await stage.records();
      expect(record).toMatchObject({ status: 'interrupted', estimated: true, usage: { input: 2_000_000 } });
      expect(record?.usage.output).toBeGreaterThan(5);
    },
  );

  test.each(['text', 'thinking', 'tool_use'])(
    'a cut message that may fetch pages, but shows only a block of type %s, is charged the prompt that was reported',
    async (type) => {
      const begun = event({ type: 'content_block_start', index: 0, content_block: { type } });
      stage.providers.play(events(start, begun, text));
      await stage.send(messages({ tools, stream: true }));
      expect(await stage.records()).toMatchObject([
        { status: 'interrupted', estimated: true, usage: { input: 5, output: 5 } },
      ]);
    },
  );

  test('text that quotes the event of a tool does not raise the charge of a cut message', async () => {
    const quoted = { type: 'text_delta', text: block('server_tool_use') };
    stage.providers.play(events(start, event({ type: 'content_block_delta', index: 0, delta: quoted })));
    await stage.send(messages({ tools, stream: true }));
    expect(await stage.records()).toMatchObject([{ status: 'interrupted', usage: { input: 5 } }]);
  });

  test('a message that failed before any text is charged the prompt that was reported', async () => {
    stage.providers.play(events(start, event({ type: 'error', error: { type: 'overloaded_error' } })));
    await stage.send(messages({ tools, stream: true }));
    expect(await stage.records()).toMatchObject([{ status: 'interrupted', usage: { input: 5, output: 1 } }]);
  });
});

test('a message with a limit of zero fills the cache, and is charged what the provider reports', async () => {
  const usage = { input_tokens: 3, cache_creation_input_tokens: 40, output_tokens: 0 };
  stage.providers.play(whole({ type: 'message', content: [], stop_reason: 'max_tokens', usage }));
  const client = await stage.send(messages({ max_tokens: 0 }));
  expect([client.status, stage.providers.calls[0]?.json['max_tokens']]).toEqual([200, 0]);
  expect(await stage.records()).toMatchObject([
    { status: 'completed', estimated: false, usage: { input: 3, cacheWrite: 40, output: 0 } },
  ]);
});

test('a message with a limit of zero whose provider takes it for no limit is charged its output, which the hold covers', async () => {
  const client = stage.client(messages({ max_tokens: 0 }));
  const { done, call } = await stage.begin(client);
  const usage = { input_tokens: 3, output_tokens: 900 };
  whole({ type: 'message', content: [{ type: 'text', text: 'hi' }], usage })(call);
  await done;
  expect(await stage.records()).toMatchObject([
    { status: 'completed', overrunPico: 0n, costPico: 3n * INPUT_PICO + 900n * OUTPUT_PICO },
  ]);
});
