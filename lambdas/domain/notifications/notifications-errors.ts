import { Refusal } from '../errors/refusal';

/** The action that needed the mail was not done either, so nobody waits for a mail that does not come. */
export class MailNotTaken extends Refusal {
  override readonly name = 'MailNotTaken';
  override readonly status = 503;
  override readonly code = 'mail_not_taken';
  constructor() {
    super('The mail could not be sent, and nothing was changed: try again later.', { retryAfterSeconds: 30 });
  }
}
