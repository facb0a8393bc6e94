import { Duration } from 'aws-cdk-lib';
import { Stats } from 'aws-cdk-lib/aws-cloudwatch';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import { Construct } from 'constructs';
import type { MAIL_ENV } from '../../lambdas/contracts/deployment/environment';
import { HarmAlarm } from '../constructs/harm-alarm';
import { logCodeMetric } from '../constructs/log-code-metric';
import type { ServiceFunction } from '../constructs/service-function';
import type { MailDelivery } from './mail-delivery';
import type { MailFeedback } from './mail-feedback';

export interface MailAlarmsProps {
  readonly delivery: MailDelivery;
  readonly feedback: MailFeedback;
  readonly topic: ITopic;
}

/** Alarms about mails. */
export class MailAlarms extends Construct {
  constructor(scope: Construct, id: string, { delivery, feedback, topic }: MailAlarmsProps) {
    super(scope, id);
    const { deliver, sweep } = delivery;
    const logGroups = { Deliver: deliver.logGroup, Sweep: sweep.logGroup };
    new HarmAlarm(this, 'MailOverdue', {
      topic,
      metric: logCodeMetric(this, 'MAIL_OVERDUE', { Sweep: sweep.logGroup }),
      alarm: { impact: 'People do not get their billing and security mails, because these are an hour late' },
    });
    new HarmAlarm(this, 'MailGivenUp', {
      topic,
      metric: logCodeMetric(this, 'MAIL_GIVEN_UP', logGroups),
      alarm: { impact: 'A person never gets a mail, because it could not be sent for six days' },
    });
    this.#addSweepAlarms(sweep, topic);
    new HarmAlarm(this, 'MailReportErrors', {
      topic,
      metric: feedback.reports.function.metricErrors({ statistic: Stats.SUM, period: Duration.minutes(15) }),
      alarm: { impact: 'Mail goes on to addresses that refuse it, or a mail is sent twice' },
    });
  }

  #addSweepAlarms({ function: sweep }: ServiceFunction<typeof MAIL_ENV>, topic: ITopic): void {
    new HarmAlarm(this, 'MailSweepErrors', {
      topic,
      // The next run does the work of a failed one, so only repeated failures matter.
      threshold: 3,
      metric: sweep.metricErrors({ statistic: Stats.SUM, period: Duration.minutes(15) }),
      alarm: { impact: 'Mails are late, because the mail sweep fails' },
    });
    new HarmAlarm(this, 'MailSweepNotRunning', {
      topic,
      below: true,
      periods: 5,
      metric: sweep.metricInvocations({ statistic: Stats.SUM, period: Duration.minutes(1) }),
      alarm: { impact: 'A mail that could not be sent at once is not sent at all' },
    });
  }
}
