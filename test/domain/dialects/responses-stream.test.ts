import { ResponsesStream } from '../../../lambdas/domain/dialects/openai/responses/responses-stream';
import {
  event,
  named,
  response,
  responseCreated,
  responseDelta,
  responseEnd,
  responseStream,
} from '../../e2e/provider-answers';

const USAGE = {
  input_tokens: 100,
  input_tokens_details: { cached_tokens: 30, cache_write_tokens: 10 },
  output_tokens: 50,
  output_tokens_details: { reasoning_tokens: 20 },
  total_tokens: 150,
};
const TOKENS = { input: 60, cachedInput: 30, cacheWrite: 10, output: 30, reasoning: 20 };

function read(...events: readonly string[]) {
  const stream = new ResponsesStream();
  const hidden = events.map((text) => {
    const bytes = Buffer.from(`before${text}after`);
    return stream.readEvent(bytes, 'before'.length, bytes.length - 'after'.length);
  });
  return { hidden, reading: stream.reading };
}

const done = (item: object): string => named('response.output_item.done', { output_index: 0, item });
const text = (content: string) => ({ id: 'msg_1', type: 'message', content: [{ type: 'output_text', text: content }] });

describe('the stream of a response', () => {
  test('the usage of a response is in its last event, which no client misses', () => {
    const { hidden, reading } = read(...responseStream(['Hel', 'lo'], USAGE));
    expect(hidden.some(Boolean)).toBe(false);
    expect(reading).toMatchObject({
      usage: { kind: 'reported', usage: TOKENS, unbilled: [] },
      isUsageFinal: true,
      complete: true,
      isWhole: true,
      failed: false,
      answerId: 'resp_1',
      eventCount: 7,
    });
  });

  test('a response that reached its limit is complete, and its usage counts', () => {
    const end = named('response.incomplete', { response: { ...response('Hel', USAGE), status: 'incomplete' } });
    expect(read(responseCreated(), responseDelta('Hel'), end).reading).toMatchObject({
      usage: { kind: 'reported', usage: TOKENS },
      isUsageFinal: true,
      complete: true,
      failed: false,
    });
  });

  test('a response that failed is not complete, and its usage counts if it has one', () => {
    const failed = (usage: unknown) =>
      named('response.failed', {
        response: { ...response([], usage), status: 'failed', error: { code: 'server_error', message: 'oops' } },
      });
    expect(read(responseCreated(), failed(USAGE)).reading).toMatchObject({
      usage: { kind: 'reported', usage: TOKENS },
      isUsageFinal: true,
      complete: false,
      isWhole: false,
      failed: true,
    });
    expect(read(responseCreated(), failed(null)).reading).toMatchObject({ usage: { kind: 'absent' }, failed: true });
  });

  test.each([
    ['in the event, as the reference says', { code: 'server_error', message: 'oops', param: null }],
    ['in a member, as OpenAI sends it', { error: { type: 'server_error', code: 'server_error', message: 'oops' } }],
  ])('an error inside of a response is noticed, with its details %s', (_where, details) => {
    expect(read(responseCreated(), named('error', details)).reading).toMatchObject({
      failed: true,
      isErrorHidden: false,
    });
  });

  test('text about an error is no error of the response', () => {
    const { reading } = read(
      responseDelta('event: error\n{"type":"error","error":{"message":"x"}}'),
      done(text('event: error\n{"type":"response.failed"}')),
    );
    expect(reading).toMatchObject({ failed: false, complete: false });
  });

  test('an error about the operator is hidden from the client, with everything after it', () => {
    const message = 'You exceeded your current quota, please check your plan and billing details.';
    const failed = named('response.failed', { response: { ...response([]), error: { code: 'x', message } } });
    const { hidden, reading } = read(responseCreated(), named('error', { code: 'x', message }), failed);
    expect(hidden).toEqual([false, true, true]);
    expect(reading).toMatchObject({ isErrorHidden: true, complete: false, isWhole: false, eventCount: 1 });
    expect(read(responseCreated(), failed).hidden).toEqual([false, true]);
  });

  test('the strings of all deltas are counted, and those of events that repeat them are not', () => {
    expect(read(responseCreated(), responseDelta('Hel'), responseDelta('lo')).reading.producedTokensMax).toBe(5);
    expect(read(...responseStream(['Hel', 'lo']).slice(0, -1)).reading.producedTokensMax).toBe(5);
    expect(read(...responseStream(['Hel', 'lo'])).reading).toMatchObject({
      producedTokensMax: 5,
      complete: true,
      isUsageFinal: false,
    });
  });

  test.each([
    ['arguments of a function', 'response.function_call_arguments.delta', 'item_id'],
    ['the input of a custom tool', 'response.custom_tool_call_input.delta', 'item_id'],
    ['a summary of the reasoning', 'response.reasoning_summary_text.delta', 'item_id'],
    ['a refusal', 'response.refusal.delta', 'item_id'],
  ])('%s are counted as output, without the IDs beside them', (_what, name, id) => {
    expect(read(named(name, { delta: 'four', [id]: 'fc_123', obfuscation: 'xyz' })).reading.producedTokensMax).toBe(4);
  });

  test('an item that a provider sends at once is counted by its text', () => {
    expect(read(done(text('four'))).reading.producedTokensMax).toBe(4);
    expect(read(done(text('four')), done(text('fours')), responseDelta('x')).reading.producedTokensMax).toBe(10);
  });

  test('encrypted reasoning counts as output, because nothing else shows how long it was', () => {
    const reasoning = { id: 'rs_1', type: 'reasoning', summary: [], encrypted_content: 'x'.repeat(90) };
    expect(read(done(reasoning)).reading.producedTokensMax).toBe(90);
  });

  test('an answer that is only in the last event is bounded by that event', () => {
    const end = responseEnd('Hello');
    expect(read(end).reading).toMatchObject({ producedTokensMax: Buffer.byteLength(end), complete: true });
  });

  test.each([
    ['cut before its last event', responseStream(['Hello'], USAGE).slice(0, -1)],
    ['that only says it is done', [responseDelta('Hello'), 'data: [DONE]\n\n']],
    ['of chat completions', [event({ choices: [{ delta: { content: 'hi' }, finish_reason: 'stop' }] })]],
  ])('a stream %s is not a whole response', (_what, events) => {
    expect(read(...events).reading).toMatchObject({ complete: false, isWhole: false });
  });

  test('tools that the provider ran and billed are named as unbilled, without its own words', () => {
    const tool_usage = { web_search: { num_requests: 2, secret: 1 }, image_gen: { total_tokens: 0 } };
    const end = named('response.completed', { response: { ...response('hi', USAGE), tool_usage } });
    expect(read(end).reading.usage).toMatchObject({
      unbilled: ['tool_usage.web_search.num_requests', 'tool_usage.web_search.other'],
    });
  });

  test('a cache write that lasts for 12 hours is named as unbilled', () => {
    const details = { cache_write_tokens: 10, cache_write_tokens_details: { ttl_12h_tokens: 4, ttl_30m_tokens: 6 } };
    const end = responseEnd('hi', { ...USAGE, input_tokens_details: details });
    expect(read(end).reading.usage).toMatchObject({ unbilled: ['cache_write_tokens_details.ttl_12h_tokens'] });
  });

  test.each([
    ['negative', { ...USAGE, output_tokens: -1 }],
    ['more cached than sent', { ...USAGE, input_tokens_details: { cached_tokens: 101 } }],
    ['more reasoning than output', { ...USAGE, output_tokens_details: { reasoning_tokens: 51 } }],
    ['text', 'many'],
  ])('impossible usage of a response is malformed: %s', (_what, usage) => {
    expect(read(responseEnd('hi', usage)).reading.usage).toEqual({ kind: 'malformed' });
  });

  test('a compatible provider may report the names of chat completions', () => {
    const usage = { prompt_tokens: 7, completion_tokens: 2, total_tokens: 9 };
    expect(read(responseEnd('hi', usage)).reading.usage).toMatchObject({ usage: { input: 7, output: 2 } });
  });
});
