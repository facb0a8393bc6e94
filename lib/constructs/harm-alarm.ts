import type { IMetric } from 'aws-cdk-lib/aws-cloudwatch';
import { Alarm, ComparisonOperator, TreatMissingData } from 'aws-cdk-lib/aws-cloudwatch';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import { Construct } from 'constructs';

export interface HarmAlarmProps {
  readonly metric: IMetric;
  /** Who is harmed and how, while it rings. Ends without a full stop. */
  readonly alarm: { readonly impact: string };
  readonly topic: ITopic;
  /** Rings at this value or above; with `below`, under it. @default 1 */
  readonly threshold?: number;
  /**
   * Rings when the value is under the threshold, and when values cease to come. Before the first one it does not ring:
   * at a first deployment the alarm may be there before what it watches. @default false
   */
  readonly below?: boolean;
  /** How many periods in a row. @default 1 */
  readonly periods?: number;
}

/** An alarm that says what harm it means. Its id is its entry in docs/runbook.md. */
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

/** `ChargeOverrun` becomes `charge-overrun`, as a heading of the runbook does. */
function anchor(id: string): string {
  return id.replaceAll(/([a-z0-9])([A-Z])/g, '$1-$2').toLowerCase();
}
