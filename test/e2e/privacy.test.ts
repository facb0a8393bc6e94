import { randomBytes } from 'node:crypto';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { CHAT_MODEL, chatBody, type LocalRun, messagesBody, post, startLocalRun } from './local-run';
import { chatCompletion, chatDelta, chatStream, DONE, event, messageStream } from './provider-answers';
import { brokenStream, streamedAnswer, wholeAnswer } from './upstream';

let run: LocalRun;
beforeAll(async () => {
  run = await startLocalRun();
});
afterAll(() => run.stop());

const canary = `canary-${randomBytes(8).toString('hex')}`;
const CANARIES = [canary, Buffer.from(canary).toString('base64').replace(/=+$/, ''), encodeURIComponent(canary)];

function filesBelow(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
}

/** Puts the canary into every part of valid requests and of the provider's answers. */
async function sendCanaryEverywhere(): Promise<void> {
  const usage = { prompt_tokens: 1, completion_tokens: 1, total_tokens: 2 };
  const content = {
    messages: [{ role: 'user', content: canary }],
    user: canary,
    metadata: { a: canary },
    [canary]: canary,
  };
  const tools = [{ type: 'function', function: { name: canary, description: canary } }];
  const headers = { 'x-note': canary, cookie: canary, 'user-agent': canary, 'x-forwarded-for': canary };
  const keyed = { ...headers, 'idempotency-key': canary };
  const send = (path: string, body: object) => post(run, path, body, headers);

  run.upstream.answerWith(wholeAnswer(chatCompletion(canary, usage)));
  await send('/v1/chat/completions', chatBody({ ...content, tools }));
  await send(`/v1/chat/completions?q=${canary}`, chatBody(content));
  // The first of them is charged, and the second is refused.
  for (const max_tokens of [10, 11])
    await post(run, '/v1/chat/completions', chatBody({ ...content, max_tokens }), keyed);
  run.upstream.answerWith(streamedAnswer(chatStream([canary, canary], usage)));
  await send('/v1/chat/completions', chatBody({ ...content, stream: true }));
  run.upstream.answerWith(
    streamedAnswer(messageStream([canary], { input_tokens: 1, output_tokens: 1 }, { output_tokens: 1 })),
  );
  await send('/v1/messages', messagesBody({ ...content, stream: true }));
  for (const status of [400, 401, 429, 500]) {
    run.upstream.answerWith(
      wholeAnswer({ error: { message: `you said ${canary}`, type: canary, code: canary } }, status, {
        'x-echo': canary,
      }),
    );
    await send('/v1/chat/completions', chatBody(content));
    await send('/v1/messages', messagesBody({ ...content, stream: true }));
  }
  run.upstream.answerWith(brokenStream([chatDelta(canary), `data: {"${canary}`]));
  await send('/v1/chat/completions', chatBody({ ...content, stream: true }));
  run.upstream.answerWith(streamedAnswer([chatDelta(canary), event({ error: { message: canary } }), DONE]));
  await send('/v1/chat/completions', chatBody({ ...content, stream: true }));
  run.upstream.answerWith(
    wholeAnswer(chatCompletion(canary, { prompt_tokens: canary, completion_tokens: 1, [canary]: 5 })),
  );
  await send('/v1/chat/completions', chatBody(content));
}

/** Puts the canary into requests that the gateway refuses. */
async function sendCanaryInRefusedRequests(): Promise<void> {
  const bad: readonly (readonly [string, string | object, object?])[] = [
    ['/v1/chat/completions', `{"${canary}`],
    ['/v1/chat/completions', chatBody({ model: canary })],
    ['/v1/chat/completions', chatBody({ service_tier: canary })],
    ['/v1/chat/completions', chatBody({ tools: [{ type: canary }] })],
    ['/v1/chat/completions', chatBody({ store: canary })],
    ['/v1/chat/completions', chatBody(), { authorization: `Bearer ${canary}` }],
    ['/v1/chat/completions', chatBody(), { 'content-type': canary }],
    ['/v1/messages', messagesBody({ max_tokens: canary })],
    [`/v1/${canary}`, {}],
    [`/v1/requests/${canary}`, {}],
  ];
  for (const [path, body, headers] of bad) {
    const answer = await post(run, path, body, { ...headers });
    expect(answer.status).toBeGreaterThanOrEqual(400);
  }
}

test('no file or log line contains anything that a client or a provider said', async () => {
  expect(CHAT_MODEL).not.toContain(canary);
  await sendCanaryEverywhere();
  await sendCanaryInRefusedRequests();
  await run.gateway.stop();
  const files = filesBelow(run.folder);
  expect(files.length).toBeGreaterThanOrEqual(3);
  const stored = [...files.map((file) => readFileSync(file, 'latin1')), ...run.log].join('\n');
  expect(stored).toContain('REQUEST_SETTLED');
  for (const text of CANARIES) expect(stored).not.toContain(text);
});

test('no other user of the machine may read the data folder', () => {
  expect(statSync(run.folder).mode & 0o777).toBe(0o700);
  for (const file of filesBelow(run.folder)) expect([file, statSync(file).mode & 0o777]).toEqual([file, 0o600]);
});

test('the API key is stored in dev.json and nowhere else', () => {
  const { apiKey } = run.gateway.account;
  const secret = apiKey.split('_')[2] ?? '';
  const filesWithSecret = filesBelow(run.folder).filter((file) => readFileSync(file, 'latin1').includes(secret));
  expect(filesWithSecret).toEqual([join(run.folder, 'dev.json')]);
  expect(run.log.join('')).not.toContain(secret);
  expect(run.log.join('')).not.toContain('provider-key-openai');
});
