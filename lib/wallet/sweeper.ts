import { Duration } from 'aws-cdk-lib';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import { Construct } from 'constructs';
import { SWEEP_ENV } from '../../lambdas/contracts/deployment/environment';
import type { Config } from '../config';
import { reservedFor } from '../constructs/concurrency';
import { invokeEveryMinute } from '../constructs/schedule';
import { ServiceFunction } from '../constructs/service-function';
import type { KeysTable } from '../keys/keys-table';
import type { UsageTable } from '../usage/usage-table';
import type { WalletTable } from './wallet-table';

export interface SweeperProps {
  readonly config: Config;
  /** Holds the holds. */
  readonly wallet: WalletTable;
  /** Gets back what expired holds had counted against the limits of keys. */
  readonly keys: KeysTable;
  /** Receives the usage records of expired requests. */
  readonly usage: UsageTable;
  /** Encrypts the log group. */
  readonly encryptionKey: IKey;
}

/** Expires, once a minute, the holds that are past their deadline. */
export class Sweeper extends Construct {
  readonly sweep: ServiceFunction<typeof SWEEP_ENV>;

  constructor(scope: Construct, id: string, props: SweeperProps) {
    super(scope, id);
    const { config, wallet, keys, usage } = props;
    this.sweep = new ServiceFunction(this, 'Sweep', {
      entry: 'lambdas/handlers/wallet/sweep.lambda.ts',
      description: 'Expires holds that are past their deadline',
      memoryMb: 256,
      // Ends before the next run, which continues where this one stopped.
      timeout: Duration.seconds(55),
      logGroupName: `/tollgate/${config.stage}/sweeper`,
      logDays: config.logDays,
      encryptionKey: props.encryptionKey,
      losesEventsBecause: "The event is empty, and the next minute's run does the same work.",
      retriesEvents: false,
      reservedConcurrency: reservedFor('sweeper', config),
      environmentNames: SWEEP_ENV,
      environment: {
        WALLET_TABLE: wallet.table.tableName,
        KEYS_TABLE: keys.table.tableName,
        USAGE_TABLE: usage.table.tableName,
        USAGE_RETENTION_DAYS: String(config.usageDays),
      },
    });
    wallet.grants.sweep(this.sweep);
    keys.grants.giveBack(this.sweep);
    usage.grants.record(this.sweep);
    usage.grants.find(this.sweep);
    invokeEveryMinute(this, this.sweep.function);
  }
}
