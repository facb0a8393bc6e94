import { BrowserStage, BUYER, fillIn, payWith } from './browser-stage';

const stage = new BrowserStage();
beforeAll(() => stage.start());
afterAll(() => stage.stop());

test('a person buys credit on the pages of a local run, sees it, and reads the mail about it', async () => {
  const { accountId } = stage.run.gateway;
  const page = await stage.open('/credit');
  await page.getByRole('cell', { name: '$5.00' }).first().waitFor();
  await page.getByLabel('Amount in US dollars').fill('25');
  await page.getByLabel('Save the card for automatic top-ups').check();
  await stage.picture(page, 'credit');
  await page.getByRole('button', { name: 'Buy credit' }).click();
  await page.getByRole('heading', { name: 'Checkout' }).waitFor();
  expect(await page.getByRole('table', { name: 'Summary' }).textContent()).toContain('25.00');
  await fillIn(page);
  await stage.picture(page, 'checkout');
  await payWith(page, 'a card that works');
  await page.waitForURL(`${stage.origin}/credit`);
  await stage.walletWith(accountId, { available: '30.00', paid: '30.00', debt: '0.00' });
  await page.reload();
  expect(await page.getByRole('table', { name: 'Balance' }).textContent()).toContain('Available$30.00');
  await stage.picture(page, 'credit-after');
  const inbox = await stage.inboxWith('We received your payment of $25.00');
  const mail = inbox.locator('iframe[title="We received your payment of $25.00"]').first().contentFrame();
  expect(await mail.getByRole('heading').textContent()).toBe('We received your payment');
  await stage.picture(inbox, 'inbox', { fullPage: false });
});

test('a person who enters an amount that cannot be bought is told why, and begins no purchase', async () => {
  const page = await stage.open('/credit');
  for (const [amount, reason] of [
    ['five', 'The amount must be an amount below a million dollars'],
    ['4.99', 'The amount must be at least $5.00'],
    ['<img src=x onerror=alert(1)>', 'The amount must be an amount below a million dollars'],
  ] as const) {
    await page.getByLabel('Amount in US dollars').fill(amount);
    await page.getByRole('button', { name: 'Buy credit' }).click();
    expect(await page.getByRole('alert').textContent()).toContain(reason);
  }
  await stage.picture(page, 'credit-refused');
});

test('a declined card credits nothing, and the same page takes another card with what was entered', async () => {
  const accountId = await stage.newAccount();
  const page = await stage.open(await stage.beginPurchase(accountId, '25'));
  await payWith(page, 'a card that is declined');
  expect(await page.getByRole('alert').textContent()).toBe('Your card was declined.');
  await stage.picture(page, 'checkout-declined');
  expect(await page.getByLabel('City').inputValue()).toBe(BUYER.City);
  expect(await stage.wallet(accountId)).toMatchObject({ available: '0.00' });
  await page.getByRole('button', { name: 'Pay with another card that works' }).click();
  await page.waitForURL(`${stage.origin}/**`);
  await stage.walletWith(accountId, { available: '25.00' });
});

test('a bank’s question is answered in the browser before the payment is credited', async () => {
  const accountId = await stage.newAccount();
  const page = await stage.open(await stage.beginPurchase(accountId, '25'));
  await payWith(page, 'a card that always needs authentication');
  await page.getByRole('heading', { name: 'Confirm it is you' }).waitFor();
  await stage.picture(page, 'authentication');
  await page.getByRole('button', { name: 'Fail authentication' }).click();
  await page.getByRole('alert').waitFor();
  expect(await stage.wallet(accountId)).toMatchObject({ available: '0.00' });
  await payWith(page, 'a card that always needs authentication');
  await page.getByRole('button', { name: 'Complete authentication' }).click();
  await page.waitForURL(`${stage.origin}/**`);
  await stage.walletWith(accountId, { available: '25.00' });
});

test('a tab that is closed before it returns changes nothing: the payment credits, not the redirect', async () => {
  const accountId = await stage.newAccount();
  const page = await stage.open(await stage.beginPurchase(accountId, '25'));
  let returned = 0;
  await page.route(`${stage.origin}/**`, (route) => {
    returned += 1;
    return route.abort();
  });
  await payWith(page, 'a card that works');
  await page.close();
  await stage.walletWith(accountId, { available: '25.00' });
  expect(await stage.paymentsOf(accountId)).toHaveLength(1);
  expect(returned).toBeLessThanOrEqual(1);
});

test('a person who returns without having paid gets no credit', async () => {
  const accountId = await stage.newAccount();
  const page = await stage.open(await stage.beginPurchase(accountId, '25'));
  await page.getByRole('link', { name: 'Cancel' }).click();
  await page.waitForURL(`${stage.origin}/**`);
  await stage.buy(accountId, '10');
  await stage.walletWith(accountId, { available: '10.00' });
});

test('two tabs that pay one purchase at the same time credit it once', async () => {
  const accountId = await stage.newAccount();
  const url = await stage.beginPurchase(accountId, '25');
  const tabs = [await stage.open(url), await stage.open(url)];
  for (const tab of tabs) await fillIn(tab);
  await Promise.all(tabs.map((tab) => tab.getByRole('button', { name: 'Pay with a card that works' }).click()));
  await stage.walletWith(accountId, { available: '25.00' });
  const late = await stage.open(url);
  await late.getByText('This checkout is complete.').waitFor();
  await stage.picture(late, 'checkout-complete');
  // A second purchase is credited after everything that the first has caused.
  await stage.buy(accountId, '10');
  await stage.walletWith(accountId, { available: '35.00' });
  expect(await stage.paymentsOf(accountId)).toHaveLength(2);
});
