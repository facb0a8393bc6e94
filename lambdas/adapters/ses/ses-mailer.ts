import type { SESv2ClientConfig } from '@aws-sdk/client-sesv2';
import { SendEmailCommand, SESv2Client } from '@aws-sdk/client-sesv2';
import { errorName, type Log } from '../../domain/log';
import type { Mail, Mailer } from '../../domain/notifications/mailer';
import { MailInDoubt, MailNotTaken } from '../../domain/notifications/notifications-errors';
import { SDK_LIMITS } from '../sdk-limits';

/** The tags that SES repeats in its events, so that an event need not name an address. */
export const MAIL_TAGS = { message: 'tollgate-message', address: 'tollgate-address' } as const;

export interface SesMailerOptions {
  /** The sender. SES must have verified the address or its domain. */
  readonly from: string;
  /** Publishes the events of each mail. */
  readonly configurationSet: string;
  readonly log: Log;
  /** @default the function's own region and role */
  readonly connection?: Omit<SESv2ClientConfig, 'maxAttempts'>;
}

/** Sends mails through SES, without retries: the outbox decides about those. */
export class SesMailer implements Mailer {
  /** SES has no idempotency token. */
  readonly detectsRepeats = false;
  readonly #options: SesMailerOptions;
  readonly #client: SESv2Client;

  constructor(options: SesMailerOptions) {
    this.#options = options;
    // The SDK would retry a request whose response was lost. SES does not detect repeats, so it would send two mails.
    this.#client = new SESv2Client({ ...SDK_LIMITS, ...options.connection, maxAttempts: 1 });
  }

  async send(mail: Mail): Promise<void> {
    try {
      await this.#client.send(this.#command(mail));
    } catch (error) {
      // SES's error is dropped because its message contains email addresses.
      if (!isRefusal(error)) throw new MailInDoubt(errorName(error));
      this.#options.log.error('MAIL_NOT_TAKEN', { cause: errorName(error) });
      throw new MailNotTaken();
    }
  }

  #command({ to, subject, text, html, headers, messageId, addressHash }: Mail): SendEmailCommand {
    const { from, configurationSet } = this.#options;
    const inUtf8 = (data: string) => ({ Data: data, Charset: 'UTF-8' });
    return new SendEmailCommand({
      FromEmailAddress: from,
      Destination: { ToAddresses: [to] },
      ConfigurationSetName: configurationSet,
      EmailTags: [
        { Name: MAIL_TAGS.message, Value: messageId },
        { Name: MAIL_TAGS.address, Value: addressHash },
      ],
      Content: {
        Simple: {
          Subject: inUtf8(subject),
          Body: { Text: inUtf8(text), Html: inUtf8(html) },
          ...(headers.length > 0 && { Headers: headers.map(({ name, value }) => ({ Name: name, Value: value })) }),
        },
      },
    });
  }
}

/** Whether SES has said no. Any other failure may have come after it accepted the mail. */
function isRefusal(error: unknown): boolean {
  const { $metadata } = error as { readonly $metadata?: { readonly httpStatusCode?: number } };
  const status = $metadata?.httpStatusCode ?? 0;
  return status >= 400 && status < 500;
}
