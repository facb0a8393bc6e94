import { Duration } from 'aws-cdk-lib';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import { Construct } from 'constructs';
import { MAIL_ENV } from '../../lambdas/contracts/deployment/environment';
import type { AccountsTable } from '../accounts/accounts-table';
import type { Config } from '../config';
import { collectChanges, STREAM_RETRIES } from '../constructs/collect-changes';
import { invokeEveryMinute } from '../constructs/schedule';
import { ServiceFunction } from '../constructs/service-function';
import { publishFailures } from '../constructs/stream-grants';
import type { Identity } from '../identity/identity';
import { stripeEnvironment } from '../payments/payments-environment';
import type { StripeKeys } from '../payments/stripe-keys';
import type { ServiceSecret } from '../secrets/service-secret';
import type { MailSet } from './mail-set';
import { NEW_MAILS, type OutboxTable } from './outbox-table';

export interface MailDeliveryProps {
  readonly config: Config;
  /** The sender's address. */
  readonly mailFrom: string;
  readonly outbox: OutboxTable;
  /** Members, billing details, invitations, preferences and suppressed addresses. */
  readonly accounts: AccountsTable;
  /** The pepper from which the secrets of links, invitations and hashes are derived. */
  readonly keyPepper: ServiceSecret;
  /** Knows people's addresses. */
  readonly identity: Identity;
  readonly mailSet: MailSet;
  /** Mails about invoices link to pages at Stripe. @default none: the deployment takes no payments */
  readonly stripeKeys: StripeKeys | undefined;
  /** Encrypts the log groups. */
  readonly encryptionKey: IKey;
  /** Receives a message about each batch of changes that was given up. */
  readonly alarmTopic: ITopic;
}

/** Few, because mails are sent one after the other and SES limits them to a few a second. */
const BATCH_RECORDS = 10;
const BATCH_WINDOW = Duration.seconds(1);
/** The sweep delivers whatever the stream has left over, so an old change need not be repeated. */
const RECORD_AGE_MAX = Duration.minutes(10);

/** Sends the mails of the outbox: new ones from its stream at once, and every minute those that are left over. */
export class MailDelivery extends Construct {
  readonly deliver: ServiceFunction<typeof MAIL_ENV>;
  readonly sweep: ServiceFunction<typeof MAIL_ENV>;

  constructor(scope: Construct, id: string, props: MailDeliveryProps) {
    super(scope, id);
    const { outbox, alarmTopic } = props;
    this.deliver = this.#createFunction('Deliver', props, {
      entry: 'lambdas/handlers/notifications/deliver.lambda.ts',
      description: 'Sends the mails of new messages in the outbox',
      name: 'mail',
      losesEventsBecause: STREAM_RETRIES,
    });
    outbox.grants.deliverChanges(this.deliver);
    publishFailures(this.deliver, alarmTopic);
    collectChanges(this, {
      table: outbox,
      to: this.deliver.function,
      filter: NEW_MAILS,
      topic: alarmTopic,
      records: BATCH_RECORDS,
      window: BATCH_WINDOW,
      recordAgeMax: RECORD_AGE_MAX,
    });
    this.sweep = this.#createFunction('Sweep', props, {
      entry: 'lambdas/handlers/notifications/sweep-mail.lambda.ts',
      description: 'Sends the mails that are still in the outbox',
      name: 'mail-sweep',
      losesEventsBecause: "The event is empty, and the next minute's run does the same work.",
    });
    outbox.grants.deliver(this.sweep);
    invokeEveryMinute(this, this.sweep.function);
  }

  #createFunction(
    id: string,
    { mailFrom, mailSet, ...props }: MailDeliveryProps,
    { name, ...own }: { entry: string; description: string; name: string; losesEventsBecause: string },
  ): ServiceFunction<typeof MAIL_ENV> {
    const { config, outbox, accounts, keyPepper, identity, stripeKeys, encryptionKey } = props;
    const created = new ServiceFunction(this, id, {
      ...own,
      memoryMb: 256,
      // Ends before the next run of the sweep, which continues where this one stopped.
      timeout: Duration.seconds(55),
      logGroupName: `/tollgate/${config.stage}/${name}`,
      logDays: config.logDays,
      encryptionKey,
      retriesEvents: false,
      environmentNames: MAIL_ENV,
      environment: {
        OUTBOX_TABLE: outbox.table.tableName,
        ACCOUNTS_TABLE: accounts.table.tableName,
        KEY_PEPPER_SECRET: keyPepper.secretArn,
        USER_POOL_ID: identity.userPool.userPoolId,
        MAIL_FROM: mailFrom,
        MAIL_SET: mailSet.setName,
        PUBLIC_URL: publicUrlOf(config) ?? 'none',
        ...stripeEnvironment(this, props),
      },
    });
    accounts.grants.readRecipients(created);
    keyPepper.grants.read(created);
    stripeKeys?.grants.read(created);
    identity.grants.readEmails(created);
    identity.grants.sendMail(created, mailFrom, mailSet.setArn);
    return created;
  }
}

/** The origin that mails link to. Mail programs follow an unsubscribe link over https only. */
function publicUrlOf({ domain, identity: { consoleUrl } }: Config): string | undefined {
  const url = consoleUrl ?? (domain && `https://${domain.name}`);
  return url?.startsWith('https:') === true ? url : undefined;
}
