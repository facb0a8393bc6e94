import { DAY_MS, HOUR_MS } from '../../../../lambdas/domain/clock';
import { DELIVERIES_PER_ACCOUNT_AND_HOUR_MAX } from '../../../../lambdas/domain/accounts/pace';
import { REFUSED, WebhookStage } from './webhook-stage';

let stage: WebhookStage;
let webhookId: string;

beforeEach(async () => {
  stage = await WebhookStage.open();
  ({ webhookId } = await stage.create());
});

const byHand = () => ({ accountId: stage.accountId, webhookId, actor: stage.owner });
const log = () => stage.logOf({ webhookId });

test('a delivery of the log is made again with the same ID, and retried like a new one', async () => {
  const { messageId } = await stage.happen();
  await stage.sweep();
  const [{ deliveryId } = { deliveryId: '' }] = await log();
  stage.answers.push(REFUSED);
  expect(await stage.deliveries.repeat({ ...byHand(), deliveryId })).toMatchObject({ state: 'pending', messageId });
  await stage.sweepUntilDone();
  expect(stage.posted.map(({ headers }) => headers['webhook-id'])).toEqual([messageId, messageId, messageId]);
  expect(await log()).toMatchObject([
    { state: 'delivered', attempts: [{ status: 204 }, { status: 500 }, { status: 204 }] },
  ]);
});

test('a delivery that has failed can be made again once its webhook is enabled', async () => {
  stage.answer = REFUSED;
  await stage.happen();
  await stage.sweepUntilDone();
  const [{ deliveryId } = { deliveryId: '' }] = await log();
  const repeat = () => stage.deliveries.repeat({ ...byHand(), deliveryId });
  await expect(repeat()).rejects.toMatchObject({ code: 'webhook_disabled' });
  await stage.webhooks.enable(byHand());
  stage.answers.push({ outcome: 'answered', status: 200 });
  await repeat();
  await stage.sweep();
  expect(await log()).toMatchObject([{ state: 'delivered' }]);
});

test('a test event is sent once, whatever the answer, and does not count against its webhook', async () => {
  stage.answer = REFUSED;
  const { messageId } = await stage.deliveries.test(byHand());
  await stage.sweepUntilDone();
  expect(stage.posted).toHaveLength(1);
  const [{ headers, body } = { headers: {}, body: '' }] = stage.posted;
  expect([headers, JSON.parse(body)]).toMatchObject([{ 'webhook-id': messageId }, { type: 'test' }]);
  expect(await log()).toMatchObject([{ state: 'failed', event: 'test' }]);
  expect(await stage.webhooks.get(stage.accountId, webhookId)).not.toHaveProperty('failingSince');
});

test('a person can ask for a limited number of deliveries in an hour', async () => {
  for (let asked = 0; asked < DELIVERIES_PER_ACCOUNT_AND_HOUR_MAX; asked += 1) await stage.deliveries.test(byHand());
  await expect(stage.deliveries.test(byHand())).rejects.toMatchObject({ code: 'too_many_deliveries' });
  stage.pass(HOUR_MS);
  await stage.deliveries.test(byHand());
});

test('the log has the deliveries of seven days, and nothing of a webhook of another account', async () => {
  const { messageId } = await stage.happen();
  await stage.sweep();
  const { accountId } = await stage.accounts.account();
  await expect(stage.deliveries.page(accountId, webhookId, { limit: 10 })).rejects.toMatchObject({ status: 404 });
  stage.pass(7 * DAY_MS - 1_000);
  expect(await log()).toMatchObject([{ messageId }]);
  stage.pass(1_000);
  expect(await log()).toEqual([]);
});

test('a page of the log has the newest events first and says where the next one begins', async () => {
  const sent: string[] = [];
  for (let events = 0; events < 3; events += 1) {
    sent.unshift((await stage.happen()).messageId);
    stage.pass(1_000);
  }
  await stage.sweep();
  const first = await stage.deliveries.page(stage.accountId, webhookId, { limit: 2 });
  const rest = await stage.deliveries.page(stage.accountId, webhookId, { limit: 2, after: first.next });
  expect([...first.items, ...rest.items].map(({ messageId }) => messageId)).toEqual(sent);
});

test('a delivery that is not in the log cannot be made again', async () => {
  const deliveryId = 'dlv_01JD0000000000000000000001';
  await expect(stage.deliveries.repeat({ ...byHand(), deliveryId })).rejects.toMatchObject({ status: 404 });
});
