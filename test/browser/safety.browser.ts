import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import type { SpooledMail } from '../../dev/local/mail/spool-mailer';
import { BrowserStage, BUYER, fillIn, NARROW, payWith } from './browser-stage';

const stage = new BrowserStage();
beforeAll(() => stage.start());
afterAll(() => stage.stop());

/** It would name the page that has run it. */
const HOSTILE = `"><img src=x onerror="document.title='owned'"><script>document.title='owned'</script>`;

/** Fails if a page has an element of the hostile text, or has run it. */
async function expectInert(page: Page, shown: string): Promise<void> {
  const content = await page.content();
  expect(content).not.toContain('<script');
  expect(content).toContain(shown);
  expect(await page.locator('img').count()).toBe(0);
  expect(await page.title()).not.toBe('owned');
}

async function mailWith(subject: string): Promise<SpooledMail> {
  await (await stage.inboxWith(subject)).close();
  const folder = join(stage.run.folder, 'mail');
  const mails = readdirSync(folder).map((file) => JSON.parse(readFileSync(join(folder, file), 'utf8')) as SpooledMail);
  return mails.find((mail) => mail.subject === subject)!;
}

test('names that are scripts are text on the page of Stripe, in the portal and in mails', async () => {
  const accountId = await stage.newAccount(HOSTILE.slice(0, 100));
  const page = await stage.open(await stage.beginPurchase(accountId, '25'));
  await fillIn(page, { ...BUYER, 'Name on card': HOSTILE, City: HOSTILE });
  await page.getByRole('button', { name: 'Pay with a card that is declined' }).click();
  await page.getByRole('alert').waitFor();
  await expectInert(page, '&lt;script&gt;');
  expect(await page.getByLabel('Name on card').inputValue()).toBe(HOSTILE);
  await stage.picture(page, 'checkout-hostile');
  await page.getByRole('button', { name: 'Pay with a card that works' }).click();
  await page.waitForURL(`${stage.origin}/**`);
  await stage.walletWith(accountId, { available: '25.00' });
  const billing = {
    name: HOSTILE.slice(0, 60),
    email: 'bills@example.test',
    addressLine1: '1',
    city: HOSTILE.slice(0, 60),
    postalCode: '1',
    country: 'DE',
  };
  expect((await stage.api('owner', `/accounts/${accountId}/billing`, billing, 'PUT')).status).toBe(200);
  const portal = await stage.open(String((await stage.api('owner', `/accounts/${accountId}/portal`, {})).json['url']));
  await expectInert(portal, 'Invoices');
  await stage.api('owner', `/accounts/${accountId}/invitations`, { email: 'new@example.test', role: 'auditor' });
  const invitation = await mailWith('You are invited to an account');
  const mail = await stage.open('about:blank');
  await mail.setContent(invitation.html);
  await expectInert(mail, 'invited');
});

test('every page and mail fits into 320 pixels', async () => {
  const { accountId } = stage.run.gateway;
  const checkout = await stage.beginPurchase(accountId, '25', true);
  const portal = String((await stage.api('owner', `/accounts/${accountId}/portal`, {})).json['url']);
  for (const url of ['/credit', checkout, portal]) {
    const page = await stage.open(url);
    await page.setViewportSize(NARROW);
    expect([url, await widthOf(page)]).toEqual([url, NARROW.width]);
  }
  const paid = await stage.open(checkout);
  await payWith(paid, 'a card that works');
  const inbox = await stage.inboxWith('We received your payment of $25.00');
  await inbox.setViewportSize(NARROW);
  expect(await widthOf(inbox)).toBe(NARROW.width);
  for (const frame of inbox.frames().slice(1))
    expect(
      await frame
        .locator('html')
        .evaluate(
          (html: { readonly scrollWidth: number; readonly clientWidth: number }) => html.scrollWidth - html.clientWidth,
        ),
    ).toBe(0);
  await inbox.screenshot();
});

/** How wide the content of a page is, in CSS pixels. */
const widthOf = (page: Page): Promise<number> =>
  page.locator('html').evaluate((html: { readonly scrollWidth: number }) => html.scrollWidth);

test('promise-18 no page of a local run has a field for a card number, and the page of Stripe refuses one', async () => {
  const checkout = await stage.beginPurchase(await stage.newAccount(), '25');
  for (const url of ['/credit', '/inbox', checkout]) {
    const page = await stage.open(url);
    const fields = (await page.content()).match(/<(label|input)[^>]*>[^<]*/g) ?? [];
    expect(fields.join('\n')).not.toMatch(/cc-(number|csc|exp)|card.?number|cvc|cvv|expiry/i);
  }
  const page = await stage.open(checkout);
  await fillIn(page, { ...BUYER, Address: '4242 4242 4242 4242' });
  await page.getByRole('button', { name: 'Pay with a card that works' }).click();
  expect(await page.getByRole('alert').textContent()).toBe('Do not enter card numbers here: choose a test card.');
  await stage.picture(page, 'checkout-card-number');
});

test('promise-19 pages call this machine only, set no cookie and run without an error', async () => {
  stage.expectOnlyThisMachine();
  expect(await stage.context.cookies()).toEqual([]);
});
