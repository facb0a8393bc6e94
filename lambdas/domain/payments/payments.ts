import type { TopUpLimits } from '../../contracts/deployment/payment-limits';
import type { PlanSettings } from '../../contracts/deployment/plans';
import type { Clock } from '../clock';
import type { Log } from '../log';
import type { TableStore } from '../table/table-store';
import { NO_NOTIFY, notifyBy, notifyOnce } from '../notifications/outbox/outbox';
import { Funds } from '../wallet/funds/funds';
import { Wallet } from '../wallet/wallet';
import { AutoTopUps, type TopUpNotice } from './auto-top-up';
import { convergePayment } from './converge-payment';
import { Customers } from './customers';
import { PaymentEvents } from './payment-events';
import { PaymentExceptions } from './payment-exceptions';
import { Plans } from './plans/plans';
import type { PaidElsewhere, PaymentProcessor } from './processor';
import { messageOf } from './top-up-message';
import { reconcile, type Reconciliation } from './reconcile';
import { Refunds } from './refunds';
import { TopUps } from './top-ups';

export interface PaymentsOptions {
  readonly store: TableStore;
  readonly clock: Clock;
  readonly log: Log;
  readonly processor: PaymentProcessor;
  /** Identifies this deployment at the processor. */
  readonly deployment: string;
  readonly limits: TopUpLimits;
  /** @default none */
  readonly plans?: readonly PlanSettings[] | undefined;
  readonly usageRetentionDays: number;
  /** Whether people are told by mail. @default no */
  readonly sendsMail?: boolean;
  /** @default new ones on the same store */
  readonly wallet?: Pick<Wallet, 'credit'>;
  readonly funds?: Funds;
}

/** Everything that moves money between the payment processor and the wallet. */
export class Payments {
  readonly customers: Customers;
  readonly exceptions: PaymentExceptions;
  readonly topUps: TopUps;
  readonly refunds: Refunds;
  readonly plans: Plans;
  readonly autoTopUps: AutoTopUps;
  readonly events: PaymentEvents;
  readonly processor: PaymentProcessor;
  readonly #converge: (paymentId: string) => ReturnType<typeof convergePayment>;
  readonly #store: TableStore;

  constructor(options: PaymentsOptions) {
    const { store, clock, log, processor, deployment, limits, sendsMail = false } = options;
    const notify = sendsMail ? notifyBy(clock) : NO_NOTIFY;
    const wallet = options.wallet ?? new Wallet(options);
    const funds = options.funds ?? new Funds(options);
    const exceptions = new PaymentExceptions({ store, clock, log });
    const customers = new Customers({ store, processor });
    const settings = options.plans ?? [];
    const plans = new Plans({ clock, log, funds, exceptions, customers, processor, deployment, settings });
    const grantBonus: Plans['grantBonus'] = (period) => plans.grantBonus(period);
    const converge = (paymentId: string): ReturnType<typeof convergePayment> =>
      convergePayment({ processor, wallet, funds, exceptions, grantBonus, notify, deployment }, paymentId);
    this.#store = store;
    this.#converge = converge;
    this.processor = processor;
    this.exceptions = exceptions;
    this.customers = customers;
    this.plans = plans;
    this.topUps = new TopUps({ store, clock, customers, processor, limits });
    this.refunds = new Refunds({ store, clock, funds, processor });
    const tell = async (notice: TopUpNotice): Promise<void> => {
      const message = sendsMail ? messageOf(notice) : undefined;
      if (message) await notifyOnce({ store, clock }, message);
    };
    this.autoTopUps = new AutoTopUps({ store, clock, funds, customers, processor, converge, notify: tell });
    const notePaidElsewhere = async ({ deployment: owner, invoiceId, accountId }: PaidElsewhere): Promise<void> => {
      if (owner === deployment) await exceptions.add(invoiceId, 'paid_elsewhere', accountId);
    };
    this.events = new PaymentEvents({ store, clock, processor, converge, grantBonus, notePaidElsewhere });
  }

  /** Opens a page of the processor on which an account manages its payment methods. @throws PaymentsUnavailable */
  openPortal(accountId: string, returnUrl: string): Promise<string> {
    return this.customers.use(accountId, (customerId) => this.processor.createPortal({ customerId, returnUrl }));
  }

  /** The invoices of an account, newest first. @throws PaymentsUnavailable */
  async listInvoices(
    accountId: string,
    page: Parameters<PaymentProcessor['invoices']>[1],
  ): ReturnType<PaymentProcessor['invoices']> {
    const found = await this.customers.read(accountId, (customerId) => this.processor.invoices(customerId, page));
    return found ?? { items: [], hasMore: false };
  }

  /** Compares a period of the processor's movements with the ledger; see `reconcile`. */
  reconcile(period: { readonly from: number; readonly to: number }): Promise<Reconciliation> {
    return reconcile({ store: this.#store, processor: this.processor, converge: this.#converge }, period);
  }

  /**
   * Finishes what was interrupted.
   * @param until epoch milliseconds: nothing is begun from then on, and the next call continues. @default no limit
   * @throws the first error, after it has tried everything
   */
  async complete(until?: number): Promise<void> {
    const done = await Promise.allSettled([this.refunds.complete(until), this.autoTopUps.complete(until)]);
    const failed = done.find((result) => result.status === 'rejected');
    if (failed) throw failed.reason;
  }
}
