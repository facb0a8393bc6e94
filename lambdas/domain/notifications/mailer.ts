/** One mail to one person. Its text is personal data: it is handed over and never stored. */
export interface Mail {
  readonly to: string;
  readonly subject: string;
  /** Plain text. */
  readonly text: string;
}

/** Accepts mails for delivery. */
export interface Mailer {
  /**
   * Resolves once the mail is accepted. There is no retry: a mail that was not accepted may arrive all the same.
   *
   * @throws MailNotTaken
   */
  send(mail: Mail): Promise<void>;
}
