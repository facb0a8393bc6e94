/** One mail to one person. Its text is personal data: it is sent and never stored. */
export interface Mail {
  readonly to: string;
  readonly subject: string;
  /** Plain text. */
  readonly text: string;
}

/** Accepts mails for delivery. */
export interface Mailer {
  /**
   * Resolves once the mail is accepted. There is no retry, because a mail that was not accepted may still arrive.
   *
   * @throws MailNotTaken
   */
  send(mail: Mail): Promise<void>;
}
