import { monthlyPrice } from './cases/billing-cases';
import { chargeOffSession, customerWithCard, idOf, type LocalStripe, openLocalStripe, press } from './local-stripe';

let local: LocalStripe;
beforeAll(async () => {
  local = await openLocalStripe();
});
afterAll(() => local.fake.close());

async function openPortal(customer: string): Promise<string> {
  const { url } = await local.stripe.billingPortal.sessions.create({
    customer,
    return_url: 'http://127.0.0.1:9/account',
  });
  return url;
}

test('the customer portal lists cards, and lets the customer remove and add one', async () => {
  const { customer, method } = await customerWithCard(local.stripe, 'pm_card_visa');
  const url = await openPortal(customer);
  const page = await (await fetch(url)).text();
  expect(page).toContain('Remove visa …4242');
  expect(page).toContain('<a href="http://127.0.0.1:9/account">Return</a>');
  await press(url, { remove: method });
  expect(await local.stripe.customers.retrieve(customer)).toMatchObject({
    invoice_settings: { default_payment_method: null },
  });
  await press(url, { card: 'pm_card_mastercard' });
  const { data } = await local.stripe.customers.listPaymentMethods(customer);
  expect(data).toMatchObject([{ card: { brand: 'mastercard' } }]);
  expect(await local.stripe.customers.retrieve(customer)).toMatchObject({
    invoice_settings: { default_payment_method: data[0]!.id },
  });
});

test('the customer portal cancels a subscription for the end of its period, and keeps it again', async () => {
  const { customer } = await customerWithCard(local.stripe, 'pm_card_visa');
  const { id } = await local.stripe.subscriptions.create({
    customer,
    items: [{ price: await monthlyPrice(local.stripe, 1000) }],
  });
  const url = await openPortal(customer);
  await press(url, { cancel: id });
  expect(await local.stripe.subscriptions.retrieve(id)).toMatchObject({ cancel_at_period_end: true, status: 'active' });
  expect(await (await fetch(url)).text()).toContain('Keep subscription');
  await press(url, { keep: id });
  expect(await local.stripe.subscriptions.retrieve(id)).toMatchObject({ cancel_at_period_end: false, cancel_at: null });
});

test("the customer portal leaves another customer's cards and subscriptions alone", async () => {
  const other = await customerWithCard(local.stripe, 'pm_card_visa');
  const { customer } = await customerWithCard(local.stripe, 'pm_card_visa');
  await press(await openPortal(customer), { remove: other.method });
  expect(await local.stripe.paymentMethods.retrieve(other.method)).toMatchObject({ customer: other.customer });
});

test('an invoice has a page and a PDF, and an open one can be paid on its page', async () => {
  const { id: customer } = await local.stripe.customers.create({});
  await local.stripe.invoiceItems.create({
    customer,
    amount: 4200,
    currency: 'usd',
    description: 'Statement of October (€)',
  });
  const draft = await local.stripe.invoices.create({ customer, collection_method: 'send_invoice', days_until_due: 14 });
  const invoice = await local.stripe.invoices.sendInvoice(draft.id);
  expect(invoice).toMatchObject({ status: 'open', due_date: invoice.created + 14 * 86_400 });
  const url = invoice.hosted_invoice_url!;
  expect(await (await fetch(url)).text()).toContain('Statement of October (€)');
  const declined = await press(url, { card: 'pm_card_visa_chargeDeclined' });
  expect([declined.status, await declined.text()]).toEqual([402, expect.stringContaining('role="alert"')]);
  expect((await press(url, { card: 'pm_card_visa' })).status).toBe(303);
  expect(await local.stripe.invoices.retrieve(draft.id)).toMatchObject({ status: 'paid' });
  const pdf = await fetch(invoice.invoice_pdf!);
  expect([pdf.status, pdf.headers.get('content-type')]).toEqual([200, 'application/pdf']);
  expect(await pdf.text()).toMatch(/^%PDF-1\.4\n[\s\S]*\(Total: \$42\.00\) Tj[\s\S]*%%EOF\n$/);
});

test('an open invoice can be voided, and its payment with it', async () => {
  const { id: customer } = await local.stripe.customers.create({});
  await local.stripe.invoiceItems.create({ customer, amount: 900, currency: 'usd' });
  const { id } = await local.stripe.invoices.create({ customer });
  const open = await local.stripe.invoices.finalizeInvoice(id, { expand: ['payments.data.payment.payment_intent'] });
  const intent = open.payments!.data[0]!.payment.payment_intent as { id: string };
  expect(await local.stripe.invoices.voidInvoice(id)).toMatchObject({ status: 'void' });
  expect(await local.stripe.paymentIntents.retrieve(intent.id)).toMatchObject({ status: 'canceled' });
});

test('the receipt of a payment can be opened', async () => {
  const { latest_charge: id } = await chargeOffSession(local.stripe, 'pm_card_visa', 1234);
  const { receipt_url: url } = await local.stripe.charges.retrieve(idOf(id));
  expect(await (await fetch(url!)).text()).toContain('$12.34');
});
