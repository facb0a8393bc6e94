import { EmbeddedStore } from '../../../lambdas/adapters/embedded/embedded-store';
import { personKey } from '../../../lambdas/contracts/storage/table-keys/accounts';
import { messageKey, pendingMailKey } from '../../../lambdas/contracts/storage/table-keys/outbox';
import { ACCOUNTS, OUTBOX } from '../../../lambdas/contracts/storage/tables';
import { Invitations } from '../../../lambdas/domain/accounts/invitations';
import { subjectOf } from '../../../lambdas/domain/identity/subject';
import { MailRecipients } from '../../../lambdas/domain/accounts/mail-recipients';
import { MailDelivery, type MailSweep } from '../../../lambdas/domain/notifications/delivery/mail-delivery';
import { MailLinks } from '../../../lambdas/domain/notifications/delivery/mail-links';
import type { MailReport } from '../../../lambdas/domain/notifications/delivery/mail-reports';
import { MailReports } from '../../../lambdas/domain/notifications/delivery/mail-reports';
import type { Mail, Mailer } from '../../../lambdas/domain/notifications/mailer';
import { MailInDoubt, MailNotTaken } from '../../../lambdas/domain/notifications/notifications-errors';
import type { NewMessage } from '../../../lambdas/domain/notifications/outbox/message';
import { notifyBy, notifyOnce } from '../../../lambdas/domain/notifications/outbox/outbox';
import { Preferences } from '../../../lambdas/domain/notifications/people/preferences';
import { SuppressedHashes, Suppressions } from '../../../lambdas/domain/notifications/people/suppressions';
import type { TableStore } from '../../../lambdas/domain/table/table-store';
import type { Item } from '../../../lambdas/domain/table/value';
import { AccountStage } from '../accounts/account-stage';
import { keepingWritten } from './written';

export const PUBLIC_URL = 'https://gateway.example.com';
export const MINUTE_MS = 60_000;
const SECRET = new Uint8Array(32).fill(7);

/**
 * The provider's reaction to a mail.
 * - `accept`: sends it. `refuse`: does not, and says so.
 * - `lose`: sends it, but its answer is lost. `fail`: does not send it, and nobody knows.
 */
export type Answer = 'accept' | 'refuse' | 'lose' | 'fail';

/** The outbox and its delivery over a store in memory, with real accounts and a provider that a test scripts. */
export class MailStage {
  readonly accounts: AccountStage;
  readonly written: string[] = [];
  readonly logged: string[] = [];
  /** The mails that the provider has sent. */
  readonly sent: Mail[] = [];
  /** The provider's answers to the next mails; after them it accepts. */
  readonly answers: Answer[] = [];
  readonly engine: EmbeddedStore;
  readonly store: TableStore;
  readonly preferences: Preferences;
  readonly suppressions: Suppressions;
  readonly detectsRepeats: boolean;

  /** @param options.on another engine. @default one in memory, whose changes `engine` publishes */
  constructor({ detectsRepeats = false, on }: { readonly detectsRepeats?: boolean; readonly on?: TableStore } = {}) {
    const clock = () => this.now;
    this.detectsRepeats = detectsRepeats;
    this.engine = EmbeddedStore.memory({ clock });
    this.store = keepingWritten(on ?? this.engine, this.written);
    this.accounts = new AccountStage(this.store);
    this.preferences = new Preferences({ store: this.store });
    this.suppressions = new Suppressions({ store: this.store, clock, secret: SECRET });
  }

  get now(): number {
    return this.accounts.now;
  }

  pass(milliseconds: number): void {
    this.accounts.now += milliseconds;
  }

  readonly clock = (): number => this.now;

  readonly mailer: Mailer['send'] = async (mail) => {
    const answer = this.answers.shift() ?? 'accept';
    if (answer === 'refuse') throw new MailNotTaken();
    const isRepeat = this.detectsRepeats && this.sent.some(({ messageId }) => messageId === mail.messageId);
    if (answer !== 'fail' && !isRepeat) this.sent.push(mail);
    if (answer !== 'accept') throw new MailInDoubt('TimeoutError');
  };

  /** A process that delivers. @param store the store that it works on. @default the stage's */
  delivery({
    store = this.store,
    send = this.mailer,
    publicUrl = PUBLIC_URL,
    invoicePage,
  }: {
    readonly store?: TableStore;
    readonly send?: Mailer['send'];
    readonly publicUrl?: string | undefined;
    readonly invoicePage?: (invoiceId: string) => Promise<string | undefined>;
  } = {}) {
    const { clock } = this;
    const line = (code: string, fields = {}): void => void this.logged.push(JSON.stringify([code, fields]));
    return new MailDelivery({
      store,
      clock,
      log: { info: line, warn: line, error: line },
      mailer: { detectsRepeats: this.detectsRepeats, send },
      recipients: new MailRecipients({
        store,
        emails: { of: async (subject) => this.accounts.emails.get(subject) },
        invitationsSecret: SECRET,
      }),
      preferences: new Preferences({ store }),
      suppressions: new Suppressions({ store, clock, secret: SECRET }),
      links: new MailLinks({ publicUrl: publicUrl === '' ? undefined : publicUrl, secret: SECRET }),
      invoicePage,
      timing: this.timing,
    });
  }

  /** Invitations whose tokens are derived from a secret. @default the stage's, from which mails derive them again */
  invitations(secret = SECRET): Invitations {
    const { store, clock } = this;
    const emails = { of: async () => undefined };
    return new Invitations({ store, clock, audit: this.accounts.audit, emails, secret, notify: notifyBy(clock) });
  }

  /** Waits take no time, and none passes meanwhile. */
  readonly timing = { clock: this.clock, random: () => 0.5, sleep: () => Promise.resolve() };

  notify(message: NewMessage): Promise<boolean> {
    return notifyOnce({ store: this.store, clock: this.clock, timing: this.timing }, message);
  }

  /** Runs the sweep until it finds nothing new, as within the next minutes. */
  async sweep(): Promise<MailSweep> {
    const delivery = this.delivery();
    await delivery.sweep();
    return delivery.sweep();
  }

  /** Delivers the provider's report. @param store the store that its function works on */
  async report(report: MailReport, store: TableStore = this.store): Promise<void> {
    const { clock, timing } = this;
    const suppressions = new SuppressedHashes({ store, clock });
    const line = (code: string, fields = {}): void => void this.logged.push(JSON.stringify([code, fields]));
    const reports = new MailReports({
      store,
      clock,
      timing,
      suppressions,
      log: { info: line, warn: line, error: line },
    });
    await reports.take(report);
  }

  /** Changes an attribute of a pending message. @default makes it unreadable */
  async breakMessage({ messageId }: Pick<NewMessage, 'messageId'>, set: Item = { recipient: 'nobody' }): Promise<void> {
    await this.store.write({ table: OUTBOX, update: pendingMailKey(messageId), change: { set } });
  }

  /** The user pool's ID of a person. */
  async subjectOf(personId: string): Promise<string> {
    return subjectOf((await this.store.get({ table: ACCOUNTS, key: personKey(personId) }))!);
  }

  /** How far a message is; undefined if it does not exist. */
  async stateOf({ messageId }: Pick<NewMessage, 'messageId'>): Promise<unknown> {
    return (await this.store.get({ table: OUTBOX, key: messageKey(messageId) }))?.['state'];
  }
}
