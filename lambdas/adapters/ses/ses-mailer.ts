import type { SESv2ClientConfig } from '@aws-sdk/client-sesv2';
import { SendEmailCommand, SESv2Client } from '@aws-sdk/client-sesv2';
import { errorName, type Log } from '../../domain/log';
import type { Mail, Mailer } from '../../domain/notifications/mailer';
import { MailNotTaken } from '../../domain/notifications/notifications-errors';
import { SDK_LIMITS } from '../sdk-limits';

export interface SesMailerOptions {
  /** The sender. SES must have verified the address or its domain. */
  readonly from: string;
  readonly log: Log;
  /** @default the function's own region and role */
  readonly connection?: Omit<SESv2ClientConfig, 'maxAttempts'>;
}

/** Sends mails through SES, without retries. */
export class SesMailer implements Mailer {
  readonly #options: SesMailerOptions;
  readonly #client: SESv2Client;

  constructor(options: SesMailerOptions) {
    this.#options = options;
    // The SDK would retry a request whose response was lost. SES does not detect repeats, so it would send two mails.
    this.#client = new SESv2Client({ ...SDK_LIMITS, ...options.connection, maxAttempts: 1 });
  }

  async send({ to, subject, text }: Mail): Promise<void> {
    const { from, log } = this.#options;
    const inUtf8 = (data: string) => ({ Data: data, Charset: 'UTF-8' });
    const command = new SendEmailCommand({
      FromEmailAddress: from,
      Destination: { ToAddresses: [to] },
      Content: { Simple: { Subject: inUtf8(subject), Body: { Text: inUtf8(text) } } },
    });
    try {
      await this.#client.send(command);
    } catch (error) {
      // SES's error is dropped because its message contains email addresses.
      log.error('MAIL_NOT_TAKEN', { cause: errorName(error) });
      throw new MailNotTaken();
    }
  }
}
