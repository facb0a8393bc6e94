import { Duration } from 'aws-cdk-lib';
import { Stats } from 'aws-cdk-lib/aws-cloudwatch';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import { Construct } from 'constructs';
import type { RECEIPTS_ENV } from '../../lambdas/contracts/deployment/environment';
import { HarmAlarm } from '../constructs/harm-alarm';
import { logCodeMetric } from '../constructs/log-code-metric';
import type { ServiceFunction } from '../constructs/service-function';

export interface ReceiptAlarmsProps {
  /** Opens leaves for the changes of usage records. */
  readonly collect: ServiceFunction<typeof RECEIPTS_ENV>;
  /** Seals the open leaves each minute. */
  readonly seal: IFunction;
  readonly topic: ITopic;
}

/** The age of the oldest change without a leaf at which the alarm goes off; a receipt is due within two minutes. */
const BEHIND_MAX = Duration.minutes(10);

/** Alarms about receipts. None of them affects what a request is charged. */
export class ReceiptAlarms extends Construct {
  constructor(scope: Construct, id: string, { collect, seal, topic }: ReceiptAlarmsProps) {
    super(scope, id);
    new HarmAlarm(this, 'ReceiptsBehind', {
      topic,
      threshold: BEHIND_MAX.toMilliseconds(),
      metric: collect.function.metric('IteratorAge', { statistic: Stats.MAXIMUM, period: Duration.minutes(5) }),
      alarm: { impact: 'Receipts are late; after twelve hours the missing ones must be completed by hand' },
    });
    new HarmAlarm(this, 'ReceiptParked', {
      topic,
      metric: logCodeMetric(this, 'CHANGE_PARKED', { Collect: collect.logGroup }),
      alarm: { impact: 'A request gets no receipt, because its record cannot be read' },
    });
    new HarmAlarm(this, 'SealErrors', {
      topic,
      // The next run does the work of a failed one, so only repeated failures matter.
      threshold: 3,
      metric: seal.metricErrors({ statistic: Stats.SUM, period: Duration.minutes(15) }),
      alarm: { impact: 'Receipts stay pending because the sealer fails' },
    });
    new HarmAlarm(this, 'SealNotRunning', {
      topic,
      below: true,
      periods: 5,
      metric: seal.metricInvocations({ statistic: Stats.SUM, period: Duration.minutes(1) }),
      alarm: { impact: 'Receipts stay pending because the sealer does not run' },
    });
  }
}
