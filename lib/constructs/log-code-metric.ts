import { Duration, Names } from 'aws-cdk-lib';
import type { Metric } from 'aws-cdk-lib/aws-cloudwatch';
import { Stats } from 'aws-cdk-lib/aws-cloudwatch';
import type { ILogGroup } from 'aws-cdk-lib/aws-logs';
import { FilterPattern, MetricFilter } from 'aws-cdk-lib/aws-logs';
import type { Construct } from 'constructs';

/**
 * Counts the log lines with one code in several log groups, per five minutes. The code is matched as a word. Callers
 * cannot forge one, because a line carries allow-listed fields only.
 */
export function logCodeMetric(scope: Construct, code: string, logGroups: Readonly<Record<string, ILogGroup>>): Metric {
  // The name is unique, so that two deployments in one account do not count each other's lines.
  const metric = {
    metricNamespace: 'Tollgate',
    metricName: `${code}-${Names.uniqueResourceName(scope, { maxLength: 60 })}`,
  };
  const filters = Object.entries(logGroups).map(
    ([name, logGroup]) =>
      new MetricFilter(scope, `${code}-${name}`, {
        logGroup,
        ...metric,
        filterPattern: FilterPattern.literal(`"${code}"`),
        metricValue: '1',
      }),
  );
  const [first] = filters;
  if (first === undefined) throw new Error(`${code} needs at least one log group to be counted in.`);
  return first.metric({ statistic: Stats.SUM, period: Duration.minutes(5) });
}
