import { Duration } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import { SWEEP_ENV } from '../../lambdas/contracts/deployment/environment';
import type { Config } from '../config';
import { invokeEveryMinute } from '../constructs/every-minute';
import { ServiceFunction } from '../constructs/service-function';
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
        KEYS_TABLE: stateful.keys.table.tableName,
        USAGE_TABLE: stateful.usage.table.tableName,
        USAGE_RETENTION_DAYS: String(config.usageDays),
      },
    });
    stateful.wallet.grants.sweep(this.sweep);
    stateful.keys.grants.giveBack(this.sweep);
    stateful.usage.grants.record(this.sweep);
    stateful.usage.grants.find(this.sweep);
    invokeEveryMinute(this, this.sweep.function);
  }
}
