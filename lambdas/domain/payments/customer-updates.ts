import { ulid } from 'ulid';
import { z } from 'zod';
import type { BillingDetails } from '../../contracts/http/accounts';
import { accountKey } from '../../contracts/storage/table-keys/accounts';
import { CUSTOMER_UPDATES_PARTITION, customerUpdateKey } from '../../contracts/storage/table-keys/funds';
import { ACCOUNTS } from '../../contracts/storage/tables';
import { decodeBilling } from '../accounts/account-item';
import type { Clock } from '../clock';
import { compare } from '../table/condition';
import { ConditionFailed } from '../table/table-errors';
import type { Put, TableStore } from '../table/table-store';
import { workThrough } from '../table/work-through';
import type { Customers } from './customers';
import { PaymentsUnavailable } from './payments-errors';
import type { PaymentProcessor } from './processor';

export const customerUpdateSchema = z.object({ revision: z.string() });

export interface CustomerUpdatesOptions {
  readonly store: TableStore;
  readonly clock: Clock;
  readonly customers: Pick<Customers, 'read'>;
  readonly processor: Pick<PaymentProcessor, 'updateCustomer'>;
}

/**
 * Carries corrected billing details on to the payment processor, where people have entered theirs when they paid. An
 * account without a customer there has nothing to correct.
 */
export class CustomerUpdates {
  readonly #options: CustomerUpdatesOptions;

  constructor(options: CustomerUpdatesOptions) {
    this.#options = options;
  }

  /** The write that lists an account whose billing details change. It belongs in the transaction of the change. */
  list(accountId: string): Put {
    return { table: ACCOUNTS, put: { ...customerUpdateKey(accountId), revision: ulid(this.#options.clock()) } };
  }

  /**
   * Tells the processor about an account that is listed. If it is unavailable, the account stays listed for `complete`.
   * @returns whether the processor has the details, or needs none
   */
  async tryUpdate(accountId: string): Promise<boolean> {
    try {
      await this.#update(accountId);
      return true;
    } catch (error) {
      if (error instanceof PaymentsUnavailable) return false;
      throw error;
    }
  }

  /** Tells the processor about all accounts that are listed. @throws the first error, after it has tried each */
  complete(until?: number): Promise<void> {
    const list = { table: ACCOUNTS, partition: CUSTOMER_UPDATES_PARTITION, until };
    return workThrough(this.#options, list, ({ sk }) => this.#update(z.string().parse(sk)));
  }

  /** @throws PaymentsUnavailable */
  async #update(accountId: string): Promise<void> {
    const { store, customers, processor } = this.#options;
    const listed = await store.get({ table: ACCOUNTS, key: customerUpdateKey(accountId) });
    if (listed === undefined) return;
    const details = await this.#detailsOf(accountId);
    if (details) await customers.read(accountId, (customerId) => processor.updateCustomer({ customerId, details }));
    // Details that changed after they were read have listed the account again.
    const when = compare('revision', '=', customerUpdateSchema.parse(listed).revision);
    try {
      await store.write({ table: ACCOUNTS, delete: customerUpdateKey(accountId), when });
    } catch (error) {
      if (!(error instanceof ConditionFailed)) throw error;
    }
  }

  async #detailsOf(accountId: string): Promise<BillingDetails | undefined> {
    const account = await this.#options.store.get({ table: ACCOUNTS, key: accountKey(accountId) });
    return account && decodeBilling(account).details;
  }
}
