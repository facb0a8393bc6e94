import { Duration } from 'aws-cdk-lib';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import { Construct } from 'constructs';
import { PAYMENTS_ENV } from '../../lambdas/contracts/deployment/environment';
import { invokeOnSchedule } from '../constructs/schedule';
import { ServiceFunction } from '../constructs/service-function';
import { type PaymentStores, paymentsEnvironment } from './payments-environment';
import type { StripeKeys } from './stripe-keys';

export interface ReconciliationProps extends PaymentStores {
  readonly stripeKeys: StripeKeys;
  /** Encrypts the log group. */
  readonly encryptionKey: IKey;
}

/** How often the scheduler repeats an invocation that Lambda did not accept: the next run is a day away. */
const RETRIES_MAX = 10;

/** Compares, once a day, Stripe's movements of the last days with the ledger, and books what no event has booked. */
export class Reconciliation extends Construct {
  readonly reconcile: ServiceFunction<typeof PAYMENTS_ENV>;

  constructor(scope: Construct, id: string, props: ReconciliationProps) {
    super(scope, id);
    const { config, accounts, wallet, stripeKeys } = props;
    this.reconcile = new ServiceFunction(this, 'Reconcile', {
      entry: 'lambdas/handlers/payments/reconcile-payments.lambda.ts',
      description: "Compares Stripe's movements of money with the ledger",
      memoryMb: 512,
      timeout: Duration.minutes(15),
      logGroupName: `/tollgate/${config.stage}/reconciliation`,
      logDays: config.logDays,
      encryptionKey: props.encryptionKey,
      losesEventsBecause:
        "The event is empty, Lambda repeats a failed run twice, and the next day's run compares again.",
      environmentNames: PAYMENTS_ENV,
      environment: paymentsEnvironment(this, props),
    });
    wallet.grants.book(this.reconcile);
    accounts.grants.noteBilling(this.reconcile);
    props.outbox.grants.notify(this.reconcile);
    stripeKeys.grants.read(this.reconcile);
    invokeOnSchedule(this, this.reconcile.function, {
      expression: 'rate(1 day)',
      retries: RETRIES_MAX,
      eventAgeMax: Duration.hours(6),
    });
  }
}
