import type { TopUpLimits } from '../../contracts/deployment/payment-limits';
import { countKey } from '../../contracts/storage/table-keys/accounts';
import { isoTime } from '../../contracts/storage/table-keys/key-parts';
import { ACCOUNTS, EXPIRES_AT } from '../../contracts/storage/tables';
import { DAY_MS, type Clock, SECOND_MS } from '../clock';
import { absent, all, any, compare, type Condition } from '../table/condition';
import { ConditionFailed } from '../table/table-errors';
import type { TableStore } from '../table/table-store';
import { picoOfCents } from './cents';
import type { Customers } from './customers';
import { AmountOutOfRange, TooManyTopUps } from './payments-errors';
import type { Checkout, PaymentProcessor } from './processor';
import { reached } from './refunds';

export interface TopUpsOptions {
  readonly store: TableStore;
  readonly clock: Clock;
  readonly customers: Pick<Customers, 'open'>;
  readonly processor: Pick<PaymentProcessor, 'createCheckout'>;
  readonly limits: TopUpLimits;
}

export interface NewTopUp {
  readonly accountId: string;
  /** Identifies the purchase, so that it can be repeated. */
  readonly topUpId: string;
  readonly creditCents: bigint;
  readonly savesMethod: boolean;
  readonly successUrl: string;
  readonly cancelUrl: string;
}

/** Begins purchases of credit. Only the payment credits the account, never the page to which the customer returns. */
export class TopUps {
  readonly #options: TopUpsOptions;

  constructor(options: TopUpsOptions) {
    this.#options = options;
  }

  /** The limits of one purchase, which an automatic one has too. @throws AmountOutOfRange */
  expectInRange(creditCents: bigint): void {
    const { leastCents, mostCents } = this.#options.limits;
    if (creditCents >= leastCents && creditCents <= mostCents) return;
    throw new AmountOutOfRange({ leastPico: picoOfCents(leastCents), mostPico: picoOfCents(mostCents) });
  }

  /** @throws AmountOutOfRange, TooManyTopUps, PaymentsUnavailable */
  async begin({ topUpId, ...topUp }: NewTopUp): Promise<Checkout> {
    const { customers, processor } = this.#options;
    const { accountId, creditCents } = topUp;
    this.expectInRange(creditCents);
    await this.#count(accountId, creditCents);
    const customerId = await customers.open(accountId);
    const idempotencyKey = `top_up_${topUpId}`;
    return reached(() => processor.createCheckout({ ...topUp, customerId, idempotencyKey }));
  }

  /** @throws TooManyTopUps */
  async #count(accountId: string, cents: bigint): Promise<void> {
    const { store, clock, limits } = this.#options;
    const now = clock();
    const msLeft = DAY_MS - (now % DAY_MS);
    const isBelow = (attribute: string, most: bigint): Condition =>
      any(absent(attribute), compare(attribute, '<=', most));
    try {
      await store.write({
        table: ACCOUNTS,
        update: countKey(accountId, 'top-ups', isoTime(now).slice(0, 10)),
        change: { add: { made: 1n, cents }, set: { [EXPIRES_AT]: Math.ceil((now + msLeft) / SECOND_MS) } },
        when: all(isBelow('made', limits.dayCount - 1n), isBelow('cents', limits.dayCents - cents)),
      });
    } catch (error) {
      if (error instanceof ConditionFailed) throw new TooManyTopUps(Math.ceil(msLeft / SECOND_MS));
      throw error;
    }
  }
}
