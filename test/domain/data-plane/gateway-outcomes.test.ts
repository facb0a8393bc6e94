import {
  completion,
  delta,
  DONE,
  event,
  events,
  type Play,
  fails,
  JSON_TYPE,
  SSE,
  usageEvent,
  whole,
} from './fake-providers';
import { chat, COST_PICO, GatewayStage, messages, USAGE } from './gateway-stage';

let stage: GatewayStage;
beforeEach(async () => {
  stage = await GatewayStage.open();
});
afterEach(() => stage.expectBalanced());

/** One behaviour of a provider, with the client's response and the record that follow from it. */
interface Case {
  readonly play: Play;
  readonly stream?: boolean;
  readonly status: number;
  /** A part of the client's response. */
  readonly reads: string;
  readonly record: object;
  /** @default nothing */
  readonly costPico?: bigint | 'bound';
}

const failed = { status: 'provider_error', costPico: 0n, usage: {}, estimated: false };

/** The client gets a provider error, and pays nothing. */
const failure = (play: Play, reads: string): Case => ({
  play,
  status: 502,
  reads,
  record: { ...failed, httpStatus: 502 },
});

const cases: { readonly [what: string]: Case } = {
  'a whole answer': {
    play: whole(completion('hi', USAGE)),
    status: 200,
    reads: '"content":"hi"',
    record: { status: 'completed', httpStatus: 200, estimated: false },
    costPico: COST_PICO,
  },
  'a whole stream': {
    play: events(delta('hi'), usageEvent(USAGE), DONE),
    stream: true,
    status: 200,
    reads: delta('hi') + DONE,
    record: { status: 'completed', httpStatus: 200, estimated: false },
    costPico: COST_PICO,
  },
  'an event stream whose type is written in capitals': {
    play: (call) => {
      call.head(200, { 'content-type': 'Text/Event-Stream' });
      call.data(delta('hi'));
      call.data(usageEvent(USAGE));
      call.data(DONE);
      call.end();
    },
    stream: true,
    status: 200,
    reads: `${DONE}: x-tollgate-cost`,
    record: { status: 'completed' },
    costPico: COST_PICO,
  },
  'usage behind a null one in the same event': {
    play: events(delta('hi'), event({ choices: [{ index: 0, delta: {}, usage: null }], usage: USAGE }), DONE),
    stream: true,
    status: 200,
    reads: DONE,
    record: { status: 'completed', estimated: false },
    costPico: COST_PICO,
  },
  'a whole answer to a request for a stream': {
    play: whole(completion('hi', USAGE)),
    stream: true,
    status: 200,
    reads: '"content":"hi"',
    record: { status: 'completed', streamed: true },
    costPico: COST_PICO,
  },
  'events to a request for a whole answer': {
    play: events(delta('hi'), DONE),
    status: 200,
    reads: DONE,
    record: { status: 'completed', estimated: true },
    costPico: 'bound',
  },
  'an error under status 200': failure(
    whole({ error: { message: 'overloaded', code: 502 } }),
    'answered 200: overloaded',
  ),
  'an error under status 200, to a request for a stream': {
    ...failure(whole({ error: { message: 'overloaded' } }), 'answered 200: overloaded'),
    stream: true,
  },
  'an answer whose error is null': {
    play: whole({ ...completion('hi', USAGE), error: null }),
    status: 200,
    reads: '"content":"hi"',
    record: { status: 'completed' },
    costPico: COST_PICO,
  },
  'HTML under status 200': failure(
    whole('<html>welcome</html>', 200, { 'content-type': 'text/html' }),
    'answered 200: <html>',
  ),
  'an empty body under status 200': failure(whole('', 200), 'answered 200'),
  'half of an answer under status 200': failure(
    whole(JSON.stringify(completion('hi', USAGE)).slice(0, -20)),
    'answered 200',
  ),
  'an answer with NaN, which is not JSON': failure(
    whole('{"choices":[],"usage":{"prompt_tokens":NaN,"completion_tokens":2}}'),
    'answered 200',
  ),
  'JSON under status 200 that is not a completion': failure(
    whole({ status: 'warming up', usage: USAGE }),
    'answered 200',
  ),
  'an answer whose usage is given twice': {
    play: whole(
      JSON.stringify(completion('hi', USAGE)).replace(
        '"usage"',
        '"usage":{"prompt_tokens":1,"total_tokens":1},"usage"',
      ),
    ),
    status: 200,
    reads: '"content":"hi"',
    record: { status: 'completed', estimated: false },
    costPico: COST_PICO,
  },
  'no content': failure(whole('', 204), 'answered 204'),
  'a redirect': failure(whole('', 302, { location: 'http://elsewhere.test' }), 'answered 302'),
  'events under an error status': {
    ...failure(whole(event({ error: { message: 'no' } }), 500, SSE), 'answered 500'),
    stream: true,
  },
  'a refusal of the request': {
    play: whole({ error: { message: 'bad image' } }, 400),
    stream: true,
    status: 400,
    reads: 'bad image',
    record: { ...failed, httpStatus: 400 },
  },
  'no answer': failure(fails('unreachable'), 'could not be reached'),
  'an answer that breaks off': failure((call) => {
    call.head(200, JSON_TYPE);
    call.data('{"choices":[');
    call.fail();
  }, 'broke off'),
  'an in-band error before any text': {
    play: events(event({ error: { message: 'overloaded' } }), DONE),
    stream: true,
    status: 200,
    reads: 'overloaded',
    record: { status: 'interrupted', usage: {}, estimated: false },
  },
  'a stream that breaks off right after text that looks like its end': {
    play: (call) => {
      call.head(200, SSE);
      call.data(delta('[DONE]'));
      call.fail();
    },
    stream: true,
    status: 200,
    reads: 'broke off',
    record: { status: 'interrupted', estimated: true },
    costPico: 'bound',
  },
  'a stream that ends right after text that looks like its end': {
    play: events(delta('[DONE]')),
    stream: true,
    status: 200,
    reads: 'broke off',
    record: { status: 'interrupted', estimated: true },
    costPico: 'bound',
  },
  'a stream without any event': {
    play: events('<html>no events here</html>'),
    stream: true,
    status: 200,
    reads: 'broke off',
    record: { status: 'interrupted', usage: {} },
  },
  'an endless event': {
    play: (call) => {
      call.head(200, SSE);
      const piece = Buffer.alloc(1024 * 1024, 'x');
      for (let pieces = 0; pieces < 20 && !call.aborted; pieces += 1) call.data(piece);
      if (!call.aborted) throw new Error('the endless event was taken');
    },
    stream: true,
    status: 200,
    reads: 'broke off',
    record: { status: 'interrupted', usage: {} },
  },
};

test.each(Object.entries(cases))(
  'the provider’s behavior leads to the right answer and charge: %s',
  async (_what, expected) => {
    const { play, stream = false, status, reads, record, costPico = 0n } = expected;
    stage.providers.play(play);
    const client = await stage.send(chat({ stream }));
    expect(client.status).toBe(status);
    expect(client.text).toContain(reads);
    expect(client.ended).toBe(true);
    expect(client.begins).toBe(1);
    const records = await stage.records();
    expect(records).toMatchObject([record]);
    const spentPico = await stage.spentPico();
    if (costPico === 'bound') expect(spentPico).toBeGreaterThan(0n);
    else expect(spentPico).toBe(costPico);
  },
);

test.each([
  ['embeddings', { path: '/v1/embeddings', body: { model: 'vectors', input: 'a' } }, { object: 'list' }],
  ['a message', messages(), { type: 'message', content: 'hi' }],
  ['a message, a chat completion,', messages(), completion('hi', USAGE)],
])('an answer to %s with the wrong shape is a failure, and free', async (_what, sent, body) => {
  stage.providers.play(whole(body));
  const client = await stage.send(sent);
  expect([client.status, client.text]).toEqual([502, expect.stringContaining('answered 200')]);
  expect(await stage.records()).toMatchObject([failed]);
});

test.each([
  ['a provider’s failure', fails(), 502, '0.00'],
  ['a provider’s overload', whole({ error: { message: 'no' } }, 529), 529, '0.00'],
  ['a provider’s rate limit', whole({ error: { message: 'no' } }, 429), 429, '0.00'],
  ['a provider’s timeout', fails('timeout'), 504, '0.00'],
  ['a refusal of the request', whole({ error: { message: 'bad image' } }, 400), 400, '0.00'],
])('an error caused by %s states its cost', async (_what, play, status, cost) => {
  stage.providers.play(play);
  const client = await stage.send(chat());
  expect([client.status, client.answerHeaders['x-tollgate-cost']]).toEqual([status, cost]);
  expect(client.answerHeaders['x-should-retry']).toBeUndefined();
});

test('Anthropic’s in-band error ends its stream, and the reported usage is charged', async () => {
  const start = { type: 'message_start', message: { usage: { input_tokens: 5, output_tokens: 1 } } };
  stage.providers.play(
    events(
      `event: message_start\n${event(start)}`,
      'event: error\ndata: {"type":"error","error":{"type":"overloaded_error"}}\n\n',
    ),
  );
  const client = await stage.send(messages({ stream: true }));
  expect(client.text.match(/event: error/g)).toHaveLength(1);
  expect(await stage.records()).toMatchObject([{ status: 'interrupted', usage: { input: 5, output: 1 } }]);
});
