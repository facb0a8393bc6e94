import { paymentEventKey } from '../../contracts/storage/table-keys/funds';
import { isoTime } from '../../contracts/storage/table-keys/key-parts';
import { ACCOUNTS, EXPIRES_AT } from '../../contracts/storage/tables';
import { type Clock, DAY_MS, SECOND_MS } from '../clock';
import type { TableStore } from '../table/table-store';
import type { EventObject, PaidPeriod, PaymentProcessor } from './processor';

/** A received event is remembered for this long. */
const EVENT_MS = 30 * DAY_MS;

/** An event of the payment processor whose signature was verified. No more than this is kept of it. */
export interface PaymentEvent extends EventObject {
  readonly eventId: string;
}

export interface PaymentEventsOptions {
  readonly store: TableStore;
  readonly clock: Clock;
  readonly processor: Pick<PaymentProcessor, 'paymentsOf' | 'paidPeriods' | 'subscriptionsOf'>;
  /** Books a payment; see `convergePayment`. */
  readonly converge: (paymentId: string) => Promise<unknown>;
  /** Grants the bonus of a subscription's period once; see `Plans.grantBonus`. */
  readonly grantBonus: (period: PaidPeriod) => Promise<void>;
  /** Tells people about an invoice once; see `Invoices.tell`. */
  readonly tellInvoice: (objectId: string) => Promise<void>;
  /** Tells people about each state of a subscription once; see `SubscriptionChanges.follow`. */
  readonly followSubscription: (subscriptionId: string) => Promise<void>;
}

/**
 * Processes the events of the payment processor. An event only says which payments to look at, so duplicates, gaps and
 * any order lead to the same ledger.
 */
export class PaymentEvents {
  readonly #options: PaymentEventsOptions;

  constructor(options: PaymentEventsOptions) {
    this.#options = options;
  }

  /** @throws the first error, after it has tried each payment: the processor should send the event again */
  async receive({ eventId, type, objectId }: PaymentEvent): Promise<void> {
    const { store, clock, processor, converge, grantBonus, tellInvoice, followSubscription } = this.#options;
    const now = clock();
    const expiresAt = Math.ceil((now + EVENT_MS) / SECOND_MS);
    const item = { ...paymentEventKey(eventId), type, objectId, at: isoTime(now), [EXPIRES_AT]: expiresAt };
    await store.write({ table: ACCOUNTS, put: item });
    const errors: unknown[] = [];
    const note = (error: unknown): void => void errors.push(error);
    for (const paymentId of await processor.paymentsOf({ type, objectId })) {
      await converge(paymentId).catch(note);
    }
    // An invoice that the customer's credit at the processor has paid has no payment.
    for (const period of await processor.paidPeriods({ type, objectId })) {
      await grantBonus(period).catch(note);
    }
    // An invoice may have no payment yet.
    await tellInvoice(objectId).catch(note);
    for (const subscriptionId of await processor.subscriptionsOf({ type, objectId })) {
      await followSubscription(subscriptionId).catch(note);
    }
    if (errors.length > 0) throw errors[0];
  }
}
