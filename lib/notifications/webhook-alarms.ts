import { Duration } from 'aws-cdk-lib';
import { Stats } from 'aws-cdk-lib/aws-cloudwatch';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import { Construct } from 'constructs';
import type { WEBHOOKS_ENV } from '../../lambdas/contracts/deployment/environment';
import { HarmAlarm } from '../constructs/harm-alarm';
import { logCodeMetric } from '../constructs/log-code-metric';
import type { ServiceFunction } from '../constructs/service-function';

export interface WebhookAlarmsProps {
  readonly sweep: ServiceFunction<typeof WEBHOOKS_ENV>;
  readonly topic: ITopic;
}

/** Alarms about webhooks. A receiver that fails raises none: its account is told. */
export class WebhookAlarms extends Construct {
  constructor(scope: Construct, id: string, { sweep: { function: sweep, logGroup }, topic }: WebhookAlarmsProps) {
    super(scope, id);
    new HarmAlarm(this, 'WebhooksOverdue', {
      topic,
      metric: logCodeMetric(this, 'WEBHOOKS_OVERDUE', { Sweep: logGroup }),
      alarm: { impact: 'Webhooks get their events an hour late' },
    });
    new HarmAlarm(this, 'WebhookSweepErrors', {
      topic,
      // The next run does the work of a failed one, so only repeated failures matter.
      threshold: 3,
      metric: sweep.metricErrors({ statistic: Stats.SUM, period: Duration.minutes(15) }),
      alarm: { impact: 'Webhooks get their events late, because the webhook sweep fails' },
    });
    new HarmAlarm(this, 'WebhookSweepNotRunning', {
      topic,
      below: true,
      periods: 5,
      metric: sweep.metricInvocations({ statistic: Stats.SUM, period: Duration.minutes(1) }),
      alarm: { impact: 'An event that a webhook did not accept at once is not sent again' },
    });
  }
}
