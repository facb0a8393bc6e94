import { createServer, type IncomingHttpHeaders, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Webhook } from 'standardwebhooks';
import { UndiciWebhookClient } from '../../../../lambdas/adapters/webhooks/undici-webhook-client';
import { WEBHOOK_EVENTS } from '../../../../lambdas/contracts/http/webhooks';
import { MINUTE_MS } from '../../../../lambdas/domain/clock';
import { exampleMessages } from '../example-messages';
import { WebhookStage } from './webhook-stage';

/** Is in every answer of the receiver, and must be nowhere else. */
const CANARY = 'canary-f3a9';

let stage: WebhookStage;
let server: Server;
let url: string;
let respond: (response: ServerResponse) => void;
const received: { readonly headers: IncomingHttpHeaders; readonly body: string }[] = [];

beforeEach(async () => {
  received.length = 0;
  respond = (response) => response.writeHead(200, { 'x-canary': CANARY }).end(CANARY);
  server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => void chunks.push(chunk));
    request.on('end', () => {
      received.push({ headers: request.headers, body: Buffer.concat(chunks).toString() });
      respond(response);
    });
  });
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook`;
  stage = await WebhookStage.open();
  // The package compares the time of a signature with the machine's.
  stage.accounts.now = Date.now();
});
afterEach(() => {
  server.close();
  server.closeAllConnections();
});

const sweep = (attemptMsMax = 10_000) => {
  const client = new UndiciWebhookClient({ allowsLoopback: true, attemptMsMax });
  return stage.sweep(stage.delivery({ post: (to, request) => client.post(to, request) }));
};
const verified = (secret: string): unknown[] =>
  received.map(({ headers, body }) => new Webhook(secret).verify(body, headers as Record<string, string>));

test('a receiver verifies every kind of event with the package, and no part of its answer is kept', async () => {
  const { secret, webhookId } = await stage.create({ url });
  const messages = Object.values(exampleMessages(stage.accountId, await stage.accounts.person()));
  for (const message of messages) await stage.notify(message);
  await sweep();
  await sweep();
  const events = verified(secret) as { readonly type: string; readonly data: { readonly accountId: string } }[];
  expect(events.map(({ type }) => type).sort()).toEqual([...WEBHOOK_EVENTS].sort());
  expect(new Set(events.map(({ data }) => data.accountId))).toEqual(new Set([stage.accountId]));
  expect((await stage.logOf({ webhookId })).every(({ state }) => state === 'delivered')).toBe(true);
  for (const text of [...stage.written, ...stage.logged]) expect(text).not.toContain(CANARY);
});

test('a receiver refuses an event that was changed on its way', async () => {
  const { secret } = await stage.create({ url });
  await stage.happen();
  await sweep();
  const [{ headers, body } = { headers: {}, body: '' }] = received;
  const changed = () =>
    new Webhook(secret).verify(body.replace('key_created', 'key_rotated'), headers as Record<string, string>);
  expect(changed).toThrow('No matching signature');
});

test.each([
  ['is slow', 300, () => undefined, { outcome: 'timed_out' }],
  [
    'answers 500',
    10_000,
    (response: ServerResponse) => response.writeHead(500).end(CANARY),
    { outcome: 'answered', status: 500 },
  ],
  [
    'redirects',
    10_000,
    (response: ServerResponse) => response.writeHead(302, { location: 'http://10.0.0.1/' }).end(),
    { outcome: 'answered', status: 302 },
  ],
])('a receiver that %s gets the event again, with the same ID', async (_what, attemptMsMax, answer, attempt) => {
  const { secret, webhookId } = await stage.create({ url });
  const { messageId } = await stage.happen();
  const accept = respond;
  respond = (response) => void answer(response);
  await sweep(attemptMsMax);
  expect(await stage.logOf({ webhookId })).toMatchObject([{ state: 'pending', attempts: [attempt] }]);
  respond = accept;
  stage.pass(2 * MINUTE_MS);
  await sweep();
  expect(verified(secret)).toHaveLength(2);
  expect(received.map(({ headers }) => headers['webhook-id'])).toEqual([messageId, messageId]);
  expect(await stage.logOf({ webhookId })).toMatchObject([{ state: 'delivered' }]);
});
