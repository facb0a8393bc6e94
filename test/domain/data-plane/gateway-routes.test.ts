import { completion, whole } from './fake-providers';
import { chat, GatewayStage } from './gateway-stage';

let stage: GatewayStage;
beforeEach(async () => {
  stage = await GatewayStage.open();
  stage.providers.play(whole(completion('hi', { prompt_tokens: 1, completion_tokens: 1, total_tokens: 2 })));
});
afterEach(() => stage.expectBalanced());

describe('a request without a valid key', () => {
  const unknown = `tg_01JD0000000000000000000001_${'a'.repeat(43)}`;
  test.each([
    ['no key', { authorization: undefined }],
    ['another authorization scheme', { authorization: 'Basic dGc6' }],
    ['an empty bearer token', { authorization: 'Bearer ' }],
    ['an unknown key', { authorization: `Bearer ${unknown}` }],
    ['an unknown x-api-key beside a bearer', { 'x-api-key': unknown }],
    ['a very long key', { authorization: `Bearer ${'x'.repeat(8_000)}` }],
  ])('a request with %s is refused before its body is read, always in the same way', async (_what, headers) => {
    const client = await stage.send({ ...chat(), headers });
    expect([client.status, client.bodyReads, stage.providers.calls.length]).toEqual([401, 0, 0]);
    expect(client.json).toMatchObject({ error: { code: 'invalid_api_key', message: /^No valid API key was given/ } });
  });

  test('a request without a valid key does not learn which paths exist', async () => {
    const headers = { authorization: undefined };
    const statuses = ['/v1/models', '/v1/requests/req_1', '/v1/nothing', '//v1/models', '/'].map(
      async (path) => (await stage.send({ method: 'GET', path, headers })).status,
    );
    expect(await Promise.all(statuses)).toEqual([401, 401, 401, 401, 401]);
  });
});

describe('a key in the query', () => {
  const key = `tg_01JD0000000000000000000001_${'a'.repeat(43)}`;
  test.each([
    `key=${key}`,
    'api_key=x',
    'API-Key=x',
    'access_token=x',
    'a=1&token=x',
    `a=${key}`,
    key,
    `a=%74g${key.slice(2)}`,
  ])('a key in the query is refused before anything else is read, and logged nowhere: ?%s', async (query) => {
    const client = await stage.send({ ...chat(), query });
    expect([client.status, client.bodyReads, stage.providers.calls.length]).toEqual([400, 0, 0]);
    expect(client.json).toMatchObject({ error: { code: 'key_in_query' } });
    expect(client.text).not.toContain(key);
    expect(stage.lines).toEqual(['REQUEST_REFUSED']);
  });

  test.each(['beta=true', 'keys=1', 'model=tokenizer', '%', '=&&'])(
    'the query ?%s is accepted, because it contains no key',
    async (query) => {
      expect((await stage.send({ ...chat(), query })).status).toBe(200);
    },
  );
});

test.each([
  ['//v1/chat/completions', 404],
  ['/v1/chat/completions/', 404],
  ['/v1//chat/completions', 404],
  ['/v1/chat%2Fcompletions', 404],
  ['/V1/chat/completions', 404],
  ['/v1/chat/completions/../embeddings', 404],
  ['http://localhost/v1/chat/completions', 404],
  ['/v1/requests', 404],
  ['/v1/requests/', 404],
  ['', 404],
])('the path %j does not lead to a provider', async (path, status) => {
  const client = await stage.send({ ...chat(), path });
  expect([client.status, stage.providers.calls.length]).toEqual([status, 0]);
});

test.each(['GET', 'HEAD', 'PUT', 'DELETE', 'OPTIONS'])(
  'the method %s is not allowed at a metered route',
  async (method) => {
    const client = await stage.send({ ...chat(), method });
    expect([client.status, client.bodyReads, stage.providers.calls.length]).toEqual([405, 0, 0]);
    expect(client.answerHeaders['allow']).toBe('POST');
  },
);

test.each([
  ['/healthz', 'POST', 405],
  ['/healthz', 'HEAD', 405],
  ['/healthz', 'GET', 200],
  ['/v1/models', 'HEAD', 405],
  ['/v1/models', 'GET', 200],
])('the read route %s answers %s with %i', async (path, method, status) => {
  const client = await stage.send({ method, path });
  expect([client.status, client.answerHeaders['allow']]).toEqual([status, status === 405 ? 'GET' : undefined]);
});

test.each([
  ['no content type', undefined, undefined, 200],
  ['a form', 'application/x-www-form-urlencoded', undefined, 415],
  ['a type that only begins like JSON’s', 'application/jsonp', undefined, 415],
  ['JSON with parameters', 'Application/JSON ; charset=utf-8', undefined, 200],
  ['JSON in UTF-8 by its other name', 'application/json;charset="UTF8"', undefined, 200],
  ['JSON with another parameter', 'application/json; profile=x', undefined, 200],
  ['JSON in UTF-16', 'application/json; charset=utf-16', undefined, 415],
  ['JSON in UTF-16, in quotes', 'application/json; charset="UTF-16LE"', undefined, 415],
  ['JSON in two charsets', 'application/json; charset=utf-8; charset=utf-16', undefined, 415],
  ['JSON in Latin-1', 'application/json;Charset = iso-8859-1', undefined, 415],
  ['a compressed body', 'application/json', 'gzip', 415],
  ['an identity encoding', 'application/json', 'identity', 200],
])('a body of %s is accepted or refused before it is read', async (_what, type, encoding, status) => {
  const client = await stage.send({ ...chat(), headers: { 'content-type': type, 'content-encoding': encoding } });
  expect([client.status, client.bodyReads]).toEqual([status, status === 200 ? 1 : 0]);
});

test('a usage record can be read by its own account, and by no other', async () => {
  const { answerHeaders } = await stage.send(chat());
  const path = `/v1/requests/${answerHeaders['x-request-id']}`;
  expect((await stage.send({ method: 'GET', path })).json).toMatchObject({
    status: 'completed',
    cost: '0.00000000011',
  });
  const stranger = (await stage.stranger()).key;
  const refused = await stage.send({ method: 'GET', path, headers: { authorization: `Bearer ${stranger}` } });
  expect([refused.status, refused.json]).toMatchObject([404, { error: { code: 'request_not_found' } }]);
});

const OPENAI_ERROR = { error: { param: null } };
const ANTHROPIC_ERROR = { type: 'error', error: {} };

test.each([
  ['/v1/chat/completions', {}, OPENAI_ERROR],
  ['/v1/messages', {}, ANTHROPIC_ERROR],
  ['/v1/models', { 'anthropic-version': '2023-06-01' }, ANTHROPIC_ERROR],
  ['/v1/models', {}, OPENAI_ERROR],
])('an error at %s with the headers %j has the shape that the client expects', async (path, headers, shape) => {
  const { json } = await stage.send({ method: 'PUT', path, headers });
  expect(json).toMatchObject(shape);
});

test('a model without a price, or at another endpoint, is never sent to a provider', async () => {
  const statuses = [{ model: 'unknown' }, { model: 'vectors' }, { model: 'claude' }].map(async (model) => {
    const client = await stage.send(chat(model));
    return client.status;
  });
  expect(await Promise.all(statuses)).toEqual([404, 404, 404]);
  expect(stage.providers.calls).toEqual([]);
});

describe('a wallet that cannot afford everything', () => {
  const wide = { max_tokens: undefined, messages: [{ role: 'user', content: 'hi' }] };

  test('a wallet that cannot afford the whole output limits each choice if the client set no limit', async () => {
    await stage.spendDownTo(20_000n);
    await stage.send(chat({ ...wide, n: 2 }));
    const cap = stage.providers.calls[0]?.json['max_completion_tokens'] as number;
    expect(cap).toBeGreaterThan(15);
    expect(cap).toBeLessThan(100);
  });

  test.each([
    ['a limit of the client’s own', { max_tokens: 4_000 }],
    [
      'a prediction, which is billed beside the answer',
      { max_tokens: undefined, prediction: { type: 'content', content: 'x' } },
    ],
    ['many choices', { max_tokens: undefined, n: 128 }],
  ])('a wallet that cannot afford the whole output refuses %s', async (_what, extra) => {
    await stage.spendDownTo(20_000n);
    const client = await stage.send(chat(extra));
    expect([client.status, stage.providers.calls.length]).toEqual([402, 0]);
  });
});

test('audio without a price is refused', async () => {
  const content = [{ type: 'input_audio', input_audio: { data: '', format: 'mp3' } }];
  for (const extra of [{ messages: [{ role: 'user', content }] }, { modalities: ['text', 'audio'] }]) {
    const client = await stage.send(chat(extra));
    expect([client.status, client.json]).toMatchObject([400, { error: { code: 'unsupported_parameter' } }]);
  }
});

test('a request that bypasses the edge is refused before any store is read', async () => {
  const behind = await GatewayStage.open(['current secret', '', 'old secret']);
  const send = (secret?: string) => behind.send({ ...chat(), headers: { 'x-tollgate-origin-secret': secret } });
  behind.providers.play(whole(completion('hi', { prompt_tokens: 1, completion_tokens: 1, total_tokens: 2 })));
  const { store } = behind;
  const get = jest.spyOn(store, 'get');
  expect([(await send()).status, (await send('')).status, (await send('guess')).status]).toEqual([403, 403, 403]);
  expect(get).not.toHaveBeenCalled();
  expect([(await send('current secret')).status, (await send('old secret')).status]).toEqual([200, 200]);
});
