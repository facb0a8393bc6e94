import { Refusal } from '../errors/refusal';

/** The mail could not be sent, so the action that needed it was not done either. */
export class MailNotTaken extends Refusal {
  override readonly name = 'MailNotTaken';
  override readonly status = 503;
  override readonly code = 'mail_not_taken';
  constructor() {
    super('The mail could not be sent, and nothing was changed: try again later.', { retryAfterSeconds: 30 });
  }
}
