import { createHmac } from 'node:crypto';
import { z } from 'zod';
import { suppressedAddressKey } from '../../../contracts/storage/table-keys/accounts';
import { isoTime } from '../../../contracts/storage/table-keys/key-parts';
import { ACCOUNTS, EXPIRES_AT } from '../../../contracts/storage/tables';
import { type Clock, DAY_MS, SECOND_MS } from '../../clock';
import { absent, any, compare } from '../../table/condition';
import { ConditionFailed } from '../../table/table-errors';
import type { TableStore } from '../../table/table-store';

/**
 * Why an address gets no mail.
 * - `bounce`: its server refuses mail for good, so no mail would arrive.
 * - `complaint`: the person reported a mail as spam. Only mandatory mails are still sent.
 */
export type SuppressionReason = 'bounce' | 'complaint';

/** After this long, the address may belong to someone else, or work again. */
export const SUPPRESSION_DAYS = 365;

/** A later release may know other reasons: they suppress what a complaint does. */
export const storedSchema = z.object({ reason: z.enum(['bounce', 'complaint']).catch('complaint') });

/** The hashes of addresses that get no mail. */
export class SuppressedHashes {
  readonly #store: TableStore;
  readonly #clock: Clock;

  constructor(options: { readonly store: TableStore; readonly clock: Clock }) {
    this.#store = options.store;
    this.#clock = options.clock;
  }

  async of(hash: string): Promise<SuppressionReason | undefined> {
    const item = await this.#store.get({ table: ACCOUNTS, key: suppressedAddressKey(hash) });
    return item && storedSchema.parse(item).reason;
  }

  /** Suppressing an address again extends it. A complaint does not replace a bounce, which suppresses more. */
  async add(hash: string, reason: SuppressionReason): Promise<void> {
    const now = this.#clock();
    const until = Math.floor((now + SUPPRESSION_DAYS * DAY_MS) / SECOND_MS);
    const put = { ...suppressedAddressKey(hash), reason, at: isoTime(now), [EXPIRES_AT]: until };
    const when = reason === 'bounce' ? undefined : any(absent(), compare('reason', '<>', 'bounce'));
    try {
      await this.#store.write({ table: ACCOUNTS, put, ...(when && { when }) });
    } catch (error) {
      if (!(error instanceof ConditionFailed)) throw error;
    }
  }
}

/**
 * The addresses that get no mail. Only keyed hashes are stored, so that nobody can read an address from them or find it
 * by trying all.
 */
export class Suppressions extends SuppressedHashes {
  readonly #secret: Uint8Array;

  /** @param options.secret the key of the hashes */
  constructor(options: { readonly store: TableStore; readonly clock: Clock; readonly secret: Uint8Array }) {
    super(options);
    this.#secret = options.secret;
  }

  hashOf(address: string): string {
    return createHmac('sha256', this.#secret).update(address.trim().toLowerCase()).digest('hex');
  }
}
