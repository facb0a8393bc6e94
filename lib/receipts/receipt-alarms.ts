import { Duration } from 'aws-cdk-lib';
import { Stats } from 'aws-cdk-lib/aws-cloudwatch';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import { Construct } from 'constructs';
import { HarmAlarm } from '../constructs/harm-alarm';
import type { Receipts } from './receipts';

export interface ReceiptAlarmsProps {
  readonly receipts: Receipts;
  readonly topic: ITopic;
}

/** How old the oldest change may be that no leaf was opened for: a receipt is due in two minutes. */
const BEHIND_MAX = Duration.minutes(10);

/** What goes wrong with receipts. Requests are charged all the same. */
export class ReceiptAlarms extends Construct {
  constructor(scope: Construct, id: string, { receipts, topic }: ReceiptAlarmsProps) {
    super(scope, id);
    const collect = receipts.collect.function;
    const seal = receipts.seal.function;
    new HarmAlarm(this, 'ReceiptsBehind', {
      topic,
      threshold: BEHIND_MAX.toMilliseconds(),
      metric: collect.metric('IteratorAge', { statistic: Stats.MAXIMUM, period: Duration.minutes(5) }),
      alarm: { impact: 'Receipts of some requests do not come, and after twelve hours will not come by themselves' },
    });
    new HarmAlarm(this, 'SealErrors', {
      topic,
      // The next run does the work of one that failed; three show that it stays.
      threshold: 3,
      metric: seal.metricErrors({ statistic: Stats.SUM, period: Duration.minutes(15) }),
      alarm: { impact: 'Receipts stay pending, because what waits is not signed' },
    });
    new HarmAlarm(this, 'SealNotRunning', {
      topic,
      below: true,
      periods: 5,
      metric: seal.metricInvocations({ statistic: Stats.SUM, period: Duration.minutes(1) }),
      alarm: { impact: 'Receipts stay pending, because nothing is sealed' },
    });
  }
}
