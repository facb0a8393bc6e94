import OpenAI from 'openai';
import { formatUsd } from '../../lambdas/domain/money/pico';
import {
  CHAT_MODEL,
  costOf,
  usageDuring,
  type LocalRun,
  post,
  priceOf,
  responsesBody,
  startLocalRun,
  stopAndVerify,
} from './local-run';
import { named, response, responseCreated, responseDelta, responseStream } from './provider-answers';
import { brokenStream, streamedAnswer, wholeAnswer } from './upstream';

let run: LocalRun;
beforeAll(async () => {
  run = await startLocalRun();
});
afterAll(() => stopAndVerify(run));

const USAGE = {
  input_tokens: 100,
  input_tokens_details: { cached_tokens: 30 },
  output_tokens: 50,
  output_tokens_details: { reasoning_tokens: 20 },
  total_tokens: 150,
};
const TOKENS = { input: 70, cachedInput: 30, output: 30, reasoning: 20 };
const COST = costOf(priceOf('openai', CHAT_MODEL), TOKENS);
const PAID = { endpoint: 'responses', usage: TOKENS, estimated: false, status: 'completed', httpStatus: 200 };

const CALL = {
  id: 'fc_1',
  type: 'function_call',
  call_id: 'call_1',
  name: 'add',
  arguments: '{"a":1}',
  status: 'completed',
};
const ADD = {
  type: 'function' as const,
  name: 'add',
  strict: true,
  parameters: { type: 'object', properties: { a: { type: 'number' } }, required: ['a'], additionalProperties: false },
};

describe('the official OpenAI client at the Responses API', () => {
  test('the OpenAI client gets a whole response, and the wallet pays the reported usage to the pico-dollar', async () => {
    run.upstream.answerWith(wholeAnswer(response('Hello', USAGE)));
    const { records, paidPico } = await usageDuring(run, async () => {
      const { data, response: answer } = await run.openai.responses
        .create({ model: CHAT_MODEL, input: 'Hi', safety_identifier: 'someone', metadata: { a: 'b' } })
        .withResponse();
      expect(data.output_text).toBe('Hello');
      expect(data.usage).toEqual(USAGE);
      expect(answer.headers.get('x-tollgate-cost')).toBe(formatUsd(COST));
    });
    expect(records).toMatchObject([{ ...PAID, streamed: false }]);
    expect(paidPico).toBe(COST);
    expect(run.upstream.received[0]).toMatchObject({ path: '/v1/responses', json: { store: false } });
    expect(run.upstream.received[0]?.body.toString()).toBe(`{"store":false,"model":"${CHAT_MODEL}","input":"Hi"}`);
  });

  test('the OpenAI client gets a response event by event', async () => {
    run.upstream.answerWith(streamedAnswer(responseStream(['Hel', 'lo'], USAGE)));
    const { records, paidPico } = await usageDuring(run, async () => {
      const stream = await run.openai.responses.create({ model: CHAT_MODEL, input: 'Hi', stream: true, store: false });
      const types: string[] = [];
      let text = '';
      for await (const event of stream) {
        types.push(event.type);
        if (event.type === 'response.output_text.delta') text += event.delta;
        if (event.type === 'response.completed') expect(event.response.usage).toEqual(USAGE);
      }
      expect([text, types[0], types.at(-1)]).toEqual(['Hello', 'response.created', 'response.completed']);
    });
    expect(records).toMatchObject([{ ...PAID, streamed: true }]);
    expect(paidPico).toBe(COST);
  });

  test('the OpenAI client calls a tool in a conversation that it keeps itself', async () => {
    const { records } = await usageDuring(run, async () => {
      run.upstream.answerWith(wholeAnswer(response([CALL], USAGE)));
      const question = { role: 'user' as const, content: 'Add one' };
      const first = await run.openai.responses.create({ model: CHAT_MODEL, input: [question], tools: [ADD] });
      const [call] = first.output;
      expect(call).toMatchObject({ type: 'function_call', name: 'add' });
      if (call?.type !== 'function_call') throw new Error('the model called nothing');
      run.upstream.answerWith(wholeAnswer(response('2', USAGE)));
      const result = { type: 'function_call_output' as const, call_id: call.call_id, output: '2' };
      const input = [question, call, result];
      const second = await run.openai.responses.create({ model: CHAT_MODEL, input, tools: [ADD] });
      expect(second.output_text).toBe('2');
      expect(run.upstream.received[0]?.json).toMatchObject({ input: [question, CALL, result], tools: [ADD] });
    });
    expect(records).toMatchObject([PAID, PAID]);
  });

  test('the OpenAI client reads a structured response', async () => {
    run.upstream.answerWith(streamedAnswer(responseStream(['{"sum"', ':2}'], USAGE)));
    const schema = { type: 'object', properties: { sum: { type: 'number' } }, required: ['sum'] };
    const text = { format: { type: 'json_schema' as const, name: 'sum', schema } };
    const { records } = await usageDuring(run, async () => {
      const stream = run.openai.responses.stream({ model: CHAT_MODEL, input: 'Add', text });
      expect((await stream.finalResponse()).output_text).toBe('{"sum":2}');
      expect(run.upstream.received[0]?.json).toMatchObject({ text, store: false });
    });
    expect(records).toMatchObject([PAID]);
  });

  test.each([
    ['store', { store: true }],
    ['previous_response_id', { previous_response_id: 'resp_1' }],
    ['conversation', { conversation: 'conv_1' }],
    ['background', { background: true }],
    ['prompt', { prompt: { id: 'pmpt_1' } }],
    ['input', { input: [{ type: 'item_reference' as const, id: 'msg_1' }] }],
  ])('the OpenAI client is told why %s is refused, and nothing is sent', async (param, parameters) => {
    run.upstream.answerWith(wholeAnswer(response('Hello', USAGE)));
    const refused = run.openai.responses.create({ model: CHAT_MODEL, input: 'Hi', ...parameters });
    const error = await refused.catch((caught: unknown) => caught);
    expect(error).toBeInstanceOf(OpenAI.BadRequestError);
    expect(error).toMatchObject({ code: 'unsupported_parameter', param });
    expect((error as Error).message).toContain('keep content');
    expect(run.upstream.received).toEqual([]);
  });

  test('the OpenAI client reports a response that breaks off as an error', async () => {
    run.upstream.answerWith(brokenStream([responseCreated(), responseDelta('Hello')]));
    const { records } = await usageDuring(run, async () => {
      const stream = await run.openai.responses.create({ model: CHAT_MODEL, input: 'Hi', stream: true });
      const reading = (async () => {
        for await (const event of stream) expect(event.type).toMatch(/created|delta/);
      })();
      const error = await reading.catch((caught: unknown) => caught);
      expect(error).toBeInstanceOf(OpenAI.APIError);
      expect(error).toMatchObject({ code: 'provider_error', type: 'server_error' });
      run.upstream.answerWith(brokenStream(responseStream(['Hello']).slice(0, 4)));
      const followed = run.openai.responses.stream({ model: CHAT_MODEL, input: 'Hi' });
      await expect(followed.finalResponse()).rejects.toThrow('broke off');
    });
    for (const record of records) expect(record).toMatchObject({ status: 'interrupted', usage: { output: 5 } });
  });

  test('a client that ignores errors still sees that its response failed', async () => {
    run.upstream.answerWith(brokenStream([responseCreated(), responseDelta('Hello')]));
    await usageDuring(run, async () => {
      const { text } = await post(run, '/v1/responses', responsesBody({ stream: true }));
      const [, , error, failed, comment] = text.split('\n\n');
      expect(error).toMatch(/^event: error\ndata: \{"type":"error","code":"provider_error",/);
      expect(failed).toMatch(/^event: response\.failed\ndata: \{"type":"response\.failed","response":\{"id":"resp_1",/);
      expect(comment).toMatch(/^: x-tollgate-cost /);
    });
  });

  test('a response of a model that is served elsewhere is refused with the right path', async () => {
    const { status, text } = await post(run, '/v1/responses', responsesBody({ model: 'claude-haiku-4-5' }));
    expect([status, text]).toEqual([404, expect.stringContaining('is served at /v1/messages')]);
  });

  test('a response that a provider fails in its stream reaches the client as the provider sent it', async () => {
    const error = { code: 'server_error', message: 'The model failed.' };
    const failed = named('response.failed', { response: { ...response([]), status: 'failed', error, usage: null } });
    run.upstream.answerWith(streamedAnswer([responseCreated(), failed]));
    const { records, paidPico } = await usageDuring(run, async () => {
      const { text } = await post(run, '/v1/responses', responsesBody({ stream: true }));
      expect(text.startsWith(responseCreated() + failed)).toBe(true);
      expect(text.split('event: ')).toHaveLength(3);
    });
    expect(records).toMatchObject([{ status: 'interrupted' }]);
    expect(paidPico).toBe(0n);
  });
});
