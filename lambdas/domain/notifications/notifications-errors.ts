import { Refusal } from '../errors/refusal';

/** The provider did not accept the mail. It can be handed over again. */
export class MailNotTaken extends Refusal {
  override readonly name = 'MailNotTaken';
  override readonly status = 503;
  override readonly code = 'mail_not_taken';
  constructor() {
    super('The mail could not be sent: try again later.', { retryAfterSeconds: 30 });
  }
}

/** The provider did not answer, or failed: nobody knows whether it accepted the mail. */
export class MailInDoubt extends Error {
  override readonly name = 'MailInDoubt';
  /** The name of the error or a system error code, never a message: that may contain an address. */
  readonly reason: string;
  constructor(reason: string) {
    super('the mail may have been sent');
    this.reason = reason;
  }
}
