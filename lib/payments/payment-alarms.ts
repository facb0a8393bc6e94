import { Duration } from 'aws-cdk-lib';
import { Stats } from 'aws-cdk-lib/aws-cloudwatch';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import { Construct } from 'constructs';
import { HarmAlarm } from '../constructs/harm-alarm';
import { logCodeMetric } from '../constructs/log-code-metric';
import type { ServiceFunction } from '../constructs/service-function';

type PaymentFunction = ServiceFunction<readonly string[]>;

export interface PaymentAlarmsProps {
  /** Receives Stripe's events. */
  readonly receive: PaymentFunction;
  /** Serves the management API, and charges an account that turns on its automatic top-up. */
  readonly management: PaymentFunction;
  /** Finishes what was interrupted. */
  readonly jobs: PaymentFunction;
  /** Compares Stripe with the ledger. */
  readonly reconcile: PaymentFunction;
  /** Begins automatic top-ups. */
  readonly watch: PaymentFunction;
  readonly topic: ITopic;
}

const FIVE_MINUTES = Duration.minutes(5);
/** The age of the oldest change that was not looked at. */
const BEHIND_MAX = Duration.minutes(10);
/** A failed reconciliation is repeated twice. */
const RECONCILIATION_ATTEMPTS = 3;

/** Alarms about payments, whichever function reports the problem. */
export class PaymentAlarms extends Construct {
  constructor(scope: Construct, id: string, props: PaymentAlarmsProps) {
    super(scope, id);
    const { receive, management, jobs, reconcile, watch, topic } = props;
    const logs = {
      Webhook: receive.logGroup,
      Management: management.logGroup,
      Jobs: jobs.logGroup,
      Reconciliation: reconcile.logGroup,
      Watch: watch.logGroup,
    };
    new HarmAlarm(this, 'PaymentException', {
      topic,
      metric: logCodeMetric(this, 'PAYMENT_EXCEPTION', logs),
      alarm: { impact: 'An account has paid and got no credit, or was refunded credit that is spent' },
    });
    new HarmAlarm(this, 'PaymentDifference', {
      topic,
      metric: logCodeMetric(this, 'PAYMENT_DIFFERENCE', { Reconciliation: reconcile.logGroup }),
      alarm: { impact: 'The ledger and Stripe disagree about money: an account has too much or too little' },
    });
    new HarmAlarm(this, 'PaymentEventFailed', {
      topic,
      metric: logCodeMetric(this, 'PAYMENT_EVENT_FAILED', { Webhook: receive.logGroup }),
      alarm: { impact: 'A payment, a refund or a dispute is booked late, or after three days only by reconciliation' },
    });
    new HarmAlarm(this, 'StripeWebhookErrors', {
      topic,
      metric: receive.function.metricErrors({ statistic: Stats.SUM, period: FIVE_MINUTES }),
      alarm: { impact: 'Paid top-ups are not credited, because the function does not start or runs out of time' },
    });
    new HarmAlarm(this, 'AutoTopUpFailed', {
      topic,
      metric: logCodeMetric(this, 'AUTO_TOP_UP_FAILED', { Watch: watch.logGroup }),
      alarm: { impact: 'An account that pays automatically may run dry, because its top-up could not begin or end' },
    });
    new HarmAlarm(this, 'WalletWatchBehind', {
      topic,
      threshold: BEHIND_MAX.toMilliseconds(),
      metric: watch.function.metric('IteratorAge', { statistic: Stats.MAXIMUM, period: FIVE_MINUTES }),
      alarm: { impact: 'Automatic top-ups begin late, so accounts may run dry' },
    });
    this.#watchReconciliation(reconcile, topic);
  }

  #watchReconciliation({ function: lambda }: PaymentFunction, topic: ITopic): void {
    new HarmAlarm(this, 'ReconciliationErrors', {
      topic,
      threshold: RECONCILIATION_ATTEMPTS,
      metric: lambda.metricErrors({ statistic: Stats.SUM, period: Duration.hours(1) }),
      alarm: { impact: 'Lost events stay lost, and a difference between Stripe and the ledger is not noticed' },
    });
    new HarmAlarm(this, 'ReconciliationNotRunning', {
      topic,
      below: true,
      // One day alone would have no value while the run of the day is under way.
      periods: 2,
      metric: lambda.metricInvocations({ statistic: Stats.SUM, period: Duration.days(1) }),
      alarm: { impact: 'Nothing compares Stripe with the ledger, so lost events and differences go unnoticed' },
    });
  }
}
