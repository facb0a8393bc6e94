import {
  named,
  response,
  responseCreated,
  responseDelta,
  responseEnd,
  responseStream,
} from '../../e2e/provider-answers';
import { events, JSON_TYPE, SSE, whole } from './fake-providers';
import { COST_PICO, GatewayStage, INPUT_PICO, OUTPUT_PICO, responses } from './gateway-stage';

let stage: GatewayStage;
beforeEach(async () => {
  stage = await GatewayStage.openTimed();
});
afterEach(() => stage.closeTimed());

const USAGE = { input_tokens: 7, output_tokens: 2, total_tokens: 9 };
const STREAM = responseStream(['hi'], USAGE);
const COMMENT = /: x-tollgate-cost \S+\n\n$/;

/** The data of the events with which the gateway ends a stream, by name. */
function failureIn(text: string): { readonly [name: string]: { readonly [member: string]: unknown } } {
  const events = text.split('\n\n').filter((event) => /^event: (error|response\.failed)\n/.test(event));
  return Object.fromEntries(
    events.map((event) => {
      const [name = '', data = ''] = event.split('\n');
      return [name.slice('event: '.length), JSON.parse(data.slice('data: '.length)) as { [member: string]: unknown }];
    }),
  );
}

describe('a response', () => {
  test('a stream of a response reaches the client byte for byte, and its reported usage is charged', async () => {
    stage.providers.play(events(...STREAM));
    const client = await stage.send(responses({ stream: true }));
    expect(client.text.replace(COMMENT, '')).toBe(STREAM.join(''));
    expect(stage.providers.calls[0]?.json).toEqual({
      store: false,
      model: 'chatty',
      input: 'hi',
      max_output_tokens: 50,
      stream: true,
    });
    expect(stage.providers.calls[0]?.request.path).toBe('/responses');
    expect(await stage.records()).toMatchObject([
      { endpoint: 'responses', status: 'completed', estimated: false, streamed: true, costPico: COST_PICO },
    ]);
  });

  test('a whole response is charged by its usage, and carries its cost', async () => {
    stage.providers.play(whole(response('hi', USAGE)));
    const client = await stage.send(responses());
    expect(client.json).toEqual(response('hi', USAGE));
    expect(client.answerHeaders['x-tollgate-cost']).toBe('0.00000000027');
    expect(await stage.records()).toMatchObject([
      { endpoint: 'responses', status: 'completed', streamed: false, costPico: COST_PICO },
    ]);
  });

  test.each([
    ['a stream', true, events(...responseStream(['hello'], undefined))],
    ['a whole answer', false, whole(response('hello'))],
  ])('a response without usage is charged an upper bound: %s', async (_how, stream, play) => {
    stage.providers.play(play);
    await stage.send(responses({ stream }));
    const [record] = await stage.records();
    expect(record).toMatchObject({ status: 'completed', estimated: true });
    expect(record?.usage.output).toBe(stream ? 5 : 50);
    expect(stage.lines).toContain('USAGE_ABSENT');
  });

  test('a response that reached its limit is complete', async () => {
    const end = named('response.incomplete', { response: { ...response('hi', USAGE), status: 'incomplete' } });
    stage.providers.play(events(responseCreated(), responseDelta('hi'), end));
    const client = await stage.send(responses({ stream: true }));
    expect(failureIn(client.text)).toEqual({});
    expect(await stage.records()).toMatchObject([{ status: 'completed', costPico: COST_PICO }]);
  });

  test('a refusal before a response begins has OpenAI’s shape, and nothing is sent', async () => {
    const client = await stage.send(responses({ previous_response_id: 'resp_1' }));
    expect(client.status).toBe(400);
    expect(client.json).toEqual({
      error: {
        message: expect.stringContaining('the provider would have to keep content') as string,
        type: 'invalid_request_error',
        code: 'unsupported_parameter',
        param: 'previous_response_id',
      },
    });
    expect(stage.providers.calls).toEqual([]);
  });

  test('a provider’s refusal of a response is passed on unchanged', async () => {
    const refusal = { error: { message: 'Unknown parameter: telepathy', type: 'invalid_request_error' } };
    stage.providers.play(whole(refusal, 400, JSON_TYPE));
    const client = await stage.send(responses({ telepathy: 1, stream: true }));
    expect([client.status, client.json]).toEqual([400, refusal]);
    expect(await stage.records()).toMatchObject([{ status: 'provider_error', costPico: 0n }]);
  });

  test('a response that fails whole is asked of the next provider', async () => {
    const failed = { ...response([]), status: 'failed', error: { code: 'server_error', message: 'oops' } };
    stage.providers.play(whole(failed), whole(response('hi', USAGE)));
    const client = await stage.send(responses());
    expect(client.json).toEqual(response('hi', USAGE));
    expect(await stage.records()).toMatchObject([{ provider: 'second', costPico: COST_PICO }]);
  });
});

describe('a stream of a response that does not end', () => {
  test('a response that breaks off is followed by an error and by its failed response, with the numbers that come next', async () => {
    const client = stage.client(responses({ stream: true }));
    const { done, call } = await stage.begin(client);
    call.head(200, SSE);
    for (const text of STREAM.slice(0, 4)) call.data(text);
    call.fail();
    await done;
    const { error, 'response.failed': failed } = failureIn(client.text);
    const details = { message: expect.stringContaining('broke off') as string, code: 'provider_error', param: null };
    expect(error).toEqual({
      type: 'error',
      ...details,
      error: { ...details, type: 'server_error' },
      sequence_number: 4,
    });
    expect(failed).toMatchObject({
      type: 'response.failed',
      sequence_number: 5,
      response: { id: 'resp_1', status: 'failed', error: { code: 'provider_error' }, model: 'chatty' },
    });
    expect(client.text.startsWith(STREAM.slice(0, 4).join(''))).toBe(true);
    const [record] = await stage.records();
    expect(record).toMatchObject({ status: 'interrupted', estimated: true, usage: { output: 2 } });
    expect(record?.costPico).toBe(BigInt(record?.usage.input ?? 0) * INPUT_PICO + 2n * OUTPUT_PICO);
  });

  test('a response that ends without its last event is followed by an error', async () => {
    stage.providers.play(events(...STREAM.slice(0, -1)));
    const client = await stage.send(responses({ stream: true }));
    expect(failureIn(client.text)['response.failed']).toMatchObject({ response: { id: 'resp_1' } });
    expect(await stage.records()).toMatchObject([{ status: 'interrupted', estimated: true, usage: { output: 2 } }]);
  });

  test('a response that fails in its stream is shown as the provider failed it, and charged by its report', async () => {
    const error = { code: 'server_error', message: 'oops' };
    const failed = named('response.failed', { response: { ...response([], USAGE), status: 'failed', error } });
    stage.providers.play(events(responseCreated(), responseDelta('hi'), failed));
    const client = await stage.send(responses({ stream: true }));
    expect(client.text.replace(COMMENT, '').endsWith(failed)).toBe(true);
    expect(await stage.records()).toMatchObject([{ status: 'interrupted', estimated: false, costPico: COST_PICO }]);
  });

  test('a response that fails before it produced anything is free', async () => {
    const error = { code: 'server_error', message: 'oops' };
    const failed = named('response.failed', { response: { ...response([]), status: 'failed', error, usage: null } });
    stage.providers.play(events(responseCreated(), failed));
    await stage.send(responses({ stream: true }));
    expect(await stage.records()).toMatchObject([{ status: 'interrupted', costPico: 0n }]);
  });

  test('an error about the operator is replaced in the stream of a response', async () => {
    const message = 'You exceeded your current quota, please check your plan and billing details.';
    const error = named('error', { code: 'insufficient_quota', message, param: null });
    stage.providers.play(events(responseCreated(), responseDelta('hi'), error));
    const client = await stage.send(responses({ stream: true }));
    expect(client.text).not.toContain('quota');
    expect(failureIn(client.text)).toMatchObject({
      error: { code: 'provider_error', sequence_number: 2 },
      'response.failed': { response: { id: 'resp_1' } },
    });
  });

  test('a provider that fails after keep-alives leaves a failed response with an ID of the gateway', async () => {
    const client = stage.client(responses({ stream: true }));
    const { done, call } = await stage.begin(client);
    await jest.advanceTimersByTimeAsync(10_000);
    whole({ error: { message: 'the image is broken' } }, 400)(call);
    await done;
    const { error, 'response.failed': failed } = failureIn(client.text);
    expect(error).toMatchObject({ sequence_number: 0 });
    expect(failed).toMatchObject({ response: { id: `resp_${client.answerHeaders['x-request-id']}` } });
  });

  test('a client that leaves the stream of a response pays for the output it got', async () => {
    const client = stage.client(responses({ stream: true }));
    const { done, call } = await stage.begin(client);
    call.head(200, SSE);
    call.data(responseCreated() + responseDelta('four') + responseDelta('four'));
    client.leave();
    await done;
    expect(call.aborted).toBe(true);
    expect(await stage.records()).toMatchObject([{ status: 'client_gone', estimated: true, usage: { output: 8 } }]);
  });

  test('a cancelled response ends with request_cancelled', async () => {
    const client = stage.client(responses({ stream: true }));
    const { done, call } = await stage.begin(client);
    call.head(200, SSE);
    call.data(responseCreated() + responseDelta('four'));
    await stage.send({ path: `/v1/requests/${await stage.runningId()}/cancel` });
    await jest.advanceTimersByTimeAsync(2_000);
    await done;
    expect(failureIn(client.text)['response.failed']).toMatchObject({
      response: { id: 'resp_1', error: { code: 'request_cancelled' } },
    });
    expect(await stage.records()).toMatchObject([{ status: 'cancelled', usage: { output: 4 } }]);
  });

  test('a response that breaks off after its last event shows its client no error', async () => {
    const client = stage.client(responses({ stream: true }));
    const { done, call } = await stage.begin(client);
    call.head(200, SSE);
    call.data(responseCreated() + responseDelta('hi') + responseEnd('hi', USAGE));
    call.fail();
    await done;
    expect(failureIn(client.text)).toEqual({});
    expect(await stage.records()).toMatchObject([{ status: 'completed', costPico: COST_PICO }]);
  });
});
