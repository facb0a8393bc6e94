import { invoiceNoticeKey } from '../../contracts/storage/table-keys/funds';
import { isoTime } from '../../contracts/storage/table-keys/key-parts';
import { accountIdSchema } from '../../contracts/storage/ids';
import { ACCOUNTS } from '../../contracts/storage/tables';
import type { Clock } from '../clock';
import { invoiceIssued } from '../notifications/outbox/messages';
import type { Notify } from '../notifications/outbox/outbox';
import { commit } from '../table/commit';
import { absent } from '../table/condition';
import type { TableStore } from '../table/table-store';
import { picoOfCents } from './cents';
import { CURRENCY } from './currency';
import type { IssuedInvoice, PaymentProcessor } from './processor';

export interface InvoicesOptions {
  readonly store: TableStore;
  readonly clock: Clock;
  readonly processor: Pick<PaymentProcessor, 'issuedInvoices'>;
  readonly notify: Notify;
  /** Identifies this deployment at the processor. */
  readonly deployment: string;
}

/**
 * Tells an account's people about each invoice once, when it is issued or when its payment is first seen, whichever is
 * noticed first. An invoice can have events for months, so the account keeps a note of each.
 */
export class Invoices {
  readonly #options: InvoicesOptions;

  constructor(options: InvoicesOptions) {
    this.#options = options;
  }

  /**
   * Tells about the invoices that an object of the processor is about.
   * @param objectId of an invoice or of a payment; other objects have none
   * @throws ProcessorUnavailable, StoreUnavailable: it should run again
   */
  async tell(objectId: string): Promise<void> {
    for (const invoice of await this.#options.processor.issuedInvoices(objectId)) await this.#tell(invoice);
  }

  async #tell({ invoiceId, deployment, accountId, totalCents, currency }: IssuedInvoice): Promise<void> {
    const { store, clock, notify } = this.#options;
    if (deployment !== this.#options.deployment || !isAccountId(accountId)) return;
    // An invoice of nothing, or of a credit, is a correction within a subscription.
    if (currency !== CURRENCY || totalCents <= 0n) return;
    const notice = invoiceNoticeKey(accountId, invoiceId);
    if (await store.get({ table: ACCOUNTS, key: notice })) return;
    const change = { set: { at: isoTime(clock()) } };
    await commit<'told'>(store, [
      { write: { table: ACCOUNTS, update: notice, change, when: absent() }, otherwise: () => 'told' },
      ...notify(invoiceIssued({ accountId, invoiceId, amountPico: picoOfCents(totalCents) })),
    ]);
  }
}

const isAccountId = (text: string | undefined): text is string => accountIdSchema.safeParse(text).success;
