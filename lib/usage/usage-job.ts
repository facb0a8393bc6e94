import { Duration } from 'aws-cdk-lib';
import { Stats } from 'aws-cdk-lib/aws-cloudwatch';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import type { Construct } from 'constructs';
import type { Env } from '../../lambdas/contracts/deployment/environment';
import type { AccountsTable } from '../accounts/accounts-table';
import type { Config } from '../config';
import { HarmAlarm } from '../constructs/harm-alarm';
import { invokeOnSchedule } from '../constructs/schedule';
import { ServiceFunction } from '../constructs/service-function';
import type { RollUpsTable } from './roll-ups-table';

export interface UsageJobProps {
  readonly config: Config;
  /** Lists the accounts. */
  readonly accounts: AccountsTable;
  readonly rollUps: RollUpsTable;
  /** Encrypts the log group. */
  readonly encryptionKey: IKey;
  readonly alarmTopic: ITopic;
}

const DAY = Duration.days(1);

/** A function that goes through all accounts once a day. */
export function dailyFunction<const Names extends readonly string[]>(
  scope: Construct,
  id: string,
  {
    config,
    encryptionKey,
    ...props
  }: Pick<UsageJobProps, 'config' | 'encryptionKey'> & {
    readonly entry: string;
    readonly description: string;
    /** The last part of the log group's name. */
    readonly name: string;
    readonly environmentNames: Names;
    readonly environment: Env<Names>;
  },
): ServiceFunction<Names> {
  const { name, ...rest } = props;
  const service = new ServiceFunction(scope, id, {
    ...rest,
    memoryMb: 256,
    timeout: Duration.minutes(15),
    logGroupName: `/tollgate/${config.stage}/${name}`,
    logDays: config.logDays,
    encryptionKey,
    losesEventsBecause: "The event is empty, and the next day's run does the same work.",
    retriesEvents: false,
  });
  invokeOnSchedule(scope, service.function, {
    expression: 'rate(1 day)',
    retries: 2,
    eventAgeMax: Duration.hours(1),
  });
  return service;
}

/** Goes off when a daily function did not succeed on two days. */
export function alarmOfDailyFunction(
  scope: Construct,
  id: string,
  { function: lambda }: Pick<ServiceFunction<readonly string[]>, 'function'>,
  { topic, impact }: { readonly topic: ITopic; readonly impact: string },
): void {
  new HarmAlarm(scope, `${id}Errors`, {
    topic,
    // CloudWatch looks back seven days at most.
    periods: 2,
    metric: lambda.metricErrors({ statistic: Stats.SUM, period: DAY }),
    alarm: { impact },
  });
  new HarmAlarm(scope, `${id}NotRunning`, {
    topic,
    below: true,
    periods: 2,
    metric: lambda.metricInvocations({ statistic: Stats.SUM, period: DAY }),
    alarm: { impact },
  });
}
