import { completion, whole } from './fake-providers';
import { chat, GatewayStage } from './gateway-stage';

// Real clients send more, less or other than the documentation of their API says. docs/client-matrix.md lists these tests.

let stage: GatewayStage;
beforeEach(async () => {
  stage = await GatewayStage.open();
  stage.providers.play(whole(completion('hi', { prompt_tokens: 1, completion_tokens: 1, total_tokens: 2 })));
});
afterEach(() => stage.expectBalanced());

const without = { authorization: undefined };

describe('a key in the header of an Azure client', () => {
  test('a key in api-key authenticates like a bearer token', async () => {
    const client = await stage.send({ ...chat(), headers: { ...without, 'api-key': stage.apiKey } });
    expect([client.status, client.answerHeaders['x-tollgate-cost']]).toEqual([200, '0.00000000011']);
  });

  test.each(['x-api-key', 'api-key'])('an empty %s does not hide a valid bearer token', async (name) => {
    expect((await stage.send({ ...chat(), headers: { [name]: '' } })).status).toBe(200);
  });

  test('an invalid key in api-key is refused even beside a valid bearer token', async () => {
    const { status } = await stage.send({ ...chat(), headers: { 'api-key': 'tg_wrong' } });
    expect([status, stage.providers.calls.length]).toEqual([401, 0]);
  });
});

describe('a body without a content type', () => {
  test.each([undefined, '', ' '])(
    'JSON with the content type %j is accepted, because the body decides',
    async (type) => {
      const client = await stage.send({ ...chat(), headers: { 'content-type': type } });
      expect([client.status, stage.providers.calls[0]?.request.headers['content-type']]).toEqual([
        200,
        'application/json',
      ]);
    },
  );

  test('a body that is not JSON and has no content type is refused by its content', async () => {
    const client = await stage.send({ ...chat(), body: 'model=chatty', headers: { 'content-type': undefined } });
    expect([client.status, client.json]).toMatchObject([400, { error: { code: 'invalid_request' } }]);
  });
});

describe('a path that is almost right', () => {
  test.each([
    ['POST', '/chat/completions', '/v1/chat/completions'],
    ['POST', '/v1/v1/chat/completions', '/v1/chat/completions'],
    ['POST', '/v1/chat/completions/', '/v1/chat/completions'],
    ['POST', '//v1/chat/completions', '/v1/chat/completions'],
    ['POST', '/v1//chat/completions', '/v1/chat/completions'],
    ['POST', '/V1/Chat/Completions', '/v1/chat/completions'],
    ['POST', '/v1/chat%2Fcompletions', '/v1/chat/completions'],
    ['POST', 'http://localhost/v1/chat/completions', '/v1/chat/completions'],
    ['POST', '/v1/chat/completions/chat/completions', '/v1/chat/completions'],
    ['POST', '/openai/deployments/chatty/chat/completions', '/v1/chat/completions'],
    ['POST', '/openai/v1/chat/completions', '/v1/chat/completions'],
    ['POST', '/openai/deployments/vectors/embeddings', '/v1/embeddings'],
    ['GET', '/models', '/v1/models'],
    ['GET', '/v1/models/', '/v1/models'],
    ['GET', '/v1/v1/models/chatty', '/v1/models/{id}'],
  ])('%s %s is answered with the right path', async (method, path, right) => {
    const client = await stage.send({ ...chat(), method, path });
    expect([client.status, stage.providers.calls.length]).toEqual([404, 0]);
    expect(client.json).toMatchObject({ error: { param: null, type: 'invalid_request_error', code: 'not_found' } });
    expect((client.json as { error: { message: string } }).error.message).toContain(
      `Use ${right}: the base URL of an OpenAI client ends in /v1`,
    );
  });

  test.each(['/messages', '/v1/v1/messages', '/v1/messages/', '//v1/messages', '/anthropic/v1/messages'])(
    'POST %s is answered with the right path, in Anthropic’s dialect',
    async (path) => {
      const client = await stage.send({ ...chat(), path, headers: { ...without, 'x-api-key': stage.apiKey } });
      expect([client.status, stage.providers.calls.length]).toEqual([404, 0]);
      expect(client.json).toMatchObject({
        type: 'error',
        error: { type: 'not_found_error', message: expect.stringContaining('Use /v1/messages: ') as string },
      });
      expect(client.text).toContain('the base URL of an Anthropic client has no /v1');
    },
  );

  test('a deployment’s path of Azure explains where the name of the deployment goes', async () => {
    const path = '/openai/deployments/chatty/chat/completions';
    const client = await stage.send({ ...chat(), path, query: 'api-version=2024-10-21' });
    expect(client.text).toContain('send the name of the deployment as the model');
  });

  test.each(['/v1/completions', '/v1/nothing', '/', '/v1/chat', '/v1/messages/batches'])(
    'the path %s resembles none, so the answer says what is served',
    async (path) => {
      const client = await stage.send({ ...chat(), path });
      expect([client.status, client.text]).toEqual([
        404,
        expect.stringContaining('serves /v1/chat/completions, /v1/responses, /v1/messages'),
      ]);
      expect(client.text).not.toContain('Use /');
    },
  );

  test('a key needs only the scope of the right path to learn it', async () => {
    await stage.useRules({ scopes: ['chat'] });
    expect((await stage.send({ ...chat(), path: '/chat/completions' })).status).toBe(404);
    expect((await stage.send({ ...chat(), path: '/embeddings' })).status).toBe(403);
    expect((await stage.send({ ...chat(), path: '/chat/completions', headers: without })).status).toBe(401);
  });

  test('an answer about a wrong path repeats nothing of it', async () => {
    const client = await stage.send({ ...chat(), path: '/secret-text/chat/completions' });
    expect(client.text).not.toContain('secret-text');
  });
});

describe('a WebSocket', () => {
  const handshake = {
    connection: 'Upgrade',
    upgrade: 'websocket',
    'sec-websocket-key': 'a',
    'sec-websocket-version': '13',
  };

  test.each([
    ['/v1/responses', handshake],
    ['/v1/responses', { 'sec-websocket-key': 'a' }],
    ['/v1/responses', { upgrade: 'h2c, WebSocket' }],
    ['/v1/models', handshake],
    ['/v1/nothing', handshake],
    ['/healthz', handshake],
  ])('the handshake of a WebSocket at %s gets 426 at once, with a key and without: %j', async (path, headers) => {
    const reads = { ...stage.store.counts };
    for (const authorization of [`Bearer ${stage.apiKey}`, ''])
      expect(await stage.send({ method: 'GET', path, headers: { ...headers, authorization } })).toMatchObject({
        status: 426,
        json: { error: { code: 'websocket_not_supported', type: 'invalid_request_error', param: null } },
      });
    expect([stage.store.counts, stage.providers.calls]).toEqual([reads, []]);
  });

  test('the handshake of a WebSocket gets 426 in Anthropic’s dialect at Anthropic’s paths', async () => {
    const client = await stage.send({ method: 'GET', path: '/v1/messages', headers: handshake });
    expect([client.status, client.json]).toMatchObject([426, { error: { type: 'invalid_request_error' } }]);
  });

  test('another upgrade is not the handshake of a WebSocket', async () => {
    const client = await stage.send({ method: 'GET', path: '/healthz', headers: { upgrade: 'h2c' } });
    expect(client.status).toBe(200);
  });
});
