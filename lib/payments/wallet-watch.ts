import { Duration } from 'aws-cdk-lib';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import { Construct } from 'constructs';
import { PAYMENTS_ENV } from '../../lambdas/contracts/deployment/environment';
import { collectChanges, STREAM_RETRIES } from '../constructs/collect-changes';
import { ServiceFunction } from '../constructs/service-function';
import { publishFailures } from '../constructs/stream-grants';
import { BALANCES } from '../wallet/wallet-table';
import { type PaymentStores, paymentsEnvironment } from './payments-environment';
import type { StripeKeys } from './stripe-keys';

export interface WalletWatchProps extends PaymentStores {
  readonly stripeKeys: StripeKeys;
  /** Encrypts the log group. */
  readonly encryptionKey: IKey;
  /** Receives a message about each batch of changes that was given up. */
  readonly alarmTopic: ITopic;
}

/** The most that Lambda allows. Each account of a batch is looked at once, so a larger batch is cheaper. */
const BATCH_RECORDS = 1_000;
/** An automatic top-up begins at most this long after the request that ran the account low. */
const BATCH_WINDOW = Duration.seconds(10);
/** The scheduled job looks at every account within minutes, so an older change tells nothing new. */
const RECORD_AGE_MAX = Duration.hours(1);

/** Reads the changes of balances: an account that runs low buys credit, if it wants that. */
export class WalletWatch extends Construct {
  readonly watch: ServiceFunction<typeof PAYMENTS_ENV>;

  constructor(scope: Construct, id: string, props: WalletWatchProps) {
    super(scope, id);
    const { config, accounts, wallet, stripeKeys, alarmTopic } = props;
    this.watch = new ServiceFunction(this, 'Watch', {
      entry: 'lambdas/handlers/payments/wallet-watch.lambda.ts',
      description: 'Buys credit for accounts that run low and want that',
      memoryMb: 256,
      // A charge at Stripe can take a minute when it is repeated, and a batch can have several.
      timeout: Duration.minutes(5),
      logGroupName: `/tollgate/${config.stage}/wallet-watch`,
      logDays: config.logDays,
      encryptionKey: props.encryptionKey,
      losesEventsBecause: STREAM_RETRIES,
      retriesEvents: false,
      environmentNames: PAYMENTS_ENV,
      environment: paymentsEnvironment(this, props),
    });
    wallet.grants.watchBalances(this.watch);
    wallet.grants.book(this.watch);
    props.outbox.grants.notify(this.watch);
    accounts.grants.topUp(this.watch);
    accounts.grants.tellWhenLow(this.watch);
    stripeKeys.grants.read(this.watch);
    publishFailures(this.watch, alarmTopic);
    collectChanges(this, {
      table: wallet,
      to: this.watch.function,
      filter: BALANCES,
      topic: alarmTopic,
      records: BATCH_RECORDS,
      window: BATCH_WINDOW,
      recordAgeMax: RECORD_AGE_MAX,
    });
  }
}
