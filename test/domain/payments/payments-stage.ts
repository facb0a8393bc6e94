import { z } from 'zod';
import { StripeProcessor } from '../../../lambdas/adapters/stripe/stripe-processor';
import { stripeClient } from '../../../lambdas/adapters/stripe/stripe-client';
import type { PlanSettings } from '../../../lambdas/contracts/deployment/plans';
import { setAutoTopUp } from '../../../lambdas/domain/payments/auto-top-up-settings';
import { audiencesOf, notifyBy } from '../../../lambdas/domain/notifications/outbox/outbox';
import { LowBalances } from '../../../lambdas/domain/payments/low-balances';
import { Payments } from '../../../lambdas/domain/payments/payments';
import type { LogFields } from '../../../lambdas/domain/log';
import type { TableStore } from '../../../lambdas/domain/table/table-store';
import type { FundsView } from '../../../lambdas/domain/wallet/funds/funds';
import { openStripeFake, type StripeFake } from '../../../dev/local/stripe/open-stripe-fake';
import { SHARDS } from '../../../lambdas/contracts/storage/table-keys/key-parts';
import { pendingMailPartition } from '../../../lambdas/contracts/storage/table-keys/outbox';
import { OUTBOX } from '../../../lambdas/contracts/storage/tables';
import { ACCOUNT, WalletStage } from '../wallet/wallet-stage';

export const DEPLOYMENT = 'test-deployment';
export const RETURN_URL = 'http://127.0.0.1:1/billing';

export interface StageOptions {
  readonly automaticTax?: boolean;
  readonly plansOf?: (stripe: StripeFake) => readonly PlanSettings[];
  /** @default a new one in memory */
  readonly engine?: TableStore;
}

/** An account and everything around its payments, on a local Stripe with the official client. */
export class PaymentsStage {
  readonly wallet: WalletStage;
  readonly stripe: StripeFake;
  readonly payments: Payments;
  readonly lowBalances: LowBalances;
  readonly logged: { readonly code: string; readonly fields: LogFields | undefined }[] = [];
  #topUps = 0;

  private constructor(wallet: WalletStage, stripe: StripeFake, automaticTax: boolean, plans: readonly PlanSettings[]) {
    this.wallet = wallet;
    this.stripe = stripe;
    const note = (code: string, fields?: LogFields): void => void this.logged.push({ code, fields });
    this.lowBalances = new LowBalances({
      store: wallet.store,
      funds: wallet.funds,
      notify: notifyBy(() => wallet.now),
    });
    this.payments = new Payments({
      store: wallet.store,
      clock: () => wallet.now,
      log: { info: note, warn: note, error: note },
      processor: new StripeProcessor({
        stripe: stripeClient({ apiKey: 'sk_test_local', apiUrl: stripe.url }),
        deployment: DEPLOYMENT,
        automaticTax,
      }),
      deployment: DEPLOYMENT,
      limits: { leastCents: 500n, mostCents: 100_000n, dayCents: 150_000n, dayCount: 20n },
      plans,
      usageRetentionDays: 90,
      audiences: audiencesOf(true),
    });
  }

  /**
   * @param options.plansOf creates the prices of plans at the local Stripe
   * @param options.engine wraps the engine on which everything runs
   */
  static async open({ automaticTax = false, plansOf = () => [], engine }: StageOptions = {}): Promise<PaymentsStage> {
    const wallet = new WalletStage(engine);
    await wallet.fund(0n);
    const stripe = await openStripeFake({ clock: () => wallet.now });
    return new PaymentsStage(wallet, stripe, automaticTax, plansOf(stripe));
  }

  async close(): Promise<void> {
    await this.stripe.close();
    await this.wallet.expectSound();
  }

  /** Begins a purchase and pays it on Stripe's page. @returns the payment's ID; undefined if it was not paid */
  async buy(cents: bigint, { card = 'pm_card_visa', country = 'US' } = {}): Promise<string | undefined> {
    this.#topUps += 1;
    const topUpId = `top-up-${this.#topUps}`;
    const urls = { successUrl: RETURN_URL, cancelUrl: RETURN_URL };
    const topUp = { accountId: ACCOUNT, topUpId, creditCents: cents, savesMethod: true, ...urls };
    const { checkoutId } = await this.payments.topUps.begin(topUp);
    const address = { country, city: 'X', line1: 'X', line2: null, postal_code: '10115', state: null };
    const session = this.stripe.controls.pay(checkoutId, card, { email: 'ada@example.com', name: 'Ada', address });
    const { payment_intent: intent } = session;
    return typeof intent === 'string' ? intent : undefined;
  }

  /** Processes all events of Stripe so far, in the given order. */
  async receive(order: (ids: readonly string[]) => readonly string[] = (ids) => ids): Promise<void> {
    const events = this.stripe.controls.events();
    for (const id of order(events.map((event) => event.id))) {
      const event = events.find((other) => other.id === id);
      const objectId = (event?.data.object as { readonly id?: string }).id;
      if (event === undefined || objectId === undefined) continue;
      await this.payments.events.receive({ eventId: event.id, type: event.type, objectId });
    }
  }

  /** Turns on the automatic top-up: $10 whenever less than $5 is left, and $50 a month. */
  async automate(
    settings: Partial<Parameters<typeof setAutoTopUp>[2]> = {},
    current?: Parameters<typeof setAutoTopUp>[1],
  ): Promise<void> {
    const { returnedPico } = await this.view();
    const wanted = {
      isOn: true,
      returnedPico,
      thresholdCents: 500n,
      amountCents: 1_000n,
      monthMaxCents: 5_000n,
      ...settings,
    };
    await this.wallet.store.transact(setAutoTopUp(ACCOUNT, current, wanted).map(({ write }) => write));
  }

  view(): Promise<FundsView> {
    return this.wallet.funds.view(ACCOUNT);
  }

  async spend(pico: bigint): Promise<void> {
    await this.wallet.settle(await this.wallet.reserve(pico), pico);
  }

  /** The kinds of the messages that wait to be mailed, in order. */
  async messages(): Promise<readonly string[]> {
    const pages = await Promise.all(
      SHARDS.map((shard) => this.wallet.engine.query({ table: OUTBOX, partition: pendingMailPartition(shard) })),
    );
    return pages.flatMap(({ items }) => items.map((item) => z.string().parse(item['kind']))).sort();
  }

  codes(): readonly (string | undefined)[] {
    return this.logged.map(({ code, fields }) => `${code} ${fields?.cause ?? ''}`.trim());
  }
}
