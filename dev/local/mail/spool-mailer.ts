import type { Clock } from '../../../lambdas/domain/clock';
import type { Mail, Mailer } from '../../../lambdas/domain/notifications/mailer';
import { DataFolder } from '../folder/data-folder';

/** Writes each mail to a file in the data folder instead of sending it. */
export class SpoolMailer implements Mailer {
  private readonly folder: DataFolder;
  private readonly clock: Clock;
  private mails = 0;

  constructor(dataFolder: DataFolder, clock: Clock) {
    this.folder = new DataFolder(dataFolder.file('mail'));
    this.clock = clock;
  }

  send({ to, subject, text }: Mail): Promise<void> {
    this.folder.create();
    this.mails += 1;
    // Names that sort by time, without the colons that some file systems forbid.
    const time = new Date(this.clock()).toISOString().replaceAll(':', '');
    this.folder.replace(`${time}-${this.mails}.json`, `${JSON.stringify({ to, subject, text }, null, 2)}\n`);
    return Promise.resolve();
  }
}
