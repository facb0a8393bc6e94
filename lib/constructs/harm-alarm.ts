import type { IMetric } from 'aws-cdk-lib/aws-cloudwatch';
import { Alarm, ComparisonOperator, TreatMissingData } from 'aws-cdk-lib/aws-cloudwatch';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import { Construct } from 'constructs';

export interface HarmAlarmProps {
  readonly metric: IMetric;
  /** The harm while the alarm is on, and to whom: a sentence without its full stop. */
  readonly alarm: { readonly impact: string };
  readonly topic: ITopic;
  /** The alarm goes off at this value or above it; with `below`, under it. @default 1 */
  readonly threshold?: number;
  /**
   * The alarm goes off when the value is under the threshold, or when values stop arriving. It stays quiet before the
   * first value, because a first deployment may create the alarm before the function that it watches. @default false
   */
  readonly below?: boolean;
  /** For how many consecutive periods. @default 1 */
  readonly periods?: number;
}

/** An alarm that states the harm it means. Its ID in kebab-case is the heading of its entry in docs/runbook.md. */
export class HarmAlarm extends Construct {
  readonly alarm: Alarm;

  constructor(scope: Construct, id: string, props: HarmAlarmProps) {
    super(scope, id);
    const { below = false, threshold = 1, periods = 1 } = props;
    this.alarm = new Alarm(this, 'Alarm', {
      metric: props.metric,
      alarmDescription: `${props.alarm.impact}. Runbook: docs/runbook.md#${anchor(id)}`,
      threshold,
      evaluationPeriods: periods,
      comparisonOperator: below
        ? ComparisonOperator.LESS_THAN_THRESHOLD
        : ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
      treatMissingData: below ? TreatMissingData.MISSING : TreatMissingData.NOT_BREACHING,
    });
    this.alarm.addAlarmAction(new SnsAction(props.topic));
    if (below) this.alarm.addInsufficientDataAction(new SnsAction(props.topic));
  }
}

/** Turns `ChargeOverrun` into `charge-overrun`. */
function anchor(id: string): string {
  return id.replaceAll(/([a-z0-9])([A-Z])/g, '$1-$2').toLowerCase();
}
