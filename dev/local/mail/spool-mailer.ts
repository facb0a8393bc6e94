import { readdirSync, rmSync } from 'node:fs';
import type { Clock } from '../../../lambdas/domain/clock';
import type { Mail, Mailer } from '../../../lambdas/domain/notifications/mailer';
import { DataFolder } from '../folder/data-folder';

/** A mail in the data folder. */
export interface SpooledMail extends Pick<Mail, 'to' | 'subject' | 'text' | 'html' | 'headers'> {
  /** ISO 8601. */
  readonly sentAt: string;
}

/** Writes each mail to a file in the data folder instead of sending it. */
export class SpoolMailer implements Mailer {
  /** A mail's file is named after it, so handing it over again changes nothing. */
  readonly detectsRepeats = true;
  private readonly folder: DataFolder;
  private readonly clock: Clock;

  constructor(dataFolder: DataFolder, clock: Clock) {
    this.folder = new DataFolder(dataFolder.file('mail'));
    this.clock = clock;
  }

  async send({ to, subject, text, html, headers, messageId }: Mail): Promise<void> {
    this.folder.create();
    const ending = `-${messageId}.json`;
    if (this.files().some((file) => file.endsWith(ending))) return;
    const sentAt = new Date(this.clock()).toISOString();
    const mail: SpooledMail = { to, subject, text, html, headers, sentAt };
    // Names that sort by time, without the colons that some file systems forbid.
    this.folder.replace(`${sentAt.replaceAll(':', '')}${ending}`, `${JSON.stringify(mail, null, 2)}\n`);
  }

  /** Deletes the mails to an address. */
  forget(address: string): void {
    for (const file of this.files()) {
      const { to } = JSON.parse(this.folder.read(file) ?? '{}') as Partial<SpooledMail>;
      if (to === address) rmSync(this.folder.file(file), { force: true });
    }
  }

  /** The mails since a time in epoch milliseconds, the newest first. */
  since(start: number): readonly SpooledMail[] {
    const from = new Date(start).toISOString();
    return this.files()
      .sort()
      .toReversed()
      .map((file) => JSON.parse(this.folder.read(file) ?? '{}') as SpooledMail)
      .filter(({ sentAt }) => sentAt >= from);
  }

  private files(): string[] {
    try {
      return readdirSync(this.folder.file('.')).filter((file) => file.endsWith('.json'));
    } catch {
      // Nothing was sent yet, so there is no folder.
      return [];
    }
  }
}
