import type Stripe from 'stripe';
import type { StripeFake } from '../../../dev/local/stripe/open-stripe-fake';
import { stripeClient } from '../../../lambdas/adapters/stripe/stripe-client';
import type { PlanSettings } from '../../../lambdas/contracts/deployment/plans';
import { DAY_MS } from '../../../lambdas/domain/clock';
import type { TableStore } from '../../../lambdas/domain/table/table-store';
import { ACCOUNT } from '../wallet/wallet-stage';
import { PaymentsStage, RETURN_URL } from './payments-stage';

/** Creates a monthly price at the local Stripe. @returns its ID */
export function monthlyPrice(controls: StripeFake['controls'], cents: number): string {
  const params = {
    currency: 'usd',
    unit_amount: String(cents),
    recurring: { interval: 'month' },
    tax_behavior: 'exclusive',
    product_data: { name: 'Plan' },
  };
  const [price] = controls.seed([{ path: '/v1/prices', params }]) as { readonly id: string }[];
  return price?.id ?? '';
}

/** A monthly plan of $10, and one of $30. */
function plansOf({ controls }: StripeFake): readonly PlanSettings[] {
  return [1_000, 3_000].map((cents) => ({ id: `plan-${cents}`, stripePriceId: monthlyPrice(controls, cents) }));
}

/** An account that subscribes to a plan of $10 at a local Stripe. */
export class SubscriptionStage {
  readonly payments: PaymentsStage;
  readonly stripe: Stripe;
  subscriptionId = '';

  private constructor(payments: PaymentsStage) {
    this.payments = payments;
    this.stripe = stripeClient({ apiKey: 'sk_test_local', apiUrl: payments.stripe.url });
  }

  static async open(engine?: TableStore): Promise<SubscriptionStage> {
    return new SubscriptionStage(await PaymentsStage.open({ plansOf, ...(engine && { engine }) }));
  }

  /** Subscribes and pays. No event is received yet. */
  async subscribe(): Promise<void> {
    const { plans } = this.payments.payments;
    const urls = { successUrl: RETURN_URL, cancelUrl: RETURN_URL };
    const { checkoutId } = await plans.subscribe({
      accountId: ACCOUNT,
      planId: 'plan-1000',
      subscriptionId: 'a',
      ...urls,
    });
    this.payments.stripe.controls.pay(checkoutId, 'pm_card_visa');
    this.subscriptionId = (await plans.subscription(ACCOUNT))?.subscriptionId ?? '';
  }

  /** Lets days pass at Stripe. No event is received yet. */
  pass(days: number): void {
    this.payments.wallet.now += days * DAY_MS;
    this.payments.stripe.controls.tick();
  }

  /** Changes to the plan of $30 at once. */
  async upgrade(): Promise<void> {
    const { items } = await this.stripe.subscriptions.retrieve(this.subscriptionId);
    const prices = await this.stripe.prices.list({ limit: 10 });
    const price = prices.data.find(({ unit_amount: cents }) => cents === 3_000)?.id ?? '';
    await this.stripe.subscriptions.update(this.subscriptionId, {
      items: [{ id: items.data[0]?.id ?? '', price }],
      proration_behavior: 'always_invoice',
    });
  }

  async cancelAtPeriodEnd(isWanted: boolean): Promise<void> {
    await this.stripe.subscriptions.update(this.subscriptionId, { cancel_at_period_end: isWanted });
  }
}
