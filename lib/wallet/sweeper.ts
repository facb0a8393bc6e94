import { Duration, Stack } from 'aws-cdk-lib';
import { ManagedPolicy, PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { CfnSchedule } from 'aws-cdk-lib/aws-scheduler';
import { Construct } from 'constructs';
import { SWEEP_ENV } from '../../lambdas/contracts/env';
import type { Config } from '../config';
import { ServiceFunction } from '../shared/service-function';
import type { StatefulStack } from '../stacks/stateful-stack';

export interface SweeperProps {
  readonly config: Config;
  readonly stateful: StatefulStack;
}

/** Ends, once a minute, the holds that nobody ended before their deadline. */
export class Sweeper extends Construct {
  readonly sweep: ServiceFunction<typeof SWEEP_ENV>;

  constructor(scope: Construct, id: string, props: SweeperProps) {
    super(scope, id);
    const { config, stateful } = props;
    this.sweep = new ServiceFunction(this, 'Sweep', {
      entry: 'lambdas/handlers/wallet/sweep.lambda.ts',
      description: 'Ends holds whose deadline has passed',
      memoryMb: 256,
      // Within the minute: the next sweep starts where this one stopped.
      timeout: Duration.seconds(55),
      logGroupName: `/tollgate/${config.stage}/sweeper`,
      logDays: config.logDays,
      encryptionKey: stateful.encryptionKey,
      failedInvocations: {
        needNoQueueBecause: "The event carries nothing, and the next minute's sweep does the same work.",
      },
      repeatsFailed: false,
      environmentNames: SWEEP_ENV,
      environment: {
        WALLET_TABLE: stateful.wallet.table.tableName,
        USAGE_TABLE: stateful.usage.table.tableName,
        USAGE_RETENTION_DAYS: String(config.usageDays),
      },
    });
    stateful.wallet.grants.sweep(this.sweep);
    stateful.usage.grants.record(this.sweep);
    stateful.usage.grants.find(this.sweep);
    this.#schedule();
  }

  // Spelt out: the ready-made target would let the schedule invoke every version of the function.
  #schedule(): void {
    const role = new Role(this, 'ScheduleRole', {
      assumedBy: new ServicePrincipal('scheduler.amazonaws.com', {
        conditions: { StringEquals: { 'aws:SourceAccount': Stack.of(this).account } },
      }),
    });
    const { functionArn } = this.sweep.function;
    const policy = new ManagedPolicy(this, 'SchedulePolicy', {
      roles: [role],
      statements: [new PolicyStatement({ actions: ['lambda:InvokeFunction'], resources: [functionArn] })],
    });
    const schedule = new CfnSchedule(this, 'Schedule', {
      scheduleExpression: 'rate(1 minute)',
      flexibleTimeWindow: { mode: 'OFF' },
      target: {
        arn: functionArn,
        roleArn: role.roleArn,
        // A missed minute is not made up for: the next one is due already.
        retryPolicy: { maximumRetryAttempts: 0, maximumEventAgeInSeconds: 60 },
      },
    });
    schedule.node.addDependency(policy);
  }
}
