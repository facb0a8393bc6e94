import { Duration } from 'aws-cdk-lib';
import { Stats } from 'aws-cdk-lib/aws-cloudwatch';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import { Construct } from 'constructs';
import { HarmAlarm } from '../constructs/harm-alarm';
import { logCodeMetric } from '../constructs/log-code-metric';
import type { ServiceFunction } from '../constructs/service-function';

export interface WalletAlarmsProps {
  /** Serves requests with API keys. */
  readonly proxy: ServiceFunction<readonly string[]>;
  /** Serves workloads in AWS. */
  readonly workloads: ServiceFunction<readonly string[]>;
  /** Expires holds. */
  readonly sweep: ServiceFunction<readonly string[]>;
  readonly topic: ITopic;
}

/** Alarms about money, whichever function reports the problem. */
export class WalletAlarms extends Construct {
  constructor(scope: Construct, id: string, { proxy, workloads, sweep, topic }: WalletAlarmsProps) {
    super(scope, id);
    const logs = { Proxy: proxy.logGroup, Workloads: workloads.logGroup, Sweep: sweep.logGroup };
    new HarmAlarm(this, 'ChargeOverrun', {
      topic,
      metric: logCodeMetric(this, 'CHARGE_OVERRUN', logs),
      alarm: { impact: 'The operator pays for usage that cost more than its hold' },
    });
    new HarmAlarm(this, 'SettleFailed', {
      topic,
      metric: logCodeMetric(this, 'SETTLE_FAILED', logs),
      alarm: { impact: 'Served requests are not charged, and accounts wait for held money' },
    });
    new HarmAlarm(this, 'HoldOverdue', {
      topic,
      metric: logCodeMetric(this, 'HOLD_OVERDUE', logs),
      alarm: { impact: 'Accounts cannot spend money that is held for requests that have ended' },
    });
    new HarmAlarm(this, 'SweeperErrors', {
      topic,
      // The next run does the work of a failed one, so only repeated failures matter.
      threshold: 3,
      metric: sweep.function.metricErrors({ statistic: Stats.SUM, period: Duration.minutes(15) }),
      alarm: { impact: 'Holds of crashed requests may outlast their deadline' },
    });
    new HarmAlarm(this, 'SweeperNotRunning', {
      topic,
      below: true,
      periods: 5,
      metric: sweep.function.metricInvocations({ statistic: Stats.SUM, period: Duration.minutes(1) }),
      alarm: { impact: 'Holds of crashed requests never expire' },
    });
  }
}
