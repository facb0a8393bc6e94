import { ulid } from 'ulid';
import { DAY_MS, HOUR_MS, MINUTE_MS } from '../../../../lambdas/domain/clock';
import { isoTime } from '../../../../lambdas/contracts/storage/table-keys/key-parts';
import { eventKey, pendingDeliveryKey } from '../../../../lambdas/contracts/storage/table-keys/outbox';
import { OUTBOX } from '../../../../lambdas/contracts/storage/tables';
import { LEASE_MS } from '../../../../lambdas/domain/notifications/webhooks/delivery-queue';
import { RETRY_MS_MAX } from '../../../../lambdas/domain/notifications/webhooks/retry-schedule';
import { deliveryIdOf, putPending } from '../../../../lambdas/domain/notifications/webhooks/delivery-item';
import { webhookIdOf } from '../../../../lambdas/domain/notifications/webhooks/webhook-item';
import {
  CONCURRENT_WEBHOOKS_MAX,
  DELIVERIES_PER_WEBHOOK_MAX,
  OVERDUE_MS,
  SWEEP_MS_MAX,
  sweepWebhooks,
} from '../../../../lambdas/domain/notifications/webhooks/sweep-webhooks';
import { topUpSucceeded, welcome } from '../../../../lambdas/domain/notifications/outbox/messages';
import { MailStage } from '../mail-stage';
import { FaultyStore } from '../../wallet/faulty-store';
import { ACCEPTED, GONE, REFUSED, URL, WebhookStage } from './webhook-stage';
import { MortalProcess } from './mortal';

/** More than any sweep of one event has. */
const STEPS_MAX = 200;
let stage: WebhookStage;

beforeEach(async () => {
  stage = await WebhookStage.open();
});

const idsOf = (): readonly (string | undefined)[] => stage.posted.map(({ headers }) => headers['webhook-id']);

test('an event reaches each webhook of its account once, however often it is reported', async () => {
  await stage.create();
  await stage.create({ url: 'https://other.example.com/' });
  const message = await stage.happen();
  expect(await stage.notify(message)).toBe(false);
  await stage.sweepUntilDone();
  expect(await stage.notify(message)).toBe(false);
  await stage.sweepUntilDone();
  expect(stage.posted.map(({ url }) => url).sort()).toEqual([URL, 'https://other.example.com/']);
  expect(idsOf()).toEqual([message.messageId, message.messageId]);
});

test('an event has a kind, a time, and its data with amounts in dollars', async () => {
  await stage.create();
  const { accountId } = stage;
  await stage.notify(topUpSucceeded({ accountId, amountPico: 25_000_000_000_001n, paymentId: 'pi_1' }));
  await stage.sweep();
  expect(JSON.parse(stage.posted[0]?.body ?? '')).toEqual({
    type: 'top_up_succeeded',
    timestamp: '2026-11-20T10:00:00.000Z',
    data: { accountId, amount: '25.000000000001', paymentId: 'pi_1' },
  });
});

test('a webhook gets only the kinds of events that it wants, and none of another account or of a person', async () => {
  await stage.create({ events: ['invoice_issued'] });
  const other = await stage.accounts.account();
  await stage.happen();
  await stage.notify(topUpSucceeded({ accountId: other.accountId, amountPico: 1n, paymentId: 'pi_1' }));
  await stage.notify(welcome(await stage.accounts.person()));
  await stage.sweepUntilDone();
  expect(stage.posted).toEqual([]);
});

test('an event that is not accepted is sent ten times in three days, and its webhook is then disabled', async () => {
  stage.answer = REFUSED;
  const webhook = await stage.create();
  const { messageId } = await stage.happen();
  const startedAt = stage.clock();
  await stage.sweepUntilDone();
  const hours = stage.posted.map(({ at }) => Math.round(((at - startedAt) / HOUR_MS) * 10) / 10);
  expect(hours).toEqual([0, 0, 0.1, 0.6, 2.6, 7.6, 17.6, 31.6, 51.6, 72]);
  expect(new Set(idsOf())).toEqual(new Set([messageId]));
  const { state, disabledReason } = await stage.webhooks.get(stage.accountId, webhook.webhookId);
  expect([state, disabledReason]).toEqual(['disabled', 'failing']);
  const [delivery] = await stage.logOf(webhook);
  expect([delivery?.state, delivery?.attempts.length]).toEqual(['failed', 10]);
  expect(delivery?.attempts[0]).toEqual({
    at: '2026-11-20T10:00:00.000Z',
    outcome: 'answered',
    status: 500,
    durationMs: 0,
  });
});

test.each([
  ['fails for three days', REFUSED, 'failing'],
  ['answers 410', GONE, 'gone'],
])('the owner of a webhook that %s gets one mail, and the audit log one event', async (_what, answer, reason) => {
  stage.answer = answer;
  const { webhookId } = await stage.create();
  await stage.happen();
  await stage.happen();
  await stage.sweepUntilDone();
  const events = (await stage.accounts.events(stage.accountId)).filter(({ action }) => action === 'webhook.disable');
  expect(events).toMatchObject([{ actor: 'deployment', target: webhookId, after: { reason } }]);
  const mails = new MailStage({ on: stage.engine });
  mails.accounts.now = stage.clock();
  mails.accounts.emails.set('subject-1', 'owner@example.test');
  await mails.sweep();
  const about = mails.sent.filter(({ subject }) => subject === 'A webhook was disabled');
  expect(about.map(({ to, text }) => [to, text.includes(webhookId)])).toEqual([['owner@example.test', true]]);
});

test('a webhook that fails for three days is disabled then, however many of its events wait for their first attempt', async () => {
  stage.answer = REFUSED;
  const { webhookId } = await stage.create();
  for (let events = 0; events < 40; events += 1) await stage.happen();
  const startedAt = stage.clock();
  while (stage.clock() - startedAt < RETRY_MS_MAX) {
    await stage.sweep();
    stage.pass(2 * HOUR_MS);
  }
  expect(await stage.webhooks.get(stage.accountId, webhookId)).toMatchObject({ state: 'enabled' });
  await stage.sweep();
  expect(await stage.webhooks.get(stage.accountId, webhookId)).toMatchObject({ disabledReason: 'failing' });
});

test('a webhook that answers 410 is disabled at once and gets nothing more', async () => {
  const webhook = await stage.create();
  stage.answer = GONE;
  await stage.happen();
  await stage.sweep();
  await stage.happen();
  await stage.sweepUntilDone();
  expect(stage.posted).toHaveLength(1);
  expect(await stage.webhooks.get(stage.accountId, webhook.webhookId)).toMatchObject({ disabledReason: 'gone' });
});

test('a webhook that accepts one event within three days is not disabled, although it refuses another', async () => {
  const webhook = await stage.create();
  const { messageId } = await stage.happen();
  const refusing = stage.delivery({
    post: async (url, request) => {
      await stage.post(url, request);
      return request.headers['webhook-id'] === messageId ? REFUSED : ACCEPTED;
    },
  });
  await stage.sweep(refusing);
  expect(await stage.webhooks.get(stage.accountId, webhook.webhookId)).toHaveProperty('failingSince');
  stage.pass(2 * DAY_MS);
  await stage.happen();
  for (let sweeps = 0; sweeps < 12; sweeps += 1) {
    await stage.sweep(refusing);
    stage.pass(DAY_MS / 4);
  }
  const [, failed] = await stage.logOf(webhook);
  expect(failed?.state).toBe('failed');
  expect(await stage.webhooks.get(stage.accountId, webhook.webhookId)).toMatchObject({ state: 'enabled' });
});

test('the owner can enable a disabled webhook, which then counts as if it had never failed', async () => {
  stage.answer = REFUSED;
  const { accountId, owner: actor } = stage;
  const { webhookId } = await stage.create();
  await stage.happen();
  await stage.sweepUntilDone();
  const webhook = await stage.webhooks.enable({ accountId, webhookId, actor });
  expect(webhook).toMatchObject({ state: 'enabled' });
  for (const member of ['failingSince', 'disabledReason', 'disabledAt']) expect(webhook).not.toHaveProperty(member);
});

test('fifty deliverers at once send an event once', async () => {
  const webhook = await stage.create();
  await stage.happen();
  const store = new FaultyStore(stage.store);
  store.interleave([0, 3, 1, 4, 1, 5, 2, 6]);
  await Promise.all(Array.from({ length: 50 }, () => stage.sweep(stage.delivery({ store }))));
  await stage.sweepUntilDone();
  expect(stage.posted).toHaveLength(1);
  expect(await stage.logOf(webhook)).toMatchObject([{ state: 'delivered', attempts: [{ status: 204 }] }]);
});

test('a process that dies at any step loses no event, and sends none twice unless the receiver had already got it', async () => {
  let died = 0;
  for (let diesAt = 0; diesAt < STEPS_MAX; diesAt += 1) {
    stage = await WebhookStage.open();
    const webhook = await stage.create();
    const { messageId } = await stage.happen();
    const process = new MortalProcess(stage, diesAt);
    await process.sweep();
    if (!process.isDead) break;
    died += 1;
    stage.pass(LEASE_MS);
    await stage.sweepUntilDone();
    const isInDoubt = process.sentAt !== undefined;
    expect([diesAt, stage.posted.length >= 1, stage.posted.length <= (isInDoubt ? 2 : 1)]).toEqual([
      diesAt,
      true,
      true,
    ]);
    expect(new Set(idsOf())).toEqual(new Set([messageId]));
    expect(await stage.logOf(webhook)).toMatchObject([{ state: 'delivered' }]);
  }
  expect(died).toBeGreaterThan(10);
});

test('a process that dies between the receiver’s answer and the log repeats the event with the same ID', async () => {
  const webhook = await stage.create();
  await stage.happen();
  const store = new FaultyStore(stage.store);
  const dying = stage.delivery({
    store,
    post: async (url, request) => {
      store.plan(...Array.from({ length: 50 }, () => 'unreachable' as const));
      return stage.post(url, request);
    },
  });
  expect(await stage.sweep(dying)).toEqual({ overdue: 0, failed: 1 });
  stage.pass(LEASE_MS);
  await stage.sweep();
  const [first, second] = idsOf();
  expect([stage.posted.length, first]).toEqual([2, second]);
  expect(await stage.logOf(webhook)).toMatchObject([{ state: 'delivered' }]);
});

test('pending deliveries to a webhook that was disabled or deleted are canceled', async () => {
  const { accountId, owner: actor } = stage;
  stage.answer = REFUSED;
  const disabled = await stage.create();
  const deleted = await stage.create();
  await stage.happen();
  await stage.sweep();
  await stage.webhooks.disable({ accountId, webhookId: disabled.webhookId, actor });
  await stage.webhooks.delete({ accountId, webhookId: deleted.webhookId, actor });
  await stage.sweepUntilDone();
  expect(stage.posted).toHaveLength(2);
  expect(await stage.logOf(disabled)).toMatchObject([{ state: 'canceled' }]);
});

test('a webhook gets no more events in a sweep after the first that it does not accept', async () => {
  const slow = await stage.create({ url: 'https://slow.example.com/' });
  await stage.create();
  for (let events = 0; events < 3; events += 1) await stage.happen();
  const delivery = stage.delivery({
    post: async (url, request) => {
      await stage.post(url, request);
      return url === URL ? ACCEPTED : { outcome: 'timed_out' };
    },
  });
  expect(await stage.sweep(delivery)).toEqual({ overdue: 0, failed: 0 });
  expect(stage.posted.filter(({ url }) => url === URL)).toHaveLength(3);
  expect(stage.posted.filter(({ url }) => url !== URL)).toHaveLength(1);
  const outcomes = (await stage.logOf(slow)).flatMap(({ attempts }) => attempts.map(({ outcome }) => outcome));
  expect(outcomes).toEqual(['timed_out']);
});

test('slow webhooks that always have older events keep no other one waiting for long', async () => {
  const { store, accountId } = stage;
  const now = stage.clock();
  const event = { messageId: 'msg_1', accountId, kind: 'key_created', data: {}, createdAt: isoTime(now) };
  const webhookIds = Array.from({ length: CONCURRENT_WEBHOOKS_MAX + 1 }, () => webhookIdOf(ulid()));
  const quickId = webhookIds.at(-1) ?? '';
  const deliveryIdTo = (webhookId: string): string => deliveryIdOf(event, webhookId);
  for (const webhookId of webhookIds) {
    const name = { accountId, webhookId, deliveryId: deliveryIdTo(webhookId) };
    await store.write(putPending(name, event, { now: webhookId === quickId ? now : now - HOUR_MS }));
  }
  const delivered: string[] = [];
  const deliver = async (deliveryId: string) => {
    delivered.push(deliveryId);
    await new Promise(setImmediate);
    if (deliveryId !== deliveryIdTo(quickId)) stage.pass(SWEEP_MS_MAX);
    return 'not_accepted' as const;
  };
  for (let sweeps = 0; sweeps < 10; sweeps += 1) {
    await sweepWebhooks({ store, clock: stage.clock, delivery: { deliver, address: () => Promise.resolve(true) } });
  }
  expect(delivered).toContain(deliveryIdTo(quickId));
});

test('a webhook with many events gets a limited number in each sweep', async () => {
  await stage.create();
  for (let events = 0; events < DELIVERIES_PER_WEBHOOK_MAX + 1; events += 1) await stage.happen();
  await stage.sweep();
  expect(stage.posted).toHaveLength(DELIVERIES_PER_WEBHOOK_MAX);
  await stage.sweep();
  expect(stage.posted).toHaveLength(DELIVERIES_PER_WEBHOOK_MAX + 1);
});

test('a sweep that runs out of time reports the webhooks whose events are an hour late', async () => {
  await stage.create();
  await stage.happen();
  await stage.delivery().address((await stage.happen()).messageId);
  stage.pass(OVERDUE_MS);
  const slow = stage.delivery();
  const late = Object.assign(slow, {
    address: async () => {
      stage.pass(SWEEP_MS_MAX);
      return true;
    },
  });
  expect(await stage.sweep(late)).toEqual({ overdue: 2, failed: 0 });
  expect(stage.posted).toEqual([]);
});

test('an event waits for no longer than its log is kept', async () => {
  stage.answer = REFUSED;
  const { accountId, owner: actor } = stage;
  const webhook = await stage.create();
  await stage.happen();
  stage.answers.push(ACCEPTED);
  await stage.sweep();
  const [delivery] = await stage.logOf(webhook);
  stage.pass(6 * DAY_MS);
  await stage.deliveries.repeat({ accountId, webhookId: webhook.webhookId, deliveryId: delivery!.deliveryId, actor });
  const repeatedAt = stage.clock();
  await stage.sweepUntilDone();
  expect(stage.clock() - repeatedAt).toBeLessThanOrEqual(DAY_MS - HOUR_MS);
  expect(stage.clock() - repeatedAt).toBeLessThan(RETRY_MS_MAX);
  expect(await stage.webhooks.get(accountId, webhook.webhookId)).toMatchObject({ state: 'enabled' });
});

test('an unreachable store fails the sweep, and the next one delivers', async () => {
  await stage.create();
  await stage.happen();
  const store = new FaultyStore(stage.store);
  store.plan(...Array.from({ length: 20 }, () => 'unreachable' as const));
  expect(await stage.sweep(stage.delivery({ store }))).toEqual({ overdue: 0, failed: 1 });
  expect(stage.logged).toEqual(['["WEBHOOK_NOT_DELIVERED",{"cause":"StoreUnavailable"}]']);
  stage.pass(MINUTE_MS);
  await stage.sweep();
  expect(stage.posted).toHaveLength(1);
});

test('an item that cannot be read fails the sweep and keeps no event waiting', async () => {
  await stage.create();
  await stage.happen();
  for (const key of [eventKey('msg_broken'), pendingDeliveryKey('dlv_broken')])
    await stage.store.write({ table: OUTBOX, put: { ...key, accountId: 'nobody' } });
  expect(await stage.sweep()).toEqual({ overdue: 0, failed: 2 });
  expect(stage.posted).toHaveLength(1);
});
