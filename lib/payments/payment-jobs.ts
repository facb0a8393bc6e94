import { Duration } from 'aws-cdk-lib';
import { Stats } from 'aws-cdk-lib/aws-cloudwatch';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import { Construct } from 'constructs';
import { PAYMENTS_ENV } from '../../lambdas/contracts/deployment/environment';
import { PAYMENT_JOBS_LIMITS } from '../../lambdas/contracts/deployment/job-limits';
import { HarmAlarm } from '../constructs/harm-alarm';
import { invokeOnSchedule } from '../constructs/schedule';
import { ServiceFunction } from '../constructs/service-function';
import { type PaymentStores, paymentsEnvironment } from './payments-environment';

export interface PaymentJobsProps extends PaymentStores {
  /** Encrypts the log group. */
  readonly encryptionKey: IKey;
  readonly alarmTopic: ITopic;
}

const INTERVAL_MINUTES = 5;

/**
 * Ends promotional credit that is due, pays debts and, if the deployment takes payments, finishes refunds and charges that
 * were interrupted.
 */
export class PaymentJobs extends Construct {
  readonly jobs: ServiceFunction<typeof PAYMENTS_ENV>;

  constructor(scope: Construct, id: string, props: PaymentJobsProps) {
    super(scope, id);
    const { config, accounts, wallet, stripeKeys, alarmTopic } = props;
    this.jobs = new ServiceFunction(this, 'Jobs', {
      entry: 'lambdas/handlers/payments/payment-jobs.lambda.ts',
      description: 'Ends promotional credit, pays debts, and finishes interrupted refunds and charges',
      memoryMb: 256,
      // Ends before the next run, which continues where this one stopped.
      timeout: Duration.seconds(PAYMENT_JOBS_LIMITS.endsSeconds),
      logGroupName: `/tollgate/${config.stage}/payment-jobs`,
      logDays: config.logDays,
      encryptionKey: props.encryptionKey,
      losesEventsBecause: 'The event is empty, and the run five minutes later does the same work.',
      retriesEvents: false,
      environmentNames: PAYMENTS_ENV,
      environment: paymentsEnvironment(this, props),
    });
    wallet.grants.expireGrants(this.jobs);
    wallet.grants.payDebts(this.jobs);
    accounts.grants.findLow(this.jobs);
    props.outbox.grants.notify(this.jobs);
    if (stripeKeys) {
      wallet.grants.book(this.jobs);
      wallet.grants.completeRefunds(this.jobs);
      accounts.grants.completeTopUps(this.jobs);
      accounts.grants.completeCustomerUpdates(this.jobs);
      stripeKeys.grants.read(this.jobs);
    }
    invokeOnSchedule(this, this.jobs.function, {
      expression: `rate(${INTERVAL_MINUTES} minutes)`,
      // The next run is due soon.
      retries: 0,
      eventAgeMax: Duration.minutes(1),
    });
    this.#alarm(alarmTopic);
  }

  #alarm(topic: ITopic): void {
    new HarmAlarm(this, 'PaymentJobsErrors', {
      topic,
      // The next run does the work of a failed one, so only repeated failures matter.
      threshold: 3,
      metric: this.jobs.function.metricErrors({ statistic: Stats.SUM, period: Duration.minutes(15) }),
      alarm: { impact: 'Refunds and automatic top-ups stay unfinished, or expired credit can still be spent' },
    });
    new HarmAlarm(this, 'PaymentJobsNotRunning', {
      topic,
      below: true,
      periods: 3,
      metric: this.jobs.function.metricInvocations({
        statistic: Stats.SUM,
        period: Duration.minutes(INTERVAL_MINUTES),
      }),
      alarm: { impact: 'Expired credit can still be spent, and nothing finishes what was interrupted' },
    });
  }
}
