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

const CARD = '4242424242424242';
/** A text that nobody else would write, and the number of a card. */
const canary = `canary-${randomBytes(8).toString('hex')}-${CARD}`;
const CANARIES = [CARD, canary, Buffer.from(canary).toString('base64').replace(/=+$/, ''), encodeURIComponent(canary)];

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

/** Calls the management API, the webhook and the pages of a local run. */
async function send(path: string, body: string | object, headers: object = {}): Promise<Response> {
  return fetch(new URL(path, run.gateway.url), {
    method: 'POST',
    redirect: 'manual',
    headers: {
      authorization: `Bearer ${await run.gateway.identity.accessToken('owner')}`,
      'content-type': 'application/json',
      'user-agent': canary,
      'x-note': canary,
      'idempotency-key': canary,
      ...headers,
    },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  });
}

const FORM = { 'content-type': 'application/x-www-form-urlencoded', 'sec-fetch-site': 'same-origin' };
const statusesOf = (sent: readonly Promise<Response>[]): Promise<number[]> =>
  Promise.all(sent.map(async (response) => (await response).status));

test('promise-18 a card number is refused in every text of the management API and of the pages where people pay', async () => {
  const account = `/api/v1/accounts/${run.gateway.account.accountId}`;
  const validUntil = new Date(Date.now() + 60_000).toISOString();
  const refused = [
    send('/api/v1/accounts', { name: canary }),
    send(`${account}/keys`, { label: canary }),
    send(`${account}/keys`, { label: 'x', rules: { labels: { note: canary } } }),
    send(`${account}/trusts`, { name: canary, issuer: 'https://issuer.example', audience: canary, subject: canary }),
    send(`${account}/invitations`, { email: `${canary}@example.test`, role: 'auditor' }),
    send(`${account}/top-ups`, { amount: '25', metadata: { note: canary } }),
    send(`${account}/top-ups`, { amount: '25', returnUrl: `http://127.0.0.1/?note=${canary}` }),
    send(`${account}/top-ups`, { amount: CARD }),
    send(`${account}/refunds`, { paymentId: `pi_${CARD}`, amount: '1', note: canary }),
    send(`${account}/grants`, { amount: '1', reason: canary }),
    send(`${account}/coupon-redemptions`, { code: canary }),
    send(`${account}/subscriptions`, { planId: canary }),
    send('/api/v1/coupons', { amount: '1', reason: canary, redemptionsMax: 1, validUntil }),
    send('/credit', `amount=${canary}`, FORM),
  ];
  expect(new Set(await statusesOf(refused))).toEqual(new Set([400]));
  const event = { id: `evt_${CARD}`, type: canary, data: { object: { id: `pi_${CARD}` } } };
  expect(await statusesOf([send('/api/webhooks/stripe', event, { 'stripe-signature': canary })])).toEqual([403]);
  const { url } = (await (await send(`${account}/top-ups`, { amount: '25' }, { 'idempotency-key': 'x' })).json()) as {
    readonly url: string;
  };
  const form = new URLSearchParams({ card: CARD, name: canary, line1: canary, city: canary, country: canary });
  expect(await statusesOf([send(url, form.toString(), FORM)])).toEqual([400]);
});

test('promise-01 no file or log line contains anything that a client or a provider said', async () => {
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

test('promise-15 the API key is stored in dev.json and nowhere else', () => {
  const { apiKey } = run.gateway.account;
  const secret = apiKey.split('_')[2] ?? '';
  const filesWithSecret = filesBelow(run.folder).filter((file) => readFileSync(file, 'latin1').includes(secret));
  expect(filesWithSecret).toEqual([join(run.folder, 'dev.json')]);
  expect(run.log.join('')).not.toContain(secret);
  expect(run.log.join('')).not.toContain('provider-key-openai');
});
