import { SHARDS } from '../../../contracts/storage/table-keys/key-parts';
import { pendingMailKey, pendingMailPartition } from '../../../contracts/storage/table-keys/outbox';
import { OUTBOX } from '../../../contracts/storage/tables';
import { type Clock, DAY_MS, HOUR_MS, SECOND_MS } from '../../clock';
import { errorName, type Log } from '../../log';
import { isRestricted } from '../../restrictions/restriction-item';
import { everyItem } from '../../table/every-item';
import { systemTiming, type Timing } from '../../table/retry';
import type { TableStore } from '../../table/table-store';
import type { Item } from '../../table/value';
import type { Mailer } from '../mailer';
import { MailInDoubt, MailNotTaken } from '../notifications-errors';
import { isOptional, KINDS } from '../outbox/kinds';
import { decodePending, forBillingDetails, forPerson, type NewMessage, type PendingMessage } from '../outbox/message';
import { MAIL_ONLY, notifyOnce } from '../outbox/outbox';
import type { Preferences } from '../people/preferences';
import type { Recipients } from '../people/recipients';
import type { Suppressions } from '../people/suppressions';
import { renderMail } from '../templates/render-mail';
import { Claims, type End } from './claims';
import type { MailLinks } from './mail-links';

/** A message is given up a day before its items expire, so that the log reports it. */
export const GIVE_UP_MS = 6 * DAY_MS;
/** A message that is still pending after this long is late enough for an operator to look. */
export const OVERDUE_MS = HOUR_MS;
/** A sweep begins no delivery after this long, so that its function ends in time; the next one goes on. */
export const SWEEP_MS_MAX = 40 * SECOND_MS;
/** How often a mail is handed over that may already have been sent. */
export const ATTEMPTS_IN_DOUBT_MAX = 3;

export interface MailDeliveryOptions {
  readonly store: TableStore;
  readonly clock: Clock;
  readonly log: Log;
  readonly mailer: Mailer;
  readonly recipients: Recipients;
  readonly preferences: Pick<Preferences, 'of'>;
  readonly suppressions: Pick<Suppressions, 'of' | 'hashOf'>;
  readonly links: MailLinks;
  /**
   * The page of an invoice at the payment processor; undefined if there is none. Its URL shows the invoice to anybody.
   * @default the deployment takes no payments
   */
  readonly invoicePage?: ((invoiceId: string) => Promise<string | undefined>) | undefined;
  /** @default the system's */
  readonly timing?: Timing;
}

/** The result of a sweep. */
export interface MailSweep {
  readonly overdue: number;
  /** The number of messages whose delivery failed unexpectedly; the next sweep tries them again. */
  readonly failed: number;
}

/** Sends the mails of the outbox. Any number of processes may deliver the same messages at the same time. */
export class MailDelivery {
  readonly #options: MailDeliveryOptions;
  readonly #timing: Timing;
  readonly #claims: Claims;

  constructor(options: MailDeliveryOptions) {
    this.#options = options;
    this.#timing = options.timing ?? systemTiming(options.clock);
    this.#claims = new Claims({ store: options.store, timing: this.#timing });
  }

  /**
   * Delivers a message if it is due, and does nothing otherwise. It never throws: whatever stays undelivered is in the
   * table, and a later sweep delivers it.
   * @returns false if it failed unexpectedly
   */
  async deliver(messageId: string): Promise<boolean> {
    const { store, log } = this.#options;
    try {
      const item = await store.get({ table: OUTBOX, key: pendingMailKey(messageId) });
      const message = item && decodePending(item);
      if (message) await this.#deliver(message);
      return true;
    } catch (error) {
      log.warn('MAIL_NOT_DELIVERED', { cause: errorName(error) });
      return false;
    }
  }

  /** Delivers every message that is due. It is safe to run it at any time, also concurrently. */
  async sweep(): Promise<MailSweep> {
    const sweep = { overdue: 0, failed: 0 };
    const now = this.#options.clock();
    for (const shard of SHARDS) {
      const query = { table: OUTBOX, partition: pendingMailPartition(shard) };
      for await (const item of everyItem(this.#options.store, query)) {
        const { messageId, isDue, isOverdue } = dueness(item, now);
        if (isOverdue) sweep.overdue += 1;
        if (this.#options.clock() - now >= SWEEP_MS_MAX) return sweep;
        if (isDue && !(await this.deliver(messageId))) sweep.failed += 1;
      }
    }
    return sweep;
  }

  async #deliver(message: PendingMessage): Promise<void> {
    const { clock, log, mailer } = this.#options;
    const { kind, accountId, attempts } = message;
    const now = clock();
    if (message.dueAt > now) return;
    const isInDoubt = message.state === 'sending' && !mailer.detectsRepeats;
    if (isInDoubt && (isOptional(KINDS[kind].category) || attempts >= ATTEMPTS_IN_DOUBT_MAX)) {
      log.warn('MAIL_IN_DOUBT', { ...inAccount(accountId), count: attempts });
      return this.#claims.end(message, 'in_doubt');
    }
    if (now - Date.parse(message.createdAt) >= GIVE_UP_MS) {
      log.error('MAIL_GIVEN_UP', { ...inAccount(accountId), count: attempts });
      return this.#claims.end(message, 'given_up');
    }
    if (await this.#isStopped(message)) return this.#claims.end(message, 'restricted');
    const parts = await this.#partsOf(message);
    if (parts === undefined) return this.#send(message);
    for (const part of parts) {
      if (await this.#isStopped(part)) continue;
      await notifyOnce({ ...this.#options, timing: this.#timing, audiences: MAIL_ONLY }, part);
    }
    return this.#claims.end(message, parts.length === 0 ? 'no_recipient' : 'expanded');
  }

  /** Whether the mail is optional, and the data of its account or its person may only be stored. */
  async #isStopped({ kind, accountId, recipient }: NewMessage): Promise<boolean> {
    if (!isOptional(KINDS[kind].category)) return false;
    const { store } = this.#options;
    if (accountId !== undefined && (await isRestricted(store, accountId))) return true;
    return recipient.to === 'person' && isRestricted(store, recipient.personId);
  }

  /** The messages for the people of a message to several; undefined for a message to one. */
  async #partsOf(message: NewMessage): Promise<readonly NewMessage[] | undefined> {
    const { recipients } = this.#options;
    const { recipient, accountId } = message;
    if (recipient.to !== 'roles' && recipient.to !== 'billing') return undefined;
    if (accountId === undefined) return [];
    if (recipient.to === 'billing') {
      const toBilling = forBillingDetails(message);
      // If mail to the billing address has bounced, the people learn of it instead.
      if (await this.#isReachable(toBilling)) return [toBilling];
    }
    const roles = recipient.to === 'billing' ? (['owner', 'billing'] as const) : recipient.roles;
    return (await recipients.peopleWith(accountId, roles)).map((personId) => forPerson(message, personId));
  }

  async #send(message: PendingMessage): Promise<void> {
    const { recipients, suppressions, links, mailer, invoicePage } = this.#options;
    const destination = await recipients.destinationOf(message);
    if (destination === undefined) return this.#claims.end(message, 'no_recipient');
    const addressHash = suppressions.hashOf(destination.address);
    const reasonNotTo = await this.#reasonNotTo(message, addressHash);
    if (reasonNotTo !== undefined) return this.#claims.end(message, reasonNotTo);
    const invoiceUrl =
      message.kind === 'invoice_issued' ? await invoicePage?.(message.parameters.invoiceId) : undefined;
    const text = renderMail(message, { ...destination, invoiceUrl }, links);
    if (text === undefined) return this.#claims.end(message, 'declined');
    const mail = { ...text, to: destination.address, messageId: message.messageId, addressHash };
    const claim = await this.#claims.take(message);
    if (claim === undefined) return;
    try {
      await mailer.send(mail);
    } catch (error) {
      return this.#afterFailure(message, claim, error);
    }
    // The mail is out. Whatever claim there is now, the message must not be sent again.
    await this.#claims.end(message, 'sent');
  }

  /** Whether there is an address, and mail to it has not bounced. */
  async #isReachable(message: NewMessage): Promise<boolean> {
    const { recipients, suppressions } = this.#options;
    const destination = await recipients.destinationOf(message);
    if (destination === undefined) return false;
    return (await suppressions.of(suppressions.hashOf(destination.address))) !== 'bounce';
  }

  async #reasonNotTo({ kind, recipient }: NewMessage, addressHash: string): Promise<End | undefined> {
    const { preferences, suppressions } = this.#options;
    const { category } = KINDS[kind];
    if (isOptional(category) && recipient.to === 'person' && !(await preferences.of(recipient.personId))[category])
      return 'declined';
    const suppression = await suppressions.of(addressHash);
    const isSuppressed = suppression === 'bounce' || (suppression === 'complaint' && isOptional(category));
    return isSuppressed ? 'suppressed' : undefined;
  }

  async #afterFailure(message: PendingMessage, claim: string, error: unknown): Promise<void> {
    const { log } = this.#options;
    if (error instanceof MailNotTaken) return this.#claims.release(message, claim);
    // The claim stays. If the provider reports that it sent the mail, the message ends; otherwise it is in doubt.
    const cause = error instanceof MailInDoubt ? error.reason : errorName(error);
    log.warn('MAIL_UNANSWERED', { ...inAccount(message.accountId), cause });
  }
}

const inAccount = (accountId: string | undefined) => (accountId === undefined ? {} : { accountId });

/** Reads only what decides whether to deliver, so that an item that cannot be decoded is reported by its delivery. */
function dueness({ sk, dueAt, createdAt }: Item, now: number) {
  const created = typeof createdAt === 'string' ? Date.parse(createdAt) : 0;
  return {
    messageId: typeof sk === 'string' ? sk : '',
    isDue: typeof dueAt !== 'bigint' || dueAt <= BigInt(now),
    isOverdue: now - created >= OVERDUE_MS,
  };
}
