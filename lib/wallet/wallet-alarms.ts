import { Duration } from 'aws-cdk-lib';
import { Stats } from 'aws-cdk-lib/aws-cloudwatch';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import { Construct } from 'constructs';
import type { DataPlane } from '../data-plane/data-plane';
import { HarmAlarm } from '../constructs/harm-alarm';
import { logCodeMetric } from '../constructs/log-code-metric';
import type { ServiceFunction } from '../constructs/service-function';

export interface WalletAlarmsProps {
  readonly dataPlane: DataPlane;
  readonly sweep: ServiceFunction<readonly string[]>;
  readonly topic: ITopic;
}

/** What goes wrong with money, whichever function notices it. */
export class WalletAlarms extends Construct {
  constructor(scope: Construct, id: string, props: WalletAlarmsProps) {
    super(scope, id);
    const { dataPlane, sweep, topic } = props;
    const { proxy, workloads } = dataPlane;
    const logs = { Proxy: proxy.logGroup, Workloads: workloads.logGroup, Sweep: sweep.logGroup };
    const sum = { statistic: Stats.SUM, period: Duration.minutes(5) };
    new HarmAlarm(this, 'ChargeOverrun', {
      topic,
      metric: logCodeMetric(this, 'CHARGE_OVERRUN', logs),
      alarm: { impact: 'The operator pays for usage above what was held' },
    });
    new HarmAlarm(this, 'SettleFailed', {
      topic,
      metric: logCodeMetric(this, 'SETTLE_FAILED', logs),
      alarm: { impact: 'Served requests are not charged, and customers wait for held money' },
    });
    new HarmAlarm(this, 'HoldOverdue', {
      topic,
      metric: logCodeMetric(this, 'HOLD_OVERDUE', logs),
      alarm: { impact: 'Customers cannot spend money that no request holds any more' },
    });
    new HarmAlarm(this, 'SweeperErrors', {
      topic,
      // The next run does the work of one that failed; three show that it stays.
      threshold: 3,
      metric: sweep.function.metricErrors({ ...sum, period: Duration.minutes(15) }),
      alarm: { impact: 'Holds of crashed requests may stay beyond their deadline' },
    });
    new HarmAlarm(this, 'SweeperNotRunning', {
      topic,
      below: true,
      periods: 5,
      metric: sweep.function.metricInvocations({ ...sum, period: Duration.minutes(1) }),
      alarm: { impact: 'Holds of crashed requests stay for ever' },
    });
  }
}
