import { invoiceNoticeKey } from '../../contracts/storage/table-keys/funds';
import { accountIdSchema } from '../../contracts/storage/ids';
import { invoiceIssued } from '../notifications/outbox/messages';
import { tellOnce, type TellOnceOptions } from '../notifications/outbox/tell-once';
import { picoOfCents } from './cents';
import { CURRENCY } from './currency';
import type { IssuedInvoice, PaymentProcessor } from './processor';

export interface InvoicesOptions extends TellOnceOptions {
  readonly processor: Pick<PaymentProcessor, 'issuedInvoices'>;
  /** Identifies this deployment at the processor. */
  readonly deployment: string;
}

/**
 * Tells an account's people about each invoice once, when it is issued or when its payment is first seen, whichever is
 * noticed first.
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
    if (deployment !== this.#options.deployment || !isAccountId(accountId)) return;
    // An invoice of nothing, or of a credit, is a correction within a subscription.
    if (currency !== CURRENCY || totalCents <= 0n) return;
    const message = invoiceIssued({ accountId, invoiceId, amountPico: picoOfCents(totalCents) });
    await tellOnce(this.#options, invoiceNoticeKey(accountId, invoiceId), message);
  }
}

const isAccountId = (text: string | undefined): text is string => accountIdSchema.safeParse(text).success;
