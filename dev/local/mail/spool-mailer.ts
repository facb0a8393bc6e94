import type { Clock } from '../../../lambdas/domain/clock';
import type { Mail, Mailer } from '../../../lambdas/domain/notifications/mailer';
import { DataFolder } from '../folder/data-folder';

/** Puts mails into the data folder, one file each, instead of sending them. */
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
    // Sorts by time, and is a file's name on every system.
    const time = new Date(this.clock()).toISOString().replaceAll(':', '');
    this.folder.replace(`${time}-${this.mails}.json`, `${JSON.stringify({ to, subject, text }, null, 2)}\n`);
    return Promise.resolve();
  }
}
