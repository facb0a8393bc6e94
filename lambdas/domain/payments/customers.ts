import { z } from 'zod';
import { customerKey } from '../../contracts/storage/table-keys/funds';
import { ACCOUNTS } from '../../contracts/storage/tables';
import { absent } from '../table/condition';
import { ConditionFailed } from '../table/table-errors';
import type { TableStore } from '../table/table-store';
import type { PaymentProcessor } from './processor';
import { reached } from './refunds';

export const customerSchema = z.object({ customerId: z.string() });

export interface CustomersOptions {
  readonly store: TableStore;
  readonly processor: Pick<PaymentProcessor, 'createCustomer'>;
}

/** Which customer of the payment processor an account is. */
export class Customers {
  readonly #options: CustomersOptions;

  constructor(options: CustomersOptions) {
    this.#options = options;
  }

  async find(accountId: string): Promise<string | undefined> {
    const item = await this.#options.store.get({ table: ACCOUNTS, key: customerKey(accountId) });
    return item && customerSchema.parse(item).customerId;
  }

  /**
   * Creates the customer if the account has none. Two calls at once create the same one.
   * @throws PaymentsUnavailable
   */
  async open(accountId: string): Promise<string> {
    const existing = await this.find(accountId);
    if (existing !== undefined) return existing;
    const { store, processor } = this.#options;
    const idempotencyKey = `customer_${accountId}`;
    const customerId = await reached(() => processor.createCustomer({ accountId, idempotencyKey }));
    try {
      await store.write({ table: ACCOUNTS, put: { ...customerKey(accountId), customerId }, when: absent() });
      return customerId;
    } catch (error) {
      if (!(error instanceof ConditionFailed)) throw error;
      // The processor has forgotten the idempotency key of an earlier call, and another call was faster.
      return (await this.find(accountId)) ?? customerId;
    }
  }
}
