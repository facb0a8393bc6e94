import type { PlanSettings } from '../../../contracts/deployment/plans';
import type { Clock } from '../../clock';
import type { Log } from '../../log';
import { parseUsd } from '../../money/pico';
import { ChangeIdReused, TooManyGrants } from '../../wallet/funds/funds-errors';
import type { Funds } from '../../wallet/funds/funds';
import { WalletNotFound } from '../../wallet/wallet-errors';
import type { Customers } from '../customers';
import type { PaymentExceptions } from '../payment-exceptions';
import { PlanMissing, SubscriptionExists } from '../payments-errors';
import type { Checkout, PaidPeriod, PaymentProcessor, ProcessedSubscription, ProcessorPrice } from '../processor';
import { reached } from '../reached';
import { CURRENCY } from '../currency';

/** The reason in the ledger of a plan's bonus. */
const BONUS_REASON = 'plan-bonus';

export interface PlansOptions {
  readonly clock: Clock;
  readonly log: Log;
  readonly funds: Pick<Funds, 'grant'>;
  readonly exceptions: Pick<PaymentExceptions, 'add'>;
  readonly customers: Pick<Customers, 'read' | 'use'>;
  readonly processor: Pick<PaymentProcessor, 'price' | 'subscriptions' | 'createSubscription' | 'closeCheckout'>;
  /** Identifies this deployment at the processor. */
  readonly deployment: string;
  readonly settings: readonly PlanSettings[];
}

/** A plan that an account can subscribe to. */
export interface Plan extends ProcessorPrice {
  readonly planId: string;
  /** Promotional credit of each period, in pico-dollars. */
  readonly bonusPico: bigint;
}

/** An account's subscription, and its plan if the deployment still offers it. */
export interface PlanSubscription extends ProcessedSubscription {
  readonly planId: string | undefined;
}

/** A subscription that an account begins. */
export interface NewSubscription {
  readonly accountId: string;
  readonly planId: string;
  /** Identifies the attempt, so that it can be repeated. */
  readonly subscriptionId: string;
  readonly successUrl: string;
  readonly cancelUrl: string;
}

/**
 * The plans of the deployment. Each paid invoice of a subscription is credited like any other payment
 * (`convergePayment`); this class adds what belongs to plans alone. Changes and cancellations happen on the processor's
 * page.
 */
export class Plans {
  readonly #options: PlansOptions;

  constructor(options: PlansOptions) {
    this.#options = options;
  }

  /** The plans with their prices. A plan that cannot be bought is left out. @throws PaymentsUnavailable */
  async list(): Promise<readonly Plan[]> {
    const { settings } = this.#options;
    const prices = await Promise.all(settings.map((plan) => this.#priceOf(plan)));
    return settings.flatMap(({ id: planId, bonusUsd = '0' }, index) => {
      const price = prices[index];
      return price ? [{ planId, bonusPico: parseUsd(bonusUsd), ...price }] : [];
    });
  }

  /** @returns undefined if the plan has no price, or one in another currency than the wallets', which is logged */
  async #priceOf({ stripePriceId }: PlanSettings): Promise<ProcessorPrice | undefined> {
    const { processor, log } = this.#options;
    const price = await reached(() => processor.price(stripePriceId));
    if (price?.currency === CURRENCY) return price;
    log.warn('PLAN_LEFT_OUT', { cause: price === undefined ? 'no_price' : 'other_currency' });
    return undefined;
  }

  /**
   * Begins a subscription on a page of the processor. Opening another page closes it, so that an account never has
   * two subscriptions.
   * @throws PlanMissing, SubscriptionExists, PaymentsUnavailable
   */
  async subscribe({ planId, subscriptionId, ...subscription }: NewSubscription): Promise<Checkout> {
    const { settings, customers, processor } = this.#options;
    const plan = settings.find(({ id }) => id === planId);
    if (plan === undefined || (await this.#priceOf(plan)) === undefined) throw new PlanMissing();
    const priceId = plan.stripePriceId;
    return customers.use(subscription.accountId, async (customerId) => {
      const isSubscribed = async (): Promise<boolean> =>
        (await processor.subscriptions(customerId)).some(({ isOver }) => !isOver);
      if (await isSubscribed()) throw new SubscriptionExists();
      const idempotencyKey = `subscription_${subscriptionId}_${customerId}`;
      const checkout = await processor.createSubscription({ ...subscription, customerId, priceId, idempotencyKey });
      if (!(await isSubscribed())) return checkout;
      // An earlier page was paid just before it could be closed.
      await processor.closeCheckout(checkout.checkoutId);
      throw new SubscriptionExists();
    });
  }

  /** The account's newest subscription, preferably one that is not over. @throws PaymentsUnavailable */
  async subscription(accountId: string): Promise<PlanSubscription | undefined> {
    const { settings, customers, processor } = this.#options;
    const all = (await customers.read(accountId, (customerId) => processor.subscriptions(customerId))) ?? [];
    const newest = all.find(({ isOver }) => !isOver) ?? all[0];
    return newest && { ...newest, planId: settings.find((plan) => plan.stripePriceId === newest.priceId)?.id };
  }

  /**
   * Grants the bonus of a period once: the grant is named after the invoice. A period that was paid after its end has no
   * bonus.
   * @throws WalletUnavailable: it should run again
   */
  async grantBonus({ invoiceId, deployment, accountId, priceId, endsAt }: PaidPeriod): Promise<void> {
    const { settings, funds, exceptions, clock } = this.#options;
    const plan = settings.find(({ stripePriceId }) => stripePriceId === priceId);
    if (deployment !== this.#options.deployment || accountId === undefined || plan?.bonusUsd === undefined) return;
    if (endsAt <= clock()) return;
    const amountPico = parseUsd(plan.bonusUsd);
    try {
      const grantId = `grant_${invoiceId}`;
      await funds.grant({ accountId, grantId, amountPico, reason: BONUS_REASON, expiresAt: endsAt });
    } catch (error) {
      // The plan had another bonus when this period's was granted.
      if (error instanceof ChangeIdReused) return;
      if (error instanceof WalletNotFound) await exceptions.add(invoiceId, 'unknown_account', accountId);
      else if (error instanceof TooManyGrants) await exceptions.add(invoiceId, 'too_many_grants', accountId);
      else throw error;
    }
  }
}
