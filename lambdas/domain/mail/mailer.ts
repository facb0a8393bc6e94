/** One mail to one person. Its text is personal: it is handed over and kept nowhere. */
export interface Mail {
  readonly to: string;
  readonly subject: string;
  /** Plain text. */
  readonly text: string;
}

/** Whatever takes mails for delivery. */
export interface Mailer {
  /** Resolves once the mail is taken. @throws ServiceUnavailable when it is not, so that the caller can try again */
  send(mail: Mail): Promise<void>;
}
