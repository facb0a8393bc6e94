import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { canary, CANARIES, CARD, filesBelow, sendCanaryEverywhere, sendCanaryInRefusedRequests } from './canary';
import { CHAT_MODEL, type LocalRun, startLocalRun } from './local-run';

let run: LocalRun;
beforeAll(async () => {
  run = await startLocalRun();
});
afterAll(() => run.stop());

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
  await sendCanaryEverywhere(run);
  await sendCanaryInRefusedRequests(run);
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
