/** One mail to one person. Its text is personal: it is handed over and kept nowhere. */
export interface Mail {
  readonly to: string;
  readonly subject: string;
  /** Plain text. */
  readonly text: string;
}

/** Whatever takes mails for delivery. */
export interface Mailer {
  /**
   * Resolves once the mail is taken. It is tried once: whether one that was not taken arrives is unknown.
   *
   * @throws MailNotTaken
   */
  send(mail: Mail): Promise<void>;
}
