import { Agent, request } from 'node:http';
import Anthropic from '@anthropic-ai/sdk';
import OpenAI, { AzureOpenAI } from 'openai';
import {
  CHAT_MODEL,
  chatBody,
  type LocalRun,
  MESSAGES_MODEL,
  startLocalRun,
  stopAndVerify,
  usageDuring,
} from './local-run';
import { wholeAnswer } from './upstream';

// Real clients and a real host, for what docs/client-matrix.md says about them.

const APP = 'https://app.example.com';

let run: LocalRun;
beforeAll(async () => {
  run = await startLocalRun({ TOLLGATE_BROWSER_ORIGINS: APP });
});
beforeEach(() => {
  run.upstream.answerWith(
    wholeAnswer({
      choices: [{ index: 0, message: { role: 'assistant', content: 'Hi' }, finish_reason: 'stop' }],
      usage: { prompt_tokens: 1, completion_tokens: 1, total_tokens: 2 },
    }),
  );
});
afterAll(() => stopAndVerify(run));

const origin = (): string => new URL(run.gateway.url).origin;
const messages = [{ role: 'user' as const, content: 'Hi' }];

/** Azure's client sends its key as `api-key`, to a path that names the deployment. */
const azure = (baseURL: string): AzureOpenAI =>
  new AzureOpenAI({ apiKey: run.gateway.account.apiKey, baseURL, apiVersion: '2024-10-21', maxRetries: 0 });

test('the Azure client is told the right path, because its own names a deployment', async () => {
  const asked = azure(`${origin()}/openai`).chat.completions.create({ model: CHAT_MODEL, messages });
  await expect(asked).rejects.toMatchObject({
    status: 404,
    code: 'not_found',
    message: expect.stringMatching(/Use \/v1\/chat\/completions: .* name of the deployment as the model/) as string,
  });
});

test('a client that sends its key as api-key alone is served', async () => {
  const { apiKey } = run.gateway.account;
  const client = new OpenAI({
    apiKey,
    baseURL: run.gateway.url,
    defaultHeaders: { 'api-key': apiKey, authorization: null },
  });
  const answer = await client.chat.completions.create({ model: CHAT_MODEL, messages });
  expect(answer.choices).toHaveLength(1);
});

test.each(['', '/v1/v1'])('the OpenAI client with the base URL …%s is told the right path', async (base) => {
  const client = new OpenAI({ apiKey: run.gateway.account.apiKey, baseURL: origin() + base, maxRetries: 0 });
  const asked = client.chat.completions.create({ model: CHAT_MODEL, messages });
  await expect(asked).rejects.toMatchObject({
    status: 404,
    message: expect.stringContaining('Use /v1/chat/completions') as string,
  });
});

test('the Anthropic client counts the tokens of a message, without a charge', async () => {
  const count = { input_tokens: 14 };
  run.upstream.answerWith(wholeAnswer(count));
  const { records, paidPico } = await usageDuring(run, async () => {
    const asked = { model: MESSAGES_MODEL, messages, metadata: { user_id: 'someone' } };
    expect(await run.anthropic.messages.countTokens(asked)).toEqual(count);
  });
  expect([records, paidPico]).toEqual([[], 0n]);
  const [received] = run.upstream.received;
  expect([received?.path, received?.json]).toEqual(['/v1/messages/count_tokens', { model: MESSAGES_MODEL, messages }]);
});

test('the Anthropic client gets its own kind of error from a provider that does not count tokens', async () => {
  run.upstream.answerWith(wholeAnswer({ detail: 'Not Found' }, 404));
  const asked = run.anthropic.messages.countTokens({ model: MESSAGES_MODEL, messages });
  await expect(asked).rejects.toBeInstanceOf(Anthropic.NotFoundError);
});

test('a page of a configured origin may send a request, and can read its answer', async () => {
  const ask = {
    origin: APP,
    'access-control-request-method': 'POST',
    'access-control-request-headers': 'authorization',
  };
  const preflight = await fetch(`${run.gateway.url}/chat/completions`, { method: 'OPTIONS', headers: ask });
  expect([preflight.status, await preflight.text()]).toEqual([204, '']);
  expect(Object.fromEntries(preflight.headers)).toMatchObject({
    'access-control-allow-origin': APP,
    'access-control-allow-headers': 'authorization',
  });
  const answer = await fetch(`${run.gateway.url}/chat/completions`, {
    method: 'POST',
    headers: { origin: APP, authorization: `Bearer ${run.gateway.account.apiKey}`, 'content-type': 'application/json' },
    body: JSON.stringify(chatBody()),
  });
  expect([answer.status, answer.headers.get('access-control-allow-origin')]).toEqual([200, APP]);
  expect(answer.headers.get('access-control-expose-headers')).toContain('x-tollgate-cost');
});

test('a request without a content type is served over a real connection', async () => {
  const body = new Blob([JSON.stringify(chatBody())]);
  const headers = { authorization: `Bearer ${run.gateway.account.apiKey}` };
  const answer = await fetch(`${run.gateway.url}/chat/completions`, { method: 'POST', headers, body });
  expect(answer.status).toBe(200);
});

test('the handshake of a WebSocket gets 426 over a real connection, which then serves the request', async () => {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  const { hostname, port } = new URL(run.gateway.url);
  const send = (method: string, path: string, headers: { readonly [name: string]: string }, body = '') =>
    new Promise<number | undefined>((resolve, reject) => {
      const sent = request({ agent, hostname, port, method, path, headers }, (answer) => {
        answer.resume().on('end', () => resolve(answer.statusCode));
      });
      sent.on('upgrade', () => reject(new Error('the gateway took the WebSocket'))).on('error', reject);
      sent.end(body);
    });
  const authorization = `Bearer ${run.gateway.account.apiKey}`;
  const handshake = { connection: 'Upgrade', upgrade: 'websocket', 'sec-websocket-key': 'dGhlIHNhbXBsZSBub25jZQ==' };
  expect(await send('GET', '/v1/responses', { ...handshake, authorization })).toBe(426);
  expect(await send('POST', '/v1/chat/completions', { authorization }, JSON.stringify(chatBody()))).toBe(200);
  agent.destroy();
});
