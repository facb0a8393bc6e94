import { Duration } from 'aws-cdk-lib';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import { Construct } from 'constructs';
import { WEBHOOKS_ENV } from '../../lambdas/contracts/deployment/environment';
import type { AccountsTable } from '../accounts/accounts-table';
import type { AuditTable } from '../audit/audit-table';
import type { Config } from '../config';
import { collectChanges, STREAM_RETRIES } from '../constructs/collect-changes';
import { invokeEveryMinute } from '../constructs/schedule';
import { ServiceFunction } from '../constructs/service-function';
import { publishFailures } from '../constructs/stream-grants';
import type { ServiceSecret } from '../secrets/service-secret';
import { NEW_DELIVERIES, type OutboxTable } from './outbox-table';
import { WebhookAlarms } from './webhook-alarms';

export interface WebhooksProps {
  readonly config: Config;
  readonly outbox: OutboxTable;
  /** Holds the webhooks, and the ends of the audit chains. */
  readonly accounts: AccountsTable;
  /** Receives an event for each webhook that is disabled. */
  readonly audit: AuditTable;
  /** The pepper from which the secrets of webhooks are derived. */
  readonly keyPepper: ServiceSecret;
  /** Encrypts the log groups. */
  readonly encryptionKey: IKey;
  /** Receives alarms, and a message about each batch of changes that was given up. */
  readonly alarmTopic: ITopic;
}

/** A batch is sent at the same time, so it takes as long as its slowest receiver. */
const BATCH_RECORDS = 10;
const BATCH_WINDOW = Duration.seconds(1);
/** The sweep sends whatever the stream has left over, so an old change need not be repeated. */
const RECORD_AGE_MAX = Duration.minutes(10);

/**
 * Sends the events of accounts to their webhooks: new ones from the stream of the outbox at once, and every minute those
 * whose next attempt is due. Only these functions connect to hosts that accounts have named.
 */
export class Webhooks extends Construct {
  constructor(scope: Construct, id: string, props: WebhooksProps) {
    super(scope, id);
    const { outbox, alarmTopic } = props;
    const deliver = this.#createFunction('Deliver', props, {
      entry: 'lambdas/handlers/notifications/deliver-webhooks.lambda.ts',
      description: 'Sends new events of the outbox to webhooks',
      name: 'webhooks',
      losesEventsBecause: STREAM_RETRIES,
    });
    outbox.grants.deliverChangesToWebhooks(deliver);
    publishFailures(deliver, alarmTopic);
    collectChanges(this, {
      table: outbox,
      to: deliver.function,
      filter: NEW_DELIVERIES,
      topic: alarmTopic,
      records: BATCH_RECORDS,
      window: BATCH_WINDOW,
      recordAgeMax: RECORD_AGE_MAX,
    });
    const sweep = this.#createFunction('Sweep', props, {
      entry: 'lambdas/handlers/notifications/sweep-webhooks.lambda.ts',
      description: 'Sends the events again that webhooks have not accepted',
      name: 'webhooks-sweep',
      losesEventsBecause: "The event is empty, and the next minute's run does the same work.",
    });
    outbox.grants.deliverToWebhooks(sweep);
    invokeEveryMinute(this, sweep.function);
    new WebhookAlarms(this, 'WebhookAlarms', { sweep, topic: alarmTopic });
  }

  #createFunction(
    id: string,
    { config, outbox, accounts, audit, keyPepper, encryptionKey }: WebhooksProps,
    { name, ...own }: { entry: string; description: string; name: string; losesEventsBecause: string },
  ): ServiceFunction<typeof WEBHOOKS_ENV> {
    const created = new ServiceFunction(this, id, {
      ...own,
      memoryMb: 256,
      // Ends before the next run of the sweep, which continues where this one stopped.
      timeout: Duration.seconds(58),
      logGroupName: `/tollgate/${config.stage}/${name}`,
      logDays: config.logDays,
      encryptionKey,
      retriesEvents: false,
      environmentNames: WEBHOOKS_ENV,
      environment: {
        OUTBOX_TABLE: outbox.table.tableName,
        ACCOUNTS_TABLE: accounts.table.tableName,
        AUDIT_TABLE: audit.table.tableName,
        KEY_PEPPER_SECRET: keyPepper.secretArn,
        MAIL_FROM: config.identity.mailFrom ?? 'none',
      },
    });
    accounts.grants.deliverToWebhooks(created);
    audit.grants.recordForAccounts(created);
    keyPepper.grants.read(created);
    return created;
  }
}
