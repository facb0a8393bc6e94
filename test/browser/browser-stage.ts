import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { ProcessRun } from '../e2e/process-run';
import { until } from '../e2e/until';
import { openBrowser } from './chromium';
import { SCREENSHOTS } from './screenshots';

export type Json = Readonly<Record<string, unknown>>;
export interface Reply {
  readonly status: number;
  readonly json: Json;
}

const POLL_MS = 50;
/** Ends a wait for something that a page never shows. */
const PAGE_TIMEOUT_MS = 60_000;
const DESKTOP = { width: 1280, height: 900 };
export const NARROW = { width: 320, height: 640 };

/** The fields of the page of Stripe, as a buyer fills them in. */
export const BUYER = { 'Name on card': 'Ada', Address: '1 Main St', City: 'Berlin', 'Postal code': '10115' };

/** A gateway as `npm start` runs it, and a browser that notes each host it is asked to call. */
export class BrowserStage {
  readonly run = new ProcessRun();
  /** The hosts that pages have called. */
  readonly hosts = new Set<string>();
  /** The errors that pages have reported. */
  readonly errors: string[] = [];
  readonly #tokens = new Map<string, Promise<string>>();
  #browser: Browser | undefined;
  #context: BrowserContext | undefined;

  async start(): Promise<void> {
    [this.#browser] = await Promise.all([openBrowser(), this.run.start()]);
    this.#context = await this.#browser.newContext({ viewport: DESKTOP });
    this.#context.setDefaultTimeout(PAGE_TIMEOUT_MS);
    this.#context.on('request', (request) => void this.hosts.add(new URL(request.url()).hostname));
    this.#context.on('weberror', (error) => void this.errors.push(error.error().message));
  }

  async stop(): Promise<void> {
    await this.#browser?.close();
    await this.run.stop();
    this.expectOnlyThisMachine();
  }

  /** Fails if a page has called another host or run into an error. */
  expectOnlyThisMachine(): void {
    expect([...this.hosts].filter((host) => host !== '')).toEqual(['127.0.0.1']);
    expect(this.errors).toEqual([]);
  }

  get context(): BrowserContext {
    if (this.#context === undefined) throw new Error('the browser was not started');
    return this.#context;
  }

  /** The gateway's origin. */
  get origin(): string {
    return this.run.gateway.consoleUrl;
  }

  /** Opens a page in a new tab. */
  async open(url: string): Promise<Page> {
    const page = await this.context.newPage();
    await page.goto(new URL(url, this.origin).href);
    return page;
  }

  /**
   * Saves pictures of a page at the width of a desktop and of a narrow phone. Frames that are out of sight are not
   * drawn, so a page with many is not shown in full.
   */
  async picture(page: Page, name: string, { fullPage = true } = {}): Promise<void> {
    for (const [size, viewport] of Object.entries({ desktop: DESKTOP, narrow: NARROW })) {
      await page.setViewportSize(viewport);
      await page.screenshot({ path: join(SCREENSHOTS, `${name}-${size}.png`), fullPage });
    }
    await page.setViewportSize(DESKTOP);
  }

  /** Calls the management API. */
  async api(role: string, path: string, body?: object, method = body ? 'POST' : 'GET'): Promise<Reply> {
    const token = this.#tokens.get(role) ?? this.run.accessToken(role);
    this.#tokens.set(role, token);
    const response = await fetch(`${this.run.gateway.apiUrl}/v1${path}`, {
      method,
      // Some changes need a version, and here any will do.
      headers: { authorization: `Bearer ${await token}`, 'content-type': 'application/json', 'if-match': '*' },
      ...(body && { body: JSON.stringify(body) }),
    });
    return { status: response.status, json: (await response.json()) as Json };
  }

  /** @returns an account of the owner, with an empty wallet */
  async newAccount(name = 'Buyers'): Promise<string> {
    const { status, json } = await this.api('owner', '/accounts', { name });
    expect(status).toBe(201);
    return String(json['accountId']);
  }

  /** @returns an API key of an account */
  async newKey(accountId: string): Promise<string> {
    return String((await this.api('owner', `/accounts/${accountId}/keys`, { label: 'browser' })).json['key']);
  }

  /** Begins a purchase. @returns the address of the page on which it is paid */
  async beginPurchase(accountId: string, amount: string, saveMethod = false): Promise<string> {
    const { status, json } = await this.api('owner', `/accounts/${accountId}/top-ups`, { amount, saveMethod });
    expect(status).toBe(201);
    return String(json['url']);
  }

  /** Buys credit as a person does. @returns the ID of the payment */
  async buy(
    accountId: string,
    amount: string,
    { card = 'a card that works', saveMethod = false } = {},
  ): Promise<string> {
    const page = await this.open(await this.beginPurchase(accountId, amount, saveMethod));
    await payWith(page, card);
    await page.waitForURL(`${this.origin}/**`);
    await page.close();
    return until('the payment in the ledger', async () => {
      await delay(POLL_MS);
      return (await this.paymentsOf(accountId))[0];
    });
  }

  /** The IDs of the payments that were credited. */
  async paymentsOf(accountId: string): Promise<readonly string[]> {
    const { json } = await this.api('owner', `/accounts/${accountId}/entries?kind=credit`);
    return (json['items'] as readonly { readonly entryId: string }[]).map(({ entryId }) => entryId);
  }

  async paymentsAre(accountId: string, count: number): Promise<void> {
    await until(`${count} payments to be credited`, async () => {
      await delay(POLL_MS);
      return (await this.paymentsOf(accountId)).length === count;
    });
  }

  async wallet(accountId: string): Promise<Json> {
    return (await this.api('owner', `/accounts/${accountId}/wallet`)).json;
  }

  /** Waits until the wallet is as expected: events arrive a moment after the page has answered. */
  async walletWith(accountId: string, expected: Json): Promise<void> {
    await until(`the wallet to be ${JSON.stringify(expected)}`, async () => {
      await delay(POLL_MS);
      const wallet = await this.wallet(accountId);
      return Object.entries(expected).every(([name, value]) => wallet[name] === value);
    });
  }

  /** Waits for a mail, and opens the inbox that shows it. */
  async inboxWith(subject: string): Promise<Page> {
    const page = await this.open('/inbox');
    await until(`the mail "${subject}"`, async () => {
      if ((await page.getByRole('heading', { name: subject, exact: true }).count()) > 0) return true;
      await delay(POLL_MS);
      await page.reload();
      return false;
    });
    return page;
  }
}

/** Fills in the page of Stripe and presses the button of a card. */
export async function payWith(page: Page, card: string): Promise<void> {
  await fillIn(page);
  await page.getByRole('button', { name: `Pay with ${card}` }).click();
}

export async function fillIn(page: Page, buyer: Readonly<Record<string, string>> = BUYER): Promise<void> {
  for (const [label, value] of Object.entries(buyer)) await page.getByLabel(label).fill(value);
  await page.getByLabel('Country').selectOption('DE');
}

/** Does something as a bank does, at the local Stripe whose page has this address. */
export async function bank(checkoutUrl: string, control: string, body: object): Promise<Json> {
  const response = await fetch(new URL(`/_fake/${control}`, checkoutUrl), {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  expect(response.status).toBe(200);
  return (await response.json()) as Json;
}
