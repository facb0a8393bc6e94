import { Duration } from 'aws-cdk-lib';
import type { ITable } from 'aws-cdk-lib/aws-dynamodb';
import { MathExpression, Metric, Stats } from 'aws-cdk-lib/aws-cloudwatch';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import { Construct } from 'constructs';
import { HarmAlarm } from './harm-alarm';

export interface TableAlarmsProps {
  /** The tables by a name of one lower-case word; an alarm covers at most five. */
  readonly tables: Readonly<Record<string, Pick<ITable, 'tableName'>>>;
  readonly topic: ITopic;
}

const PERIOD = Duration.minutes(5);
/** Clients of DynamoDB retry a throttled request, so a few do no harm. */
const THROTTLED_REQUESTS_MAX = 100;

/** Alarms about the tables, whichever function uses them. */
export class TableAlarms extends Construct {
  constructor(scope: Construct, id: string, { tables, topic }: TableAlarmsProps) {
    super(scope, id);
    const metrics = Object.entries(tables).flatMap(([name, { tableName: TableName }]) =>
      ['ReadThrottleEvents', 'WriteThrottleEvents'].map((metricName) => [
        `${name}${metricName.replace('ThrottleEvents', '')}`,
        new Metric({
          namespace: 'AWS/DynamoDB',
          metricName,
          dimensionsMap: { TableName },
          statistic: Stats.SUM,
          period: PERIOD,
        }),
      ]),
    );
    const usingMetrics = Object.fromEntries(metrics) as Readonly<Record<string, Metric>>;
    new HarmAlarm(this, 'TablesThrottled', {
      topic,
      threshold: THROTTLED_REQUESTS_MAX,
      metric: new MathExpression({
        // A table that throttles nothing has no values, which without FILL would leave no sum.
        expression: Object.keys(usingMetrics)
          .map((name) => `FILL(${name}, 0)`)
          .join(' + '),
        usingMetrics,
        label: 'Throttled requests',
        period: PERIOD,
      }),
      alarm: { impact: 'Requests are slow or fail, and charges are late, because DynamoDB throttles tables' },
    });
  }
}
