/** One mail to one person. Its texts and its address are personal data: they are sent and never stored. */
export interface Mail {
  readonly to: string;
  readonly subject: string;
  /** Plain text. */
  readonly text: string;
  readonly html: string;
  /** Headers in addition to those that every mail has. */
  readonly headers: readonly MailHeader[];
  /** Identifies the mail, so that a provider can detect a repeat and report on it. */
  readonly messageId: string;
  /** A keyed hash of the address: a report can name it without naming the address. */
  readonly addressHash: string;
}

export interface MailHeader {
  readonly name: string;
  readonly value: string;
}

/** Accepts mails for delivery. */
export interface Mailer {
  /** Whether a mail that is handed over again with the same `messageId` is sent once. */
  readonly detectsRepeats: boolean;
  /**
   * Resolves once the mail is accepted. It never repeats an attempt by itself.
   *
   * @throws MailNotTaken when the mail was certainly not accepted
   * @throws MailInDoubt when it may have been accepted
   */
  send(mail: Mail): Promise<void>;
}
