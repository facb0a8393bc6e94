import { Duration, Names } from 'aws-cdk-lib';
import { type Metric, Stats } from 'aws-cdk-lib/aws-cloudwatch';
import { FilterPattern, type ILogGroup, MetricFilter } from 'aws-cdk-lib/aws-logs';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import type { Construct } from 'constructs';
import { HarmAlarm } from '../constructs/harm-alarm';

/** The largest request takes 182 MB of the default 256 MB, so more than this says that a request is about to fail. */
const USED_PERCENT_MAX = 90;

interface MemoryAlarmProps {
  /** The log groups of functions that write Lambda's report of each invocation, by a name for each. */
  readonly logGroups: Readonly<Record<string, ILogGroup>>;
  /** The memory of each of the functions. */
  readonly memoryMb: number;
  readonly topic: ITopic;
}

/** Adds an alarm that goes off before functions run out of memory, by the reports of their invocations. */
export function watchMemory(scope: Construct, { logGroups, memoryMb, topic }: MemoryAlarmProps): void {
  new HarmAlarm(scope, 'MemoryNearlyUsed', {
    topic,
    threshold: Math.floor((memoryMb * USED_PERCENT_MAX) / 100),
    metric: memoryUsedMb(scope, logGroups),
    alarm: { impact: 'Requests are about to fail for lack of memory, which loses their answers and their charges' },
  });
}

/** The most memory that an execution environment has used, in megabytes. */
function memoryUsedMb(scope: Construct, logGroups: MemoryAlarmProps['logGroups']): Metric {
  // The name is unique, so that two deployments in one account do not report each other's memory.
  const metric = {
    metricNamespace: 'Tollgate',
    metricName: `MEMORY_USED_MB-${Names.uniqueResourceName(scope, { maxLength: 60 })}`,
  };
  const filters = Object.entries(logGroups).map(
    ([name, logGroup]) =>
      new MetricFilter(scope, `MEMORY_USED_MB-${name}`, {
        logGroup,
        ...metric,
        filterPattern: FilterPattern.stringValue('$.type', '=', 'platform.report'),
        metricValue: '$.record.metrics.maxMemoryUsedMB',
      }),
  );
  const [first] = filters;
  if (first === undefined) throw new Error('The memory of no function is watched.');
  return first.metric({ statistic: Stats.MAXIMUM, period: Duration.minutes(5) });
}
