import type Stripe from 'stripe';
import { BUYER, credit, idOf, type LocalStripe, openLocalStripe, press, SUCCESS_URL, works } from './local-stripe';

// A browser is not needed: the pages are plain forms, so the tests send what a browser would.

let local: LocalStripe;
beforeAll(async () => {
  local = await openLocalStripe();
});
afterAll(() => local.fake.close());

type Params = Stripe.Checkout.SessionCreateParams;

const openSession = (params: Partial<Params> = {}): Promise<Stripe.Checkout.Session> =>
  local.stripe.checkout.sessions.create({
    mode: 'payment',
    success_url: SUCCESS_URL,
    cancel_url: 'http://127.0.0.1:9/cancel',
    line_items: [credit(2000)],
    ...params,
  });

const retrieve = (session: Stripe.Checkout.Session): Promise<Stripe.Checkout.Session> =>
  local.stripe.checkout.sessions.retrieve(session.id);

test('the checkout page shows the total, labels its fields and has a button for each test card', async () => {
  const { url } = await openSession({ billing_address_collection: 'required' });
  const page = await (await fetch(url!)).text();
  expect(page).toContain('<strong>$20.00</strong>');
  for (const label of ['Email', 'Name on card', 'Address', 'City', 'Postal code', 'Country'])
    expect(page).toContain(`<label>${label}<`);
  expect(page).toMatch(/<button name="card" value="pm_card_visa">Pay with a card that works/);
  expect(page).toMatch(/Pay with a card that is declined/);
  expect(page).toContain('<a href="http://127.0.0.1:9/cancel">Cancel</a>');
});

test('a buyer who pays is sent to the success page, and the session names the payment', async () => {
  const session = await openSession({ payment_intent_data: { metadata: { topUp: '7' }, description: 'Credit' } });
  const response = await press(session.url!, works);
  expect([response.status, response.headers.get('location')]).toEqual([
    303,
    `http://127.0.0.1:9/success?session=${session.id}`,
  ]);
  const paid = await retrieve(session);
  expect(paid).toMatchObject({ status: 'complete', payment_status: 'paid', url: null, customer: null });
  expect(paid.customer_details).toMatchObject({ email: 'buyer@example.com', address: { country: 'DE' } });
  expect(await local.stripe.paymentIntents.retrieve(idOf(paid.payment_intent))).toMatchObject({
    status: 'succeeded',
    amount: 2000,
    description: 'Credit',
    metadata: { topUp: '7' },
  });
});

test('a declined card leaves the checkout open, and one payment serves all attempts', async () => {
  const session = await openSession();
  const declined = await press(session.url!, { ...BUYER, card: 'pm_card_visa_chargeDeclined' });
  expect(declined.status).toBe(402);
  const page = await declined.text();
  expect(page).toContain('<p role="alert">Your card was declined.</p>');
  expect(page).toContain('value="buyer@example.com"');
  const open = await retrieve(session);
  expect(open).toMatchObject({ status: 'open', payment_status: 'unpaid' });
  await press(session.url!, works);
  expect(await retrieve(session)).toMatchObject({ status: 'complete', payment_intent: open.payment_intent });
  const { data } = await local.stripe.charges.list({ payment_intent: idOf(open.payment_intent) });
  expect(data.map(({ status }) => status)).toEqual(['succeeded', 'failed']);
});

test.each([
  ['complete', 303, 'complete'],
  ['fail', 200, 'open'],
])('a buyer whose bank asks for authentication can %s it', async (answer, status, sessionStatus) => {
  const session = await openSession();
  const asked = await press(session.url!, { ...BUYER, card: 'pm_card_authenticationRequired' });
  const page = asked.headers.get('location')!;
  expect(page).toBe(`/authenticate/${session.id}`);
  expect(await (await fetch(new URL(page, local.fake.url))).text()).toContain('Complete authentication</button>');
  expect((await press(`${local.fake.url}${page}`, { answer })).status).toBe(status);
  expect(await retrieve(session)).toMatchObject({ status: sessionStatus });
});

test('a session in setup mode saves a card, which can be charged without its owner afterwards', async () => {
  const { id: customer } = await local.stripe.customers.create({});
  const session = await openSession({ mode: 'setup', customer, line_items: undefined, currency: 'usd' });
  expect(await (await fetch(session.url!)).text()).toContain('Save a card that works');
  await press(session.url!, { name: 'Ada', card: 'pm_card_authenticationRequiredOnSetup' });
  await press(`${local.fake.url}/authenticate/${session.id}`, { answer: 'complete' });
  const done = await local.stripe.checkout.sessions.retrieve(session.id, { expand: ['setup_intent'] });
  expect(done).toMatchObject({
    status: 'complete',
    payment_status: 'no_payment_required',
    setup_intent: { status: 'succeeded' },
  });
  const { payment_method: method } = done.setup_intent as Stripe.SetupIntent;
  const paid = await local.stripe.paymentIntents.create({
    amount: 900,
    currency: 'usd',
    customer,
    payment_method: idOf(method),
    off_session: true,
    confirm: true,
    automatic_payment_methods: { enabled: true, allow_redirects: 'never' },
  });
  expect(paid.status).toBe('succeeded');
});

test('a payment with setup_future_usage saves its card to the customer', async () => {
  const { id: customer } = await local.stripe.customers.create({});
  const session = await openSession({ customer, payment_intent_data: { setup_future_usage: 'off_session' } });
  await press(session.url!, works);
  expect((await local.stripe.customers.listPaymentMethods(customer)).data).toMatchObject([{ card: { last4: '4242' } }]);
});

test('a session with automatic tax adds the tax of the billing address, and needs that address', async () => {
  const session = await openSession({ automatic_tax: { enabled: true } });
  expect(session.automatic_tax).toMatchObject({ enabled: true, status: 'requires_location_inputs' });
  const refused = await press(session.url!, { ...works, line1: '' });
  expect(await refused.text()).toContain('Enter your whole billing address.');
  expect(await (await press(session.url!, { ...BUYER, action: 'total' })).text()).toContain('<strong>$23.80</strong>');
  await press(session.url!, works);
  const paid = await local.stripe.checkout.sessions.retrieve(session.id, { expand: ['payment_intent', 'line_items'] });
  expect(paid).toMatchObject({
    amount_subtotal: 2000,
    amount_total: 2380,
    total_details: { amount_tax: 380 },
    automatic_tax: { status: 'complete' },
    payment_intent: { amount_received: 2380 },
    line_items: { data: [{ amount_tax: 380, amount_total: 2380 }] },
  });
});

test('automatic tax for a customer without an address is refused, unless the checkout may save one', async () => {
  const { id: customer } = await local.stripe.customers.create({});
  const taxed = { customer, automatic_tax: { enabled: true } };
  await expect(openSession(taxed)).rejects.toMatchObject({ code: 'customer_tax_location_invalid' });
  const session = await openSession({ ...taxed, customer_update: { address: 'auto' } });
  await press(session.url!, works);
  expect(await local.stripe.customers.retrieve(customer)).toMatchObject({ address: { country: 'DE', city: 'Berlin' } });
});

test('a promotion code that a buyer enters takes its part off the total', async () => {
  const coupon = await local.stripe.coupons.create({ percent_off: 10, duration: 'once' });
  await local.stripe.promotionCodes.create({
    code: 'TEN',
    promotion: { type: 'coupon', coupon: coupon.id },
    max_redemptions: 1,
  });
  const session = await openSession({ allow_promotion_codes: true });
  expect(await (await press(session.url!, { action: 'code', code: 'NO' })).text()).toContain('This code is invalid.');
  expect(await (await press(session.url!, { action: 'code', code: 'ten' })).text()).toContain(
    '<strong>$18.00</strong>',
  );
  await press(session.url!, works);
  expect(await retrieve(session)).toMatchObject({
    amount_total: 1800,
    total_details: { amount_discount: 200 },
    discounts: [{ coupon: coupon.id }],
  });
  const next = await openSession({ allow_promotion_codes: true });
  expect(await (await press(next.url!, { action: 'code', code: 'TEN' })).text()).toContain('role="alert"');
});

test('a payment with an invoice has a paid invoice for the same amount, and a customer', async () => {
  const session = await openSession({ invoice_creation: { enabled: true }, automatic_tax: { enabled: true } });
  await press(session.url!, works);
  const paid = await local.stripe.checkout.sessions.retrieve(session.id, { expand: ['invoice.payments'] });
  expect(paid.customer).toMatch(/^cus_/);
  expect(paid.invoice).toMatchObject({
    status: 'paid',
    total: 2380,
    amount_paid: 2380,
    total_taxes: [{ amount: 380, taxable_amount: 2000 }],
    payments: { data: [{ status: 'paid', payment: { payment_intent: paid.payment_intent } }] },
  });
});

test('a session expires after a day, and its page says so', async () => {
  const session = await openSession();
  local.fake.controls.advance(24 * 3600);
  expect(await retrieve(session)).toMatchObject({ status: 'expired', url: null });
  expect(await (await press(session.url!, works)).text()).toContain('This checkout has expired.');
  expect(local.fake.controls.events('checkout.session.expired').map(({ data }) => data.object)).toContainEqual(
    expect.objectContaining({ id: session.id }),
  );
});

test('the checkout page escapes the fields of a buyer, and refuses a card number without repeating it', async () => {
  const session = await openSession();
  const shown = await (await press(session.url!, { ...BUYER, name: '<script>"' })).text();
  expect(shown).toContain('value="&lt;script&gt;&quot;"');
  const number = '4242 4242 4242 4242';
  const refused = await press(session.url!, { ...works, name: number });
  expect(refused.status).toBe(400);
  expect(await refused.text()).not.toContain('4242 4242');
  expect(await retrieve(session)).toMatchObject({ status: 'open' });
});
