import { Webhook } from 'standardwebhooks';
import { HOUR_MS } from '../../../../lambdas/domain/clock';
import type { Posted } from './webhook-stage';
import { WebhookStage } from './webhook-stage';

let stage: WebhookStage;

beforeEach(async () => {
  stage = await WebhookStage.open();
});

/** Whether a secret has signed a request, as the package sees it. The clock of the test is not that of the machine. */
function isSignedBy(secret: string, { headers, body }: Posted): boolean {
  const at = new Date(Number(headers['webhook-timestamp']) * 1_000);
  const signature = new Webhook(secret).sign(headers['webhook-id'] ?? '', at, body);
  return (headers['webhook-signature'] ?? '').split(' ').includes(signature);
}

async function next(): Promise<Posted> {
  await stage.happen();
  await stage.sweep();
  return stage.posted.at(-1)!;
}

const rotate = (webhookId: string, graceMs: number) =>
  stage.webhooks.rotate({ accountId: stage.accountId, webhookId, actor: stage.owner, graceMs });

test('both secrets sign after a rotation, until the grace period ends', async () => {
  const { secret: old, webhookId } = await stage.create();
  expect(isSignedBy(old, await next())).toBe(true);
  const { secret: current, previousSecretUntil } = await rotate(webhookId, HOUR_MS);
  expect(previousSecretUntil).toBe('2026-11-20T11:00:00.000Z');
  stage.pass(HOUR_MS - 1);
  const within = await next();
  expect([isSignedBy(old, within), isSignedBy(current, within)]).toEqual([true, true]);
  stage.pass(1);
  const after = await next();
  expect([isSignedBy(old, after), isSignedBy(current, after)]).toEqual([false, true]);
  expect(await stage.webhooks.get(stage.accountId, webhookId)).not.toHaveProperty('previousSecretUntil');
});

test('a rotation without a grace period ends the old secret at once', async () => {
  const { secret: old, webhookId } = await stage.create();
  await rotate(webhookId, HOUR_MS);
  const { secret: current } = await rotate(webhookId, 0);
  const request = await next();
  expect([isSignedBy(old, request), isSignedBy(current, request)]).toEqual([false, true]);
});

test('two rotations at once cannot both succeed', async () => {
  const { webhookId } = await stage.create();
  const rotations = await Promise.allSettled([rotate(webhookId, HOUR_MS), rotate(webhookId, HOUR_MS)]);
  expect(rotations.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
});

test('no secret is ever stored', async () => {
  const { secret, webhookId } = await stage.create();
  const { secret: rotated } = await rotate(webhookId, HOUR_MS);
  await next();
  for (const each of [secret, rotated]) expect(stage.written.join()).not.toContain(each.slice('whsec_'.length));
});

test('an event is not sent with a wrong signature after the pepper was replaced', async () => {
  const webhook = await stage.create();
  await stage.happen();
  await stage.sweep(stage.delivery({ secret: new Uint8Array(32).fill(8) }));
  expect(stage.posted).toEqual([]);
  expect(await stage.logOf(webhook)).toMatchObject([{ state: 'pending', attempts: [{ outcome: 'not_signed' }] }]);
});
