import { Duration } from 'aws-cdk-lib';
import type { IDistribution } from 'aws-cdk-lib/aws-cloudfront';
import { MathExpression, Metric, Stats } from 'aws-cdk-lib/aws-cloudwatch';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import { Construct } from 'constructs';
import { FAILED_PERCENT_MAX, REQUESTS_MIN } from '../constructs/failed-share';
import { HarmAlarm } from '../constructs/harm-alarm';
import type { EdgeWebAcl } from './web-acl';

export interface EdgeAlarmsProps {
  readonly distribution: IDistribution;
  readonly webAcl: EdgeWebAcl;
  readonly topic: ITopic;
}

const PERIOD = Duration.minutes(5);
/** Requests in five minutes. Scanners of the whole internet stay far below it. */
const BLOCKED_REQUESTS_MAX = 1_000;

/** Alarms about what only the edge sees. CloudFront and its firewall report to us-east-1 only. */
export class EdgeAlarms extends Construct {
  constructor(scope: Construct, id: string, { distribution, webAcl, topic }: EdgeAlarmsProps) {
    super(scope, id);
    const ofDistribution = (metricName: string, statistic: string): Metric =>
      new Metric({
        namespace: 'AWS/CloudFront',
        metricName,
        dimensionsMap: { DistributionId: distribution.distributionId, Region: 'Global' },
        statistic,
        period: PERIOD,
      });
    new HarmAlarm(this, 'EdgeFailing', {
      topic,
      threshold: FAILED_PERCENT_MAX,
      periods: 2,
      metric: new MathExpression({
        expression: `IF(requests >= ${REQUESTS_MIN}, percent, 0)`,
        usingMetrics: {
          requests: ofDistribution('Requests', Stats.SUM),
          percent: ofDistribution('5xxErrorRate', Stats.AVERAGE),
        },
        label: 'Failed requests in percent',
        period: PERIOD,
      }),
      alarm: { impact: 'Clients get errors: a plane fails, or CloudFront cannot reach it' },
    });
    new HarmAlarm(this, 'FirewallBlocking', {
      topic,
      threshold: BLOCKED_REQUESTS_MAX,
      metric: new Metric({
        namespace: 'AWS/WAFV2',
        metricName: 'BlockedRequests',
        dimensionsMap: { WebACL: webAcl.metricName, Rule: 'ALL' },
        statistic: Stats.SUM,
        period: PERIOD,
      }),
      alarm: { impact: 'The deployment is attacked, or the firewall refuses people who share an address' },
    });
  }
}
