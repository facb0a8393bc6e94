import { z } from 'zod';
import { customerKey } from '../../contracts/storage/table-keys/funds';
import { ACCOUNTS } from '../../contracts/storage/tables';
import { absent, compare } from '../table/condition';
import { ConditionFailed } from '../table/table-errors';
import type { TableStore } from '../table/table-store';
import { expectNotErased } from '../accounts/account-item';
import type { PaymentProcessor } from './processor';
import { CustomerMissing } from './processor-errors';
import { reached } from './reached';

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
   * Calls the processor about an account's customer, which is created if the account has none. One that the processor no
   * longer knows, because an operator has deleted it there, is replaced.
   * @param call has an idempotency key for each customer, because its parameters differ
   * @throws AccountBeingErased, PaymentsUnavailable
   */
  async use<T>(accountId: string, call: (customerId: string) => Promise<T>): Promise<T> {
    await expectNotErased(this.#options.store, accountId);
    const customerId = (await this.find(accountId)) ?? (await this.#create(accountId, undefined));
    try {
      return await reached(() => call(customerId));
    } catch (error) {
      if (!(error instanceof CustomerMissing)) throw error;
    }
    const successor = await this.#create(accountId, customerId);
    return reached(() => call(successor));
  }

  /**
   * Calls the processor about an account's customer, if it has one.
   * @returns undefined if there is none, or if the processor no longer knows it
   * @throws PaymentsUnavailable
   */
  async read<T>(accountId: string, call: (customerId: string) => Promise<T>): Promise<T | undefined> {
    const customerId = await this.find(accountId);
    if (customerId === undefined) return undefined;
    try {
      return await reached(() => call(customerId));
    } catch (error) {
      if (error instanceof CustomerMissing) return undefined;
      throw error;
    }
  }

  /**
   * Creates a customer. Two calls at once create the same one.
   * @param known the customer that it replaces
   */
  async #create(accountId: string, known: string | undefined): Promise<string> {
    const { store, processor } = this.#options;
    const idempotencyKey = known === undefined ? `customer_${accountId}` : `customer_${accountId}_${known}`;
    const customerId = await reached(() => processor.createCustomer({ accountId, idempotencyKey }));
    const when = known === undefined ? absent() : compare('customerId', '=', known);
    try {
      await store.write({ table: ACCOUNTS, put: { ...customerKey(accountId), customerId }, when });
      return customerId;
    } catch (error) {
      if (!(error instanceof ConditionFailed)) throw error;
      // The processor has forgotten the idempotency key of an earlier call, and another call was faster.
      return (await this.find(accountId)) ?? customerId;
    }
  }
}
