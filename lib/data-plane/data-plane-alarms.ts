import { Duration } from 'aws-cdk-lib';
import { MathExpression, Metric, Stats } from 'aws-cdk-lib/aws-cloudwatch';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import type { Construct } from 'constructs';
import { FAILED_PERCENT_MAX, REQUESTS_MIN } from '../constructs/failed-share';
import { HarmAlarm } from '../constructs/harm-alarm';

const FIVE_MINUTES = Duration.minutes(5);
const ONE_MINUTE = Duration.minutes(1);
const USED_PERCENT_MAX = 80;
/** A function URL answers 429 above this, for each reserved execution. */
const REQUESTS_PER_SECOND_MAX = 10;

/** Adds an alarm about the answers 5xx of a function's URL, which callers see and the function's own errors do not count. */
export function watchAnswers(
  scope: Construct,
  id: string,
  { lambda, callers, topic }: { readonly lambda: IFunction; readonly callers: string; readonly topic: ITopic },
): void {
  const count = (name: string): Metric => lambda.metric(name, { statistic: Stats.SUM, period: FIVE_MINUTES });
  new HarmAlarm(scope, id, {
    topic,
    threshold: FAILED_PERCENT_MAX,
    periods: 2,
    metric: new MathExpression({
      expression: `IF(requests >= ${REQUESTS_MIN}, 100 * FILL(failures, 0) / requests, 0)`,
      usingMetrics: { requests: count('UrlRequestCount'), failures: count('Url5xxCount') },
      label: 'Failed requests in percent',
      period: FIVE_MINUTES,
    }),
    alarm: { impact: `Requests of ${callers} get errors: providers, tables or the gateway fail` },
  });
}

/** Adds an alarm that goes off before the account's pool of executions is used up. */
export function watchPool(
  scope: Construct,
  { quota, topic }: { readonly quota: number; readonly topic: ITopic },
): void {
  new HarmAlarm(scope, 'ConcurrencyNearlyUsed', {
    topic,
    threshold: (quota * USED_PERCENT_MAX) / 100,
    periods: 3,
    // Counts reserved executions as used, because no other function can get them.
    metric: new Metric({
      namespace: 'AWS/Lambda',
      metricName: 'ClaimedAccountConcurrency',
      statistic: Stats.MAXIMUM,
      period: ONE_MINUTE,
    }),
    alarm: { impact: 'Requests are about to be rejected with 429, because the account has few executions left' },
  });
}

/** Adds an alarm that goes off before a function reaches its reserved executions, or the request rate they allow. */
export function watchReservation(
  scope: Construct,
  { lambda, reserved, topic }: { readonly lambda: IFunction; readonly reserved: number; readonly topic: ITopic },
): void {
  const [executions, requests] = [
    lambda.metric('ConcurrentExecutions', { statistic: Stats.MAXIMUM, period: ONE_MINUTE }),
    lambda.metric('UrlRequestCount', { statistic: Stats.SUM, period: ONE_MINUTE }),
  ];
  const requestsMax = reserved * REQUESTS_PER_SECOND_MAX * ONE_MINUTE.toSeconds();
  const [ofExecutions, ofRequests] = [`100 * executions / ${reserved}`, `100 * requests / ${requestsMax}`];
  new HarmAlarm(scope, 'ReservationNearlyUsed', {
    topic,
    threshold: USED_PERCENT_MAX,
    periods: 3,
    metric: new MathExpression({
      expression: `IF(${ofExecutions} > ${ofRequests}, ${ofExecutions}, ${ofRequests})`,
      usingMetrics: { executions, requests },
      label: 'Reserved executions or requests in percent',
      period: ONE_MINUTE,
    }),
    alarm: { impact: "Requests of clients are about to be rejected with 429, at the data plane's own limit" },
  });
}
