import type { TopUpLimits } from '../../contracts/deployment/payment-limits';
import type { PlanSettings } from '../../contracts/deployment/plans';
import type { Clock } from '../clock';
import type { Log } from '../log';
import type { TableStore } from '../table/table-store';
import { type Audiences, NOBODY, notifyBy, notifyOnce } from '../notifications/outbox/outbox';
import { tellOnce } from '../notifications/outbox/tell-once';
import { Funds } from '../wallet/funds/funds';
import { Wallet } from '../wallet/wallet';
import { AutoTopUps, type TopUpNotice } from './auto-top-up';
import { type ConvergeDependencies, convergePayment } from './converge-payment';
import { CustomerUpdates } from './customer-updates';
import { Customers } from './customers';
import { Invoices } from './invoices';
import { PaymentEvents } from './payment-events';
import { PaymentExceptions } from './payment-exceptions';
import { Plans } from './plans/plans';
import { SubscriptionChanges } from './plans/subscription-changes';
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
  /** The audiences of messages about payments. @default nobody */
  readonly audiences?: Audiences;
  /** @default new ones on the same store */
  readonly wallet?: Pick<Wallet, 'credit'>;
  readonly funds?: Funds;
}

/** Everything that moves money between the payment processor and the wallet. */
export class Payments {
  readonly customers: Customers;
  readonly customerUpdates: CustomerUpdates;
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
    const { store, clock, log, processor, deployment, limits, audiences = NOBODY } = options;
    const notify = notifyBy(clock, audiences);
    const wallet = options.wallet ?? new Wallet(options);
    const funds = options.funds ?? new Funds(options);
    const exceptions = new PaymentExceptions({ store, clock, log });
    const customers = new Customers({ store, processor });
    const settings = options.plans ?? [];
    const plans = new Plans({ clock, log, funds, exceptions, customers, processor, deployment, settings });
    const grantBonus: Plans['grantBonus'] = (period) => plans.grantBonus(period);
    // A command that tells nobody notes nothing as told, so that it keeps nobody else from it.
    const tells = audiences.mail || audiences.webhooks;
    const tell: ConvergeDependencies['tellOnce'] = async (notice, message) =>
      tells ? tellOnce({ store, clock, notify }, notice, message) : undefined;
    const converging = { processor, wallet, funds, exceptions, grantBonus, notify, tellOnce: tell, deployment };
    const converge = (paymentId: string): ReturnType<typeof convergePayment> => convergePayment(converging, paymentId);
    const invoices = tells ? new Invoices({ store, clock, processor, notify, deployment }) : undefined;
    const subscriptions = tells ? new SubscriptionChanges({ store, clock, processor, notify, deployment }) : undefined;
    // An invoice has events of its own; the reconciliation finds those that never arrived.
    const convergeAndTell: typeof converge = async (paymentId) => {
      const payment = await converge(paymentId);
      if (payment) await invoices?.tell(paymentId);
      return payment;
    };
    this.#store = store;
    this.#converge = convergeAndTell;
    this.processor = processor;
    this.exceptions = exceptions;
    this.customers = customers;
    this.customerUpdates = new CustomerUpdates({ store, clock, customers, processor });
    this.plans = plans;
    this.topUps = new TopUps({ store, clock, customers, processor, limits });
    this.refunds = new Refunds({ store, clock, funds, processor });
    const tellOfTopUp = async (notice: TopUpNotice): Promise<void> => {
      const message = messageOf(notice);
      if (message) await notifyOnce({ store, clock, audiences }, message);
    };
    this.autoTopUps = new AutoTopUps({ store, clock, funds, customers, processor, converge, notify: tellOfTopUp });
    const notePaidElsewhere = async ({ deployment: owner, invoiceId, accountId }: PaidElsewhere): Promise<void> => {
      if (owner === deployment) await exceptions.add(invoiceId, 'paid_elsewhere', accountId);
    };
    this.events = new PaymentEvents({
      store,
      clock,
      processor,
      converge,
      grantBonus,
      notePaidElsewhere,
      tellInvoice: async (objectId) => invoices?.tell(objectId),
      followSubscription: async (subscriptionId) => subscriptions?.follow(subscriptionId),
    });
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
    const parts = [this.refunds, this.autoTopUps, this.customerUpdates];
    const done = await Promise.allSettled(parts.map((part) => part.complete(until)));
    const failed = done.find((result) => result.status === 'rejected');
    if (failed) throw failed.reason;
  }
}
