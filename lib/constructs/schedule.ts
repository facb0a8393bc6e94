import { Duration, Stack } from 'aws-cdk-lib';
import { ManagedPolicy, PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import { CfnSchedule } from 'aws-cdk-lib/aws-scheduler';
import type { Construct } from 'constructs';

/** Invokes a function once a minute, without input. */
export function invokeEveryMinute(scope: Construct, lambda: Pick<IFunction, 'functionArn'>): void {
  // A missed run is not retried, because the next one is already due.
  invokeOnSchedule(scope, lambda, { expression: 'rate(1 minute)', retries: 0, eventAgeMax: Duration.minutes(1) });
}

/** When a function runs by itself. */
export interface Schedule {
  /** Such as `rate(1 minute)`. */
  readonly expression: string;
  /** How often the scheduler repeats an invocation that Lambda did not accept. */
  readonly retries: number;
  /** For how long it does. */
  readonly eventAgeMax: Duration;
}

/**
 * Invokes a function by a schedule, without input. It uses the schedule itself because CDK's target would let the
 * schedule invoke every version of the function.
 */
export function invokeOnSchedule(
  scope: Construct,
  { functionArn }: Pick<IFunction, 'functionArn'>,
  { expression, retries, eventAgeMax }: Schedule,
): void {
  const role = new Role(scope, 'ScheduleRole', {
    assumedBy: new ServicePrincipal('scheduler.amazonaws.com', {
      conditions: { StringEquals: { 'aws:SourceAccount': Stack.of(scope).account } },
    }),
  });
  const policy = new ManagedPolicy(scope, 'SchedulePolicy', {
    roles: [role],
    statements: [new PolicyStatement({ actions: ['lambda:InvokeFunction'], resources: [functionArn] })],
  });
  const schedule = new CfnSchedule(scope, 'Schedule', {
    scheduleExpression: expression,
    flexibleTimeWindow: { mode: 'OFF' },
    target: {
      arn: functionArn,
      roleArn: role.roleArn,
      retryPolicy: { maximumRetryAttempts: retries, maximumEventAgeInSeconds: eventAgeMax.toSeconds() },
    },
  });
  schedule.node.addDependency(policy);
}
