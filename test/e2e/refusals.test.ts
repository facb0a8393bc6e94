import { ownerOf } from '../../lambdas/domain/keys/payers/payer';
import { connect } from 'node:net';
import {
  balanceOf,
  chatBody,
  EMBEDDINGS_MODEL,
  type LocalRun,
  messagesBody,
  MESSAGES_MODEL,
  post,
  recordsOf,
  startLocalRun,
} from './local-run';
import { chatCompletion } from './provider-answers';
import { wholeAnswer } from './upstream';

let run: LocalRun;
beforeAll(async () => {
  run = await startLocalRun();
  run.upstream.answerWith(wholeAnswer(chatCompletion('x', { prompt_tokens: 1, completion_tokens: 1 })));
});
afterEach(async () => {
  expect(run.upstream.received).toEqual([]);
  expect((await balanceOf(run)).heldPico).toBe(0n);
});
afterAll(async () => {
  expect(await recordsOf(run)).toEqual([]);
  await run.stop();
});

type Case = readonly [
  what: string,
  body: string | object,
  status: number,
  code: string,
  headers?: { readonly [name: string]: string },
];

const named = (cases: readonly Case[]) =>
  cases.map(([what, body, status, code, headers]) => ({ what, body, status, code, headers }));

const NO_KEY = { authorization: '' };
const deep = (depth: number) => `{"model":"x","messages":[],"a":${'['.repeat(depth)}${']'.repeat(depth)}}`;
const KEY_SHAPED = `tg_01ARZ3NDEKTSV4RRFFQ69G5FAV_${'a'.repeat(43)}`;

/** The requests that both dialects refuse. */
const shared = (body: (more?: object) => object): readonly Case[] => [
  ['no key', body(), 401, 'invalid_api_key', NO_KEY],
  ['a malformed key', body(), 401, 'invalid_api_key', { authorization: 'Bearer nonsense' }],
  ['an unknown key', body(), 401, 'invalid_api_key', { authorization: `Bearer ${KEY_SHAPED}` }],
  ['another authorization scheme', body(), 401, 'invalid_api_key', { authorization: 'Basic eDp5' }],
  ['a huge key', body(), 401, 'invalid_api_key', { authorization: `Bearer ${'x'.repeat(4_000)}` }],
  ['an unknown model', body({ model: 'no-such-model' }), 404, 'model_not_found'],
  ['a model of the other dialect', body({ model: 'text-embedding-3-small' }), 404, 'model_not_found'],
  ['a body that is not JSON', 'hello', 400, 'invalid_request'],
  ['an empty body', '', 400, 'invalid_request'],
  ['an incomplete JSON object', '{"model":"x"', 400, 'invalid_request'],
  ['an array', '[]', 400, 'invalid_request'],
  ['bytes after the object', `${JSON.stringify(body())}x`, 400, 'invalid_request'],
  ['deep nesting', deep(100), 400, 'invalid_request'],
  ['very deep nesting', deep(200_000), 400, 'invalid_request'],
  ['a duplicate member', '{"model":"a","model":"b","messages":[]}', 400, 'invalid_request'],
  ['a duplicate member with an escaped name', '{"model":"a","mod\\u0065l":"b","messages":[]}', 400, 'invalid_request'],
  ['store', body({ store: true }), 400, 'unsupported_parameter'],
  ['previous_response_id', body({ previous_response_id: 'resp_1' }), 400, 'unsupported_parameter'],
  ['background', body({ background: true }), 400, 'unsupported_parameter'],
  ['a more expensive service tier', body({ service_tier: 'priority' }), 400, 'unsupported_parameter'],
  [
    'a tool that the provider runs',
    body({ tools: [{ type: 'web_search_20250305', name: 'w' }] }),
    400,
    'unsupported_parameter',
  ],
  ['a model that is not a string', body({ model: 7 }), 400, 'invalid_request'],
  ['messages that are not an array', body({ messages: 'x' }), 400, 'invalid_request'],
  ['an empty list of messages', body({ messages: [] }), 400, 'invalid_request'],
  ['a stream flag that is not a boolean', body({ stream: 'yes' }), 400, 'invalid_request'],
  ['a negative limit', body({ max_tokens: -1 }), 400, 'invalid_request'],
  ['a fractional limit', body({ max_tokens: 1.5 }), 400, 'invalid_request'],
  ['another content type', JSON.stringify(body()), 415, 'unsupported_media_type', { 'content-type': 'text/plain' }],
  [
    'another character set',
    Buffer.from(JSON.stringify(body()), 'utf16le').toString('latin1'),
    415,
    'unsupported_media_type',
    { 'content-type': 'application/json; charset=utf-16' },
  ],
  ['a content encoding', JSON.stringify(body()), 415, 'unsupported_media_type', { 'content-encoding': 'gzip' }],
  [
    'an unknown model in a body of 31 MiB, which is read',
    body({ model: 'unknown', x: 'x'.repeat(31 * 1024 * 1024) }),
    404,
    'model_not_found',
  ],
  ['a body above 32 MiB', body({ x: 'x'.repeat(32 * 1024 * 1024) }), 413, 'request_too_large'],
];

const ANTHROPIC_TYPES: { readonly [code: string]: string } = {
  invalid_api_key: 'authentication_error',
  model_not_found: 'not_found_error',
  request_too_large: 'request_too_large',
};

describe('POST /v1/chat/completions', () => {
  test.each(
    named([
      ...shared(chatBody),
      ['no model', { messages: [{}] }, 400, 'invalid_request'],
      ['no messages', { model: 'gpt-4o-mini' }, 400, 'invalid_request'],
      ['too many choices', chatBody({ n: 1_000 }), 400, 'invalid_request'],
      ['a search that has no price', chatBody({ web_search_options: {} }), 400, 'unsupported_parameter'],
      ['audio without a price', chatBody({ modalities: ['audio'] }), 400, 'unsupported_parameter'],
      ['a model served elsewhere', chatBody({ model: MESSAGES_MODEL }), 404, 'model_not_found'],
    ]),
  )('a chat completion with $what is refused', async ({ body, status, code, headers }) => {
    const answer = await post(run, '/v1/chat/completions', body, headers);
    expect(answer.status).toBe(status);
    const { error } = JSON.parse(answer.text) as {
      error: { message: string; type: string; code: string; param: string | null };
    };
    expect(error).toMatchObject({ code, message: expect.any(String) as string, type: 'invalid_request_error' });
    expect(error).toHaveProperty('param');
    expect(answer.headers.get('x-request-id')).toMatch(/^req_/);
  });
});

test.each([
  ['empty text', ''],
  ['no inputs', []],
])('an embeddings request with %s is refused', async (_what, input) => {
  const answer = await post(run, '/v1/embeddings', { model: EMBEDDINGS_MODEL, input });
  expect(answer.status).toBe(400);
  expect(JSON.parse(answer.text)).toMatchObject({
    error: { code: 'invalid_request', param: 'input', message: 'input must not be empty' },
  });
});

describe('POST /v1/messages', () => {
  test.each(
    named([
      ...shared(messagesBody),
      ['no max_tokens', { model: MESSAGES_MODEL, messages: [{}] }, 400, 'invalid_request'],
      ['an MCP server', messagesBody({ mcp_servers: [{}] }), 400, 'unsupported_parameter'],
      ['a container', messagesBody({ container: 'c' }), 400, 'unsupported_parameter'],
    ]),
  )('a message with $what is refused', async ({ body, status, code, headers }) => {
    const answer = await post(run, '/v1/messages', body, headers);
    expect(answer.status).toBe(status);
    expect(JSON.parse(answer.text)).toEqual({
      type: 'error',
      error: { type: ANTHROPIC_TYPES[code] ?? 'invalid_request_error', message: expect.any(String) as string },
      request_id: answer.headers.get('request-id'),
    });
    expect(answer.headers.get('request-id')).toMatch(/^req_/);
    expect(answer.headers.get('x-request-id')).toBe(answer.headers.get('request-id'));
  });
});

test('a wrong key in x-api-key is refused even with a valid key in the authorization header', async () => {
  const answer = await post(run, '/v1/chat/completions', chatBody(), { 'x-api-key': KEY_SHAPED });
  expect(answer.status).toBe(401);
});

describe('routing', () => {
  const ask = (method: string, path: string, withKey = true) =>
    fetch(`${new URL(run.gateway.url).origin}${path}`, {
      method,
      headers: withKey ? { authorization: `Bearer ${run.gateway.account.apiKey}` } : {},
    });

  test.each([
    ['POST', '/healthz', 405, 'method_not_allowed'],
    ['GET', '/v1/chat/completions', 405, 'method_not_allowed'],
    ['PUT', '/v1/embeddings', 405, 'method_not_allowed'],
    ['POST', '/v1/models', 405, 'method_not_allowed'],
    ['GET', '/v1/responses', 405, 'method_not_allowed'],
    ['GET', '/v1/responses/resp_1', 404, 'not_found'],
    ['POST', '/v1/responses/compact', 404, 'not_found'],
    ['POST', '/v1/completions', 404, 'not_found'],
    ['GET', '/', 404, 'not_found'],
    ['GET', '/v1/chat/completions/', 404, 'not_found'],
    ['GET', '//v1/models', 404, 'not_found'],
    ['GET', '/v1/models/a/b', 404, 'not_found'],
  ])('the route %s %s is refused with %d %s', async (method, path, status, code) => {
    const answer = await ask(method, path);
    expect(answer.status).toBe(status);
    expect(await answer.json()).toMatchObject({ error: { code } });
  });

  test('a request without a key gets 401 whether or not its path exists', async () => {
    expect((await ask('GET', '/v1/assistants', false)).status).toBe(401);
    expect((await ask('GET', '/v1/models', false)).status).toBe(401);
  });

  test('the health endpoint answers without a key', async () => {
    expect(await (await ask('GET', '/healthz', false)).json()).toEqual({ status: 'ok' });
  });
});

test('a body whose declared length is too large is refused before it arrives, and the connection closes', async () => {
  const { port } = new URL(run.gateway.url);
  const socket = connect(Number(port), '127.0.0.1');
  socket.write(
    `POST /v1/chat/completions HTTP/1.1\r\nhost: x\r\nauthorization: Bearer ${run.gateway.account.apiKey}\r\n` +
      'content-type: application/json\r\ncontent-length: 100000000\r\n\r\n{',
  );
  let answer = '';
  for await (const chunk of socket) answer += String(chunk);
  expect(answer).toMatch(/^HTTP\/1\.1 413 /);
  expect(answer).toMatch(/connection: close/i);
});

test('a client that disconnects while it sends its body causes no logged error', async () => {
  const { port } = new URL(run.gateway.url);
  const socket = connect(Number(port), '127.0.0.1');
  const head = `POST /v1/chat/completions HTTP/1.1\r\nhost: x\r\nauthorization: Bearer ${run.gateway.account.apiKey}\r\n`;
  await new Promise((resolve) =>
    socket.write(`${head}content-type: application/json\r\ncontent-length: 100\r\n\r\n{`, resolve),
  );
  socket.destroy();
  await post(run, '/v1/chat/completions', 'x');
  expect(run.log.join('')).not.toMatch('"level":"error"');
});

const IMAGE = { type: 'image', source: { type: 'url', url: 'https://images.example.com/a.png' } };

describe('a wallet with too little money', () => {
  test.each([
    [
      'chat completion',
      '/v1/chat/completions',
      chatBody({ max_tokens: 16_384, n: 128 }),
      { error: { type: 'insufficient_quota', code: 'insufficient_quota' } },
    ],
    [
      'message',
      '/v1/messages',
      // An image by URL keeps the prompt from being counted at the provider before the refusal.
      messagesBody({
        max_tokens: 64_000,
        messages: [{ role: 'user', content: [IMAGE, { type: 'text', text: 'x'.repeat(200_000) }] }],
      }),
      { type: 'error', error: { type: 'billing_error' } },
    ],
  ])('a %s that the wallet cannot pay for gets 402 before anything is sent', async (_what, path, body, error) => {
    const { services, account } = run.gateway;
    const poorAccount = await services.accounts.create();
    await services.wallet.open(poorAccount);
    await services.wallet.credit({ accountId: poorAccount, amountPico: 1_000_000_000n, paymentId: `p-${path.length}` });
    const { key } = await services.keys.create({ accountId: poorAccount });
    expect(poorAccount).not.toBe(account.accountId);
    const answer = await post(run, path, body, { authorization: `Bearer ${key}` });
    expect(answer.status).toBe(402);
    expect(JSON.parse(answer.text)).toMatchObject(error);
  });
});

test('a revoked key stops working at once', async () => {
  const { services, account } = run.gateway;
  const { key, keyId } = await services.keys.create({
    accountId: account.accountId,
    payer: await ownerOf(services.store, account.accountId),
  });
  const list = () => fetch(`${run.gateway.url}/models`, { headers: { authorization: `Bearer ${key}` } });
  expect((await list()).status).toBe(200);
  await services.keys.revoke(keyId);
  expect((await list()).status).toBe(401);
});
