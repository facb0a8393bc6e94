import { OUTBOX } from '../../../lambdas/contracts/storage/tables';
import { MailRecipients } from '../../../lambdas/domain/accounts/mail-recipients';
import type { VerifiedEmails } from '../../../lambdas/domain/identity/verified-emails';
import { errorName, type Log } from '../../../lambdas/domain/log';
import { MailDelivery } from '../../../lambdas/domain/notifications/delivery/mail-delivery';
import { MailLinks } from '../../../lambdas/domain/notifications/delivery/mail-links';
import type { Mailer } from '../../../lambdas/domain/notifications/mailer';
import { Preferences } from '../../../lambdas/domain/notifications/people/preferences';
import { Suppressions } from '../../../lambdas/domain/notifications/people/suppressions';
import { derivedSecret, MAIL_SECRETS } from '../../../lambdas/domain/secret';
import { backgroundStore } from '../gateway/background-store';
import type { LocalServices } from '../gateway/local-services';
import { PeriodicTask } from '../gateway/periodic-task';

/** Finds the messages whose time has come; new ones are delivered at once. */
const SWEEP_EVERY_MS = 2_000;

export interface LocalMailOptions {
  readonly services: Pick<LocalServices, 'store' | 'clock' | 'pepper'>;
  readonly emails: VerifiedEmails;
  readonly mailer: Mailer;
  /** The gateway's origin. */
  readonly publicUrl: string;
  /** The page of an invoice at the local Stripe. */
  readonly invoicePage: (invoiceId: string) => Promise<string | undefined>;
  readonly log: Log;
}

/** Delivers the mails of the outbox with the code of the functions that do so in AWS. */
export class LocalMail {
  private readonly delivery: MailDelivery;
  private readonly log: Log;
  private readonly task = new PeriodicTask(SWEEP_EVERY_MS, () => this.sweep());
  private readonly unfollow: () => void;

  constructor({ services, emails, mailer, publicUrl, invoicePage, log }: LocalMailOptions) {
    const { clock, pepper } = services;
    const store = backgroundStore(services.store);
    const secretFor = (purpose: keyof typeof MAIL_SECRETS) => derivedSecret(pepper, MAIL_SECRETS[purpose]);
    this.log = log;
    this.delivery = new MailDelivery({
      store,
      clock,
      log,
      mailer,
      recipients: new MailRecipients({ store, emails, invitationsSecret: secretFor('invitations') }),
      preferences: new Preferences({ store }),
      suppressions: new Suppressions({ store, clock, secret: secretFor('suppressions') }),
      links: new MailLinks({ publicUrl, secret: secretFor('unsubscribe') }),
      invoicePage,
    });
    this.unfollow = services.store.onChange(() => this.task.hasten(), [OUTBOX]);
  }

  start(): void {
    this.task.start();
  }

  /** Stops after one last run, which sends what has just happened. */
  async stop(): Promise<void> {
    this.unfollow();
    await this.task.stop();
    await this.sweep();
  }

  private async sweep(): Promise<void> {
    try {
      await this.delivery.sweep();
    } catch (error) {
      this.log.warn('MAIL_NOT_DELIVERED', { cause: errorName(error) });
    }
  }
}
