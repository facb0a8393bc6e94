import { CHAT_MODEL, chatBody, type LocalRun, MESSAGES_MODEL, post, startLocalRun } from './local-run';
import { chatCompletion } from './provider-answers';
import { wholeAnswer } from './upstream';

let run: LocalRun;
beforeAll(async () => {
  run = await startLocalRun();
});
afterAll(() => run.stop());

const get = (path: string, headers: { readonly [name: string]: string } = {}) =>
  fetch(`${run.gateway.url}${path}`, {
    headers: { authorization: `Bearer ${run.gateway.account.apiKey}`, ...headers },
  });

describe('the list of models', () => {
  test('the OpenAI client can list and retrieve models', async () => {
    const models = [];
    for await (const model of run.openai.models.list()) models.push(model);
    expect(models).toContainEqual({ id: CHAT_MODEL, object: 'model', created: 1_721_260_800, owned_by: 'openai' });
    expect(await run.openai.models.retrieve(MESSAGES_MODEL)).toMatchObject({
      id: MESSAGES_MODEL,
      owned_by: 'anthropic',
    });
  });

  test('the Anthropic client can list and retrieve models', async () => {
    const models = [];
    for await (const model of run.anthropic.models.list()) models.push(model);
    expect(models).toContainEqual({
      id: MESSAGES_MODEL,
      type: 'model',
      display_name: 'Claude Haiku 4.5',
      created_at: '2025-10-15T00:00:00Z',
    });
    expect(await run.anthropic.models.retrieve(MESSAGES_MODEL)).toMatchObject({ id: MESSAGES_MODEL, type: 'model' });
    await expect(run.anthropic.models.retrieve(CHAT_MODEL)).rejects.toMatchObject({ status: 404 });
  });

  test('the Anthropic client reads a list of several pages to its end', async () => {
    const models = [];
    for await (const { id } of run.anthropic.models.list({ limit: 4 })) models.push(id);
    const whole = await run.anthropic.models.list({ limit: 1000 });
    expect(whole.data.length).toBeGreaterThan(8);
    expect(models).toEqual(whole.data.map(({ id }) => id));
  });

  test('an unknown model leads to a 404 in the client’s dialect', async () => {
    const answer = await get('/models/nothing');
    expect([answer.status, await answer.json()]).toMatchObject([404, { error: { code: 'model_not_found' } }]);
    const other = await get('/models/nothing', { 'anthropic-version': '2023-06-01' });
    expect([other.status, await other.json()]).toMatchObject([
      404,
      { type: 'error', error: { type: 'not_found_error' } },
    ]);
  });

  test('a model without a provider is not found', async () => {
    expect((await get('/models/demo')).status).toBe(404);
  });
});

describe('the usage record of a request', () => {
  test('the usage record of a request is available with the answer, and only to its own account', async () => {
    run.upstream.answerWith(
      wholeAnswer(chatCompletion('x', { prompt_tokens: 10, completion_tokens: 5, total_tokens: 15 })),
    );
    const answer = await post(run, '/v1/chat/completions', chatBody());
    const requestId = answer.headers.get('x-request-id') ?? '';
    const record = await get(`/requests/${requestId}`);
    expect(record.status).toBe(200);
    expect(await record.json()).toMatchObject({
      requestId,
      model: CHAT_MODEL,
      provider: 'openai',
      status: 'completed',
      httpStatus: 200,
      usage: { input: 10, output: 5 },
      cost: answer.headers.get('x-tollgate-cost'),
      estimated: false,
    });

    const { services } = run.gateway;
    const otherAccount = await services.accounts.create();
    const { key } = await services.keys.create({ accountId: otherAccount });
    const refused = await get(`/requests/${requestId}`, { authorization: `Bearer ${key}` });
    const unknown = await get('/requests/req_01ARZ3NDEKTSV4RRFFQ69G5FAV', { authorization: `Bearer ${key}` });
    expect([refused.status, unknown.status]).toEqual([404, 404]);
    expect(await refused.json()).toEqual(await unknown.json());
  });

  test.each(['nonsense', '%00', 'req_', `req_${'x'.repeat(5_000)}`, 'req_01ARZ3NDEKTSV4RRFFQ69G5FAV%2f..'])(
    'the request ID %.20s leads to a 404',
    async (id) => {
      const answer = await get(`/requests/${id}`);
      expect([answer.status, await answer.json()]).toMatchObject([404, { error: { code: 'request_not_found' } }]);
    },
  );
});
