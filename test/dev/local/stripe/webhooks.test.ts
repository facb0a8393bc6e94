import Stripe from 'stripe';
import { chargeOffSession, type LocalStripe, openLocalStripe, START_MS } from './local-stripe';
import { openReceiver, type Received, type WebhookReceiver } from './webhook-receiver';

const SECRET = 'whsec_local_test';
const TOLERANCE_SECONDS = 300;

let receiver: WebhookReceiver;
let local: LocalStripe;
beforeEach(async () => {
  receiver = await openReceiver();
  local = await openLocalStripe({ webhooks: [{ url: receiver.url, secret: SECRET }] });
});
afterEach(async () => {
  await local.fake.close();
  await receiver.close();
});

const verified = ({ body, signature }: Received, secret = SECRET): Stripe.Event =>
  local.stripe.webhooks.constructEvent(body, signature, secret, TOLERANCE_SECONDS, undefined, START_MS);

const createCustomer = (): Promise<Stripe.Customer> => local.stripe.customers.create({});
const ids = (): string[] => local.fake.controls.events().map(({ id }) => id);

test('events are delivered in order, with a signature that the official client accepts', async () => {
  const { id } = await chargeOffSession(local.stripe, 'pm_card_visa');
  await local.fake.controls.idle();
  expect(receiver.received.map(({ id: event }) => event)).toEqual(ids());
  const paid = receiver.received.map((one) => verified(one)).find(({ type }) => type === 'payment_intent.succeeded');
  expect(paid).toMatchObject({
    object: 'event',
    api_version: Stripe.API_VERSION,
    livemode: false,
    data: { object: { id, status: 'succeeded' } },
    request: { id: expect.stringMatching(/^req_/) as string },
  });
  const header = local.stripe.webhooks.generateTestHeaderString({
    payload: receiver.received[0]!.body,
    secret: SECRET,
    timestamp: START_MS / 1000,
  });
  expect(receiver.received[0]!.signature).toBe(header);
});

test('an event keeps the object as it was, and says what an update changed', async () => {
  const { id } = await local.stripe.customers.create({ name: 'Before' });
  await local.stripe.customers.update(id, { name: 'After' });
  const { data } = await local.stripe.events.list({ types: ['customer.created', 'customer.updated'] });
  expect(data.map((event) => event.data)).toMatchObject([
    { object: { name: 'After' }, previous_attributes: { name: 'Before' } },
    { object: { name: 'Before' } },
  ]);
  expect(await local.stripe.events.retrieve(data[0]!.id)).toMatchObject({ type: 'customer.updated' });
});

test('an endpoint gets only the events that it asked for, and its secret is shown once', async () => {
  const other = await openReceiver();
  const made = await local.stripe.webhookEndpoints.create({ url: other.url, enabled_events: ['charge.succeeded'] });
  expect(made.secret).toMatch(/^whsec_/);
  expect(await local.stripe.webhookEndpoints.retrieve(made.id)).not.toHaveProperty('secret');
  await chargeOffSession(local.stripe, 'pm_card_visa');
  await local.fake.controls.idle();
  expect(other.received.map((one) => verified(one, made.secret).type)).toEqual(['charge.succeeded']);
  await local.stripe.webhookEndpoints.del(made.id);
  await chargeOffSession(local.stripe, 'pm_card_visa');
  await local.fake.controls.idle();
  expect(other.received).toHaveLength(1);
  expect((await local.stripe.webhookEndpoints.list()).data.map(({ url }) => url)).toEqual([receiver.url]);
  await other.close();
});

test('a delivery that failed is tried again later, until it is accepted', async () => {
  receiver.status = 500;
  await createCustomer();
  await local.fake.controls.idle();
  receiver.status = 200;
  await local.fake.controls.idle();
  expect(receiver.received).toHaveLength(1);
  local.fake.controls.advance(60);
  await local.fake.controls.idle();
  expect(receiver.received.map(({ id }) => id)).toEqual([ids()[0], ids()[0]]);
  expect(local.fake.controls.deliveries().map(({ status }) => status)).toEqual([500, 200]);
  expect(await local.stripe.events.retrieve(ids()[0]!)).toMatchObject({ pending_webhooks: 0 });
});

test('events can be repeated, dropped and delayed', async () => {
  const { controls } = local.fake;
  controls.setWebhooks({ copies: 2 });
  await createCustomer();
  await controls.idle();
  expect(receiver.received.map(({ id }) => id)).toEqual([ids()[0], ids()[0]]);
  controls.setWebhooks({ copies: 1, dropNext: 1 });
  await createCustomer();
  controls.setWebhooks({ delaySeconds: 30 });
  await createCustomer();
  await controls.idle();
  expect(receiver.received).toHaveLength(2);
  controls.advance(30);
  await controls.idle();
  expect(receiver.received.slice(2).map(({ id }) => id)).toEqual([ids()[2]]);
});

test('the events of one call can be delivered in the opposite order', async () => {
  local.fake.controls.setWebhooks({ newestFirst: true });
  await local.fake.controls.idle();
  await local.stripe.paymentIntents.create({
    amount: 500,
    currency: 'usd',
    payment_method: 'pm_card_visa',
    confirm: true,
    automatic_payment_methods: { enabled: true, allow_redirects: 'never' },
  });
  await local.fake.controls.idle();
  expect(receiver.received.map(({ id }) => id)).toEqual(ids().reverse());
});

test('events can be delivered by hand in any order, and again', async () => {
  const { controls } = local.fake;
  controls.setWebhooks({ mode: 'manual' });
  await createCustomer();
  await createCustomer();
  await controls.idle();
  expect(receiver.received).toEqual([]);
  const [first, second] = ids();
  expect(await controls.deliver([second!, first!, second!])).toMatchObject([
    { status: 200 },
    { status: 200 },
    { status: 200 },
  ]);
  expect(receiver.received.map(({ id }) => id)).toEqual([second, first, second]);
});

test('an event can be signed with a wrong secret, too early or too late', async () => {
  const { controls } = local.fake;
  controls.setWebhooks({ mode: 'manual' });
  await createCustomer();
  await controls.deliver(ids(), { secret: 'whsec_wrong' });
  await controls.deliver(ids(), { timestamp: START_MS / 1000 - 3600 });
  await controls.deliver(ids(), { timestamp: START_MS / 1000 + 3600 });
  const [wrong, old, future] = receiver.received;
  expect(() => verified(wrong!)).toThrow(Stripe.errors.StripeSignatureVerificationError);
  expect(() => verified(old!)).toThrow('Timestamp outside the tolerance zone');
  // The official client accepts the future, so a receiver must look at the timestamp itself.
  expect(future!.signature).toContain(`t=${START_MS / 1000 + 3600},`);
});

test('an event that comes before the reply has arrived when the call returns', async () => {
  local.fake.controls.setWebhooks({ beforeReply: true });
  await createCustomer();
  expect(receiver.received.map(({ type }) => type)).toEqual(['customer.created']);
});

test("advancing the local Stripe's time leaves the time of signatures at the receiver's clock", async () => {
  local.fake.controls.advance(30 * 86_400);
  await createCustomer();
  await local.fake.controls.idle();
  expect(verified(receiver.received[0]!)).toMatchObject({ created: START_MS / 1000 + 30 * 86_400 });
});
