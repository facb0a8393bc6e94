import Stripe from 'stripe';
import { clientOf, type LocalStripe, openLocalStripe, refusalOf } from './local-stripe';

let local: LocalStripe;
beforeEach(async () => {
  local = await openLocalStripe();
});
afterEach(() => local.fake.close());

const NAMED = { email: 'one@example.com' };
const create = (idempotencyKey = 'key'): Promise<Stripe.Customer> =>
  local.stripe.customers.create(NAMED, { idempotencyKey });
const made = async (): Promise<string[]> => (await local.stripe.customers.list(NAMED)).data.map(({ id }) => id);

test('a call whose reply is lost has taken effect, and a retry with its key gets the same object', async () => {
  local.fake.controls.failNext({ kind: 'disconnect', applied: true, method: 'POST', times: 2 });
  // The official client repeats a call once by itself after its connection was closed.
  expect(await refusalOf(create())).toBeInstanceOf(Stripe.errors.StripeConnectionError);
  const [id] = await made();
  expect(await create()).toMatchObject({ id });
  expect(await made()).toEqual([id]);
});

test('a call that is cut off before it takes effect can be tried again', async () => {
  local.fake.controls.failNext({ kind: 'disconnect', method: 'POST', times: 2 });
  await refusalOf(create());
  expect(await made()).toEqual([]);
  await create();
  expect(await made()).toHaveLength(1);
});

test('an internal error after the change is repeated to its key, so only a list shows the change', async () => {
  local.fake.controls.failNext({ kind: 'server_error', applied: true, path: '/v1/customers' });
  expect(await refusalOf(create())).toMatchObject({ statusCode: 500, rawType: 'api_error' });
  expect(await made()).toHaveLength(1);
  expect(await refusalOf(create())).toMatchObject({ statusCode: 500 });
  expect(await made()).toHaveLength(1);
});

test('an internal error or a rate limit before the change leaves the key unused', async () => {
  local.fake.controls.failNext({ kind: 'server_error' });
  expect(await refusalOf(create())).toMatchObject({ statusCode: 500 });
  local.fake.controls.failNext({ kind: 'rate_limit' });
  expect(await refusalOf(create())).toMatchObject({
    statusCode: 429,
    type: 'StripeRateLimitError',
    code: 'rate_limit',
  });
  await create();
  expect(await made()).toHaveLength(1);
});

test('a fault hits only the calls that it was set for', async () => {
  local.fake.controls.failNext({ kind: 'server_error', path: '/v1/refunds' });
  await create();
  expect(await refusalOf(local.stripe.refunds.list())).toMatchObject({ statusCode: 500 });
});

test('an idempotency key that is in use is refused with 409, and works once its first request is done', async () => {
  local.fake.controls.failNext({ kind: 'hold', method: 'POST' });
  const first = create();
  while (local.fake.controls.heldCalls() === 0) await new Promise((resolve) => setImmediate(resolve));
  expect(await refusalOf(create())).toMatchObject({
    statusCode: 409,
    code: 'idempotency_key_in_use',
    rawType: 'idempotency_error',
  });
  local.fake.controls.clearFaults();
  const { id } = await first;
  expect(await create()).toMatchObject({ id });
});

test('a call whose reply is held back has taken effect, and its key is in use until it is answered', async () => {
  local.fake.controls.failNext({ kind: 'hold', applied: true, method: 'POST' });
  const first = create();
  while (local.fake.controls.heldCalls() === 0) await new Promise((resolve) => setImmediate(resolve));
  const [id] = await made();
  expect(id).toMatch(/^cus_/);
  expect(await refusalOf(create())).toMatchObject({ statusCode: 409 });
  local.fake.controls.clearFaults();
  expect(await first).toMatchObject({ id });
  expect(await create()).toMatchObject({ id });
});

test('an idempotency key can be used for another call after a day', async () => {
  const { id } = await create();
  local.fake.controls.advance(86_400);
  expect((await create()).id).not.toBe(id);
});

test('an idempotency key cannot be used at another address', async () => {
  await create();
  const error = await refusalOf(local.stripe.products.create({ name: 'x' }, { idempotencyKey: 'key' }));
  expect(error).toMatchObject({ statusCode: 400, rawType: 'idempotency_error' });
});

test('the official client repeats a failed call with one key, so the change is made once', async () => {
  const { hostname, port } = new URL(local.fake.url);
  const retrying = new Stripe('sk_test_local', {
    host: hostname,
    port,
    protocol: 'http',
    maxNetworkRetries: 2,
    telemetry: false,
  });
  local.fake.controls.failNext({ kind: 'disconnect', applied: true, method: 'POST' });
  await retrying.customers.create(NAMED);
  expect(await made()).toHaveLength(1);
});

test('a call without a test key, or for another version, is refused', async () => {
  const { hostname, port } = new URL(local.fake.url);
  const config = { host: hostname, port, protocol: 'http' as const, telemetry: false };
  const live = new Stripe('sk_live_x', config);
  expect(await refusalOf(live.customers.list())).toMatchObject({ statusCode: 401, type: 'StripeAuthenticationError' });
  const older = await refusalOf(local.stripe.customers.list({}, { apiVersion: '2024-06-20' }));
  expect(older).toMatchObject({
    statusCode: 400,
    message: `The fake speaks Stripe-Version ${Stripe.API_VERSION} only.`,
  });
  expect((await fetch(`${local.fake.url}/v1/customers`)).status).toBe(401);
  expect(await refusalOf(clientOf(local.fake.url).rawRequest('GET', '/v1/nothing'))).toMatchObject({ statusCode: 404 });
});

test('a parameter that the pinned version dropped is unknown to it', async () => {
  const error = await refusalOf(
    local.stripe.rawRequest('POST', '/v1/payment_intents', {
      amount: 500,
      currency: 'usd',
      payment_method_types: ['card'],
    }),
  );
  expect(error).toMatchObject({ statusCode: 400, code: 'parameter_unknown', param: 'payment_method_types' });
});

test('a card number is never accepted, and no error repeats it', async () => {
  const number = '4242424242424242';
  const error = await refusalOf(
    local.stripe.paymentMethods.create({ type: 'card', card: { number, exp_month: 1, exp_year: 2030, cvc: '123' } }),
  );
  expect(error).toMatchObject({ statusCode: 400, param: 'card[number]' });
  expect(JSON.stringify(error)).not.toContain(number);
});

test('a field that cannot be expanded is an error', async () => {
  const { id } = await create();
  const error = await refusalOf(local.stripe.customers.retrieve(id, { expand: ['nothing'] }));
  expect(error.message).toBe('This property cannot be expanded (nothing).');
});
