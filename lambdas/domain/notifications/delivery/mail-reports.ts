import { z } from 'zod';
import { pendingMailKey } from '../../../contracts/storage/table-keys/outbox';
import { OUTBOX } from '../../../contracts/storage/tables';
import { hashSchema } from '../../../contracts/storage/hash';
import type { Clock } from '../../clock';
import type { Log } from '../../log';
import { systemTiming, type Timing } from '../../table/retry';
import type { TableStore } from '../../table/table-store';
import { decodePending } from '../outbox/message';
import type { Suppressions } from '../people/suppressions';
import { Claims } from './claims';

/** The mail provider's report about one mail. It names the mail and the hash of its address, never the address. */
export const mailReportSchema = z.object({
  outcome: z.enum(['sent', 'bounced', 'complained']),
  messageId: z.string().regex(/^msg_[0-9a-f]{40}$/),
  addressHash: hashSchema,
});
export type MailReport = z.infer<typeof mailReportSchema>;

export interface MailReportsOptions {
  readonly store: TableStore;
  readonly clock: Clock;
  readonly log: Log;
  readonly suppressions: Pick<Suppressions, 'add'>;
  /** @default the system's */
  readonly timing?: Timing;
}

/** Acts on the provider's reports. Reports may repeat, get lost or arrive in any order. */
export class MailReports {
  readonly #options: MailReportsOptions;
  readonly #claims: Claims;

  constructor(options: MailReportsOptions) {
    this.#options = options;
    const timing = options.timing ?? systemTiming(options.clock);
    this.#claims = new Claims({ store: options.store, timing });
  }

  async take({ outcome, messageId, addressHash }: MailReport): Promise<void> {
    const { store, log, suppressions } = this.#options;
    if (outcome !== 'sent') {
      await suppressions.add(addressHash, outcome === 'bounced' ? 'bounce' : 'complaint');
      log.warn('ADDRESS_SUPPRESSED', { status: outcome });
    }
    // Every report proves that the provider has taken the mail, so an attempt without an answer is not repeated.
    const item = await store.get({ table: OUTBOX, key: pendingMailKey(messageId) });
    const message = item && decodePending(item);
    if (message) await this.#claims.end(message, 'sent');
  }
}
