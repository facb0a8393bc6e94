import { Duration } from 'aws-cdk-lib';
import { EventField, Rule, RuleTargetInput } from 'aws-cdk-lib/aws-events';
import { LambdaFunction } from 'aws-cdk-lib/aws-events-targets';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import { Construct } from 'constructs';
import { MAIL_REPORTS_ENV } from '../../lambdas/contracts/deployment/environment';
import type { AccountsTable } from '../accounts/accounts-table';
import { acknowledge } from '../compliance/acknowledgements';
import type { Config } from '../config';
import { ServiceFunction } from '../constructs/service-function';
import type { MailSet } from './mail-set';
import type { OutboxTable } from './outbox-table';

export interface MailFeedbackProps {
  readonly config: Config;
  readonly outbox: OutboxTable;
  /** Holds the hashes of suppressed addresses. */
  readonly accounts: AccountsTable;
  /** Publishes what becomes of a mail. */
  readonly mailSet: MailSet;
  /** Encrypts the log group. */
  readonly encryptionKey: IKey;
}

/** SES's events, and what they mean for us. A bounce that is not permanent may be a full mailbox. */
const OUTCOMES = {
  Sent: { outcome: 'sent', detailType: 'Email Sent', detail: {} },
  Bounced: { outcome: 'bounced', detailType: 'Email Bounced', detail: { bounce: { bounceType: ['Permanent'] } } },
  Complained: { outcome: 'complained', detailType: 'Email Complaint Received', detail: {} },
} as const;

/** How long EventBridge repeats a report that the function does not take. */
const REPORT_AGE_MAX = Duration.hours(1);

const LOST_REPORT =
  'EventBridge repeats a report for an hour. A lost one is repaired by the sweep or by the next bounce of the address.';

/** Acts on SES's reports about mails: ends messages whose answer was lost, and suppresses addresses that refuse mail. */
export class MailFeedback extends Construct {
  readonly reports: ServiceFunction<typeof MAIL_REPORTS_ENV>;

  constructor(scope: Construct, id: string, props: MailFeedbackProps) {
    super(scope, id);
    const { config, outbox, accounts, mailSet, encryptionKey } = props;
    this.reports = new ServiceFunction(this, 'Reports', {
      entry: 'lambdas/handlers/notifications/mail-reports.lambda.ts',
      description: 'Acts on what SES reports about mails',
      memoryMb: 128,
      timeout: Duration.seconds(30),
      logGroupName: `/tollgate/${config.stage}/mail-reports`,
      logDays: config.logDays,
      encryptionKey,
      losesEventsBecause: LOST_REPORT,
      environmentNames: MAIL_REPORTS_ENV,
      environment: { OUTBOX_TABLE: outbox.table.tableName, ACCOUNTS_TABLE: accounts.table.tableName },
    });
    outbox.grants.end(this.reports);
    accounts.grants.suppress(this.reports);
    for (const [name, outcome] of Object.entries(OUTCOMES)) this.#route(name, outcome, mailSet);
  }

  #route(
    name: string,
    { outcome, detailType, detail }: (typeof OUTCOMES)[keyof typeof OUTCOMES],
    { setName }: MailSet,
  ) {
    const tag = (tagName: string): string => EventField.fromPath(`$.detail.mail.tags.${tagName}[0]`);
    const rule = new Rule(this, name, {
      description: `Reports to the outbox that a mail was ${outcome}`,
      eventPattern: {
        source: ['aws.ses'],
        detailType: [detailType],
        detail: { ...detail, mail: { tags: { 'ses:configuration-set': [setName] } } },
      },
      targets: [
        new LambdaFunction(this.reports.function, {
          // An event of SES has the address and the headers of the mail. The function gets neither.
          event: RuleTargetInput.fromObject({
            outcome,
            messageId: tag('tollgate-message'),
            addressHash: tag('tollgate-address'),
          }),
          maxEventAge: REPORT_AGE_MAX,
        }),
      ],
    });
    acknowledge(rule, {
      decision: 'no-dead-letters',
      rules: ['Serverless-EventBusDLQ'],
      control: LOST_REPORT,
      consequence: 'A mail whose answer and report are both lost is sent a second time, if it is a mandatory one.',
      test: 'no queue keeps the event of a failed invocation',
    });
  }
}
