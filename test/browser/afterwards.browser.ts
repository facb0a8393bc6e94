import { BrowserStage, bank } from './browser-stage';

const stage = new BrowserStage();
beforeAll(() => stage.start());
afterAll(() => stage.stop());

const AUTOMATIC = { isOn: true, threshold: '10', amount: '20', monthMax: '100' };

/** Sends a request, which costs a part of a cent. @returns the status of the answer */
async function spendOnce(apiKey: string): Promise<number> {
  const response = await stage.run.ask(apiKey);
  await response.text();
  return response.status;
}

/** The address of a page of the local Stripe, which tells where its bank is. */
async function portalOf(accountId: string): Promise<string> {
  const { status, json } = await stage.api('owner', `/accounts/${accountId}/portal`, {});
  expect(status).toBe(201);
  return String(json['url']);
}

test('an account that a request runs low buys credit with the card that was saved in the browser', async () => {
  const accountId = await stage.newAccount();
  await stage.buy(accountId, '10', { saveMethod: true });
  expect((await stage.api('owner', `/accounts/${accountId}/auto-top-up`, AUTOMATIC, 'PUT')).status).toBe(200);
  expect(await stage.wallet(accountId)).toMatchObject({ available: '10.00' });
  // Any charge leaves less than the threshold.
  expect(await spendOnce(await stage.newKey(accountId))).toBe(200);
  await stage.paymentsAre(accountId, 2);
  const { available, paid, held } = await stage.wallet(accountId);
  expect([available === paid, held, Number(available) > 29.9, Number(available) < 30]).toEqual([
    true,
    '0.00',
    true,
    true,
  ]);
  const { json } = await stage.api('owner', `/accounts/${accountId}/auto-top-up`);
  expect(json).toMatchObject({ isOn: true, boughtThisMonth: '20.00', declines: 0 });
  const portal = await stage.open(await portalOf(accountId));
  await portal.getByRole('button', { name: 'Remove visa …4242' }).waitFor();
  expect(await portal.getByRole('listitem').allTextContents()).toEqual([expect.stringMatching(/\$10.00 paid$/)]);
  await stage.picture(portal, 'portal');
  await portal.getByRole('listitem').getByRole('link').click();
  await portal.getByText('Status: paid').waitFor();
  await stage.picture(portal, 'invoice');
  await stage.inboxWith('We received your payment of $20.00');
});

test('an automatic top-up that the bank declines credits nothing, and a mail says so', async () => {
  const accountId = await stage.newAccount();
  await stage.buy(accountId, '10', { saveMethod: true });
  await bank(await portalOf(accountId), 'next-outcome', { outcome: 'card_declined' });
  await stage.api('owner', `/accounts/${accountId}/auto-top-up`, { ...AUTOMATIC, amount: '21' }, 'PUT');
  const apiKey = await stage.newKey(accountId);
  expect(await spendOnce(apiKey)).toBe(200);
  const inbox = await stage.inboxWith('Your automatic top-up of $21.00 failed');
  await stage.picture(inbox, 'inbox-declined', { fullPage: false });
  const { json } = await stage.api('owner', `/accounts/${accountId}/auto-top-up`);
  expect(json).toMatchObject({ boughtThisMonth: '0.00', declines: 1, isCharging: false });
  expect(await stage.paymentsOf(accountId)).toHaveLength(1);
});

test('a refund pays unused credit back, and the receipt shows it', async () => {
  const accountId = await stage.newAccount();
  const paymentId = await stage.buy(accountId, '25');
  const { status } = await stage.api('owner', `/accounts/${accountId}/refunds`, { paymentId, amount: '10' });
  expect(status).toBe(201);
  await stage.walletWith(accountId, { available: '15.00', paid: '15.00' });
  const events = await bank(await portalOf(accountId), 'events', { type: 'charge.refunded' });
  const { data } = Object.values(events).at(-1) as {
    readonly data: { readonly object: { readonly receipt_url: string } };
  };
  const receipt = await stage.open(data.object.receipt_url);
  await receipt.getByText('Refunded: $10.00').waitFor();
  await stage.picture(receipt, 'receipt');
  const tooMuch = await stage.api('owner', `/accounts/${accountId}/refunds`, { paymentId, amount: '15.01' });
  expect(tooMuch).toMatchObject({ status: 409 });
  expect(await stage.wallet(accountId)).toMatchObject({ available: '15.00' });
});

test('a dispute refuses the requests of an account that has spent the payment, and a won one restores them', async () => {
  const accountId = await stage.newAccount();
  const paymentId = await stage.buy(accountId, '10');
  const apiKey = await stage.newKey(accountId);
  expect(await spendOnce(apiKey)).toBe(200);
  const { available } = await stage.wallet(accountId);
  const portal = await portalOf(accountId);
  const dispute = await bank(portal, 'open-dispute', { id: paymentId });
  await stage.walletWith(accountId, { available: '0.00', paid: '0.00' });
  const { debt } = await stage.wallet(accountId);
  expect(Number(debt) + Number(available)).toBeCloseTo(10, 9);
  expect(await spendOnce(apiKey)).toBe(402);
  const inbox = await stage.inboxWith(`Your account owes $${String(debt)}`);
  await stage.picture(inbox, 'inbox-debt', { fullPage: false });
  await bank(portal, 'win-dispute', { id: dispute['id'] });
  await stage.walletWith(accountId, { available, debt: '0.00' });
  expect(await spendOnce(apiKey)).toBe(200);
});

test('a dispute that is lost leaves the debt, and the next purchase pays it first', async () => {
  const accountId = await stage.newAccount();
  const paymentId = await stage.buy(accountId, '10');
  const apiKey = await stage.newKey(accountId);
  expect(await spendOnce(apiKey)).toBe(200);
  const { available: unspent } = await stage.wallet(accountId);
  const portal = await portalOf(accountId);
  const dispute = await bank(portal, 'open-dispute', { id: paymentId });
  await stage.walletWith(accountId, { available: '0.00' });
  await bank(portal, 'lose-dispute', { id: dispute['id'] });
  expect(await spendOnce(apiKey)).toBe(402);
  await stage.buy(accountId, '10');
  // The debt is the spent part of the first payment, so as much is left as was unspent before the dispute.
  await stage.walletWith(accountId, { available: unspent, debt: '0.00' });
  expect(await spendOnce(apiKey)).toBe(200);
});
