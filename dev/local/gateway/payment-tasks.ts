import {
  AUTO_TOP_UPS_PARTITION,
  CHARGING_TOP_UPS_PARTITION,
  CUSTOMER_UPDATES_PARTITION,
  PENDING_REFUNDS_PARTITION,
} from '../../../lambdas/contracts/storage/table-keys/funds';
import { ACCOUNTS, WALLET } from '../../../lambdas/contracts/storage/tables';
import { DUE_DAYS_DEFAULT } from '../../../lambdas/contracts/deployment/payment-limits';
import { AuditLog } from '../../../lambdas/domain/audit/audit-log';
import { errorName, type Log } from '../../../lambdas/domain/log';
import { notifyBy } from '../../../lambdas/domain/notifications/outbox/outbox';
import { LowBalances } from '../../../lambdas/domain/payments/low-balances';
import { Arrears } from '../../../lambdas/domain/payments/arrears/arrears';
import { tellOfDue } from '../../../lambdas/domain/payments/arrears/due-message';
import { Funds } from '../../../lambdas/domain/wallet/funds/funds';
import { collectArrears } from '../../../lambdas/handlers/payments/collect-arrears';
import { paymentJobs } from '../../../lambdas/handlers/payments/payment-jobs';
import { backgroundStore } from './background-store';
import type { LocalPayments } from './local-payments';
import type { LocalServices } from './local-services';
import { PeriodicTask } from './periodic-task';

const RUN_EVERY_MS = 2_000;

export interface PaymentTasksOptions {
  readonly services: Pick<LocalServices, 'store' | 'clock' | 'accounts'>;
  readonly openPayments: () => Promise<LocalPayments>;
  readonly log: Log;
}

/**
 * Runs the scheduled jobs of payments every few seconds. Most runs of the gateway never take a payment, so Stripe is
 * opened only if there is something to do with it.
 */
export class PaymentTasks {
  private readonly options: PaymentTasksOptions;
  private readonly store: ReturnType<typeof backgroundStore>;
  private readonly funds: Funds;
  private readonly lowBalances: LowBalances;
  private readonly arrears: Arrears;
  private readonly task = new PeriodicTask(RUN_EVERY_MS, () => this.run());

  constructor(options: PaymentTasksOptions) {
    const { store, clock, accounts } = options.services;
    this.options = options;
    this.store = backgroundStore(store);
    this.funds = new Funds({ store: this.store, clock });
    this.lowBalances = new LowBalances({ store: this.store, clock, funds: this.funds, notify: notifyBy(clock) });
    this.arrears = new Arrears({
      store: this.store,
      clock,
      accounts,
      audit: new AuditLog({ store: this.store, clock }),
      dueDays: DUE_DAYS_DEFAULT,
      notify: tellOfDue({ store: this.store, clock }),
    });
  }

  start(): void {
    this.task.start();
  }

  /** Resolves once the current run has finished. */
  stop(): Promise<void> {
    return this.task.stop();
  }

  private async run(): Promise<void> {
    const { openPayments, log } = this.options;
    try {
      const { clock } = this.options.services;
      const payments = (await this.needsStripe()) ? (await openPayments()).payments : undefined;
      await paymentJobs({ funds: this.funds, lowBalances: this.lowBalances, payments, clock })();
      await collectArrears(this.arrears, clock)();
    } catch (error) {
      log.error('PAYMENT_JOB_FAILED', { cause: errorName(error) });
    }
  }

  private async needsStripe(): Promise<boolean> {
    for (const query of [
      { table: ACCOUNTS, partition: AUTO_TOP_UPS_PARTITION },
      { table: ACCOUNTS, partition: CHARGING_TOP_UPS_PARTITION },
      { table: ACCOUNTS, partition: CUSTOMER_UPDATES_PARTITION },
      { table: WALLET, partition: PENDING_REFUNDS_PARTITION },
    ]) {
      const { items } = await this.store.query({ ...query, limit: 1 });
      if (items.length > 0) return true;
    }
    return false;
  }
}
