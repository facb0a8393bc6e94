import { EXPIRES_AT, type TableSpec } from '../../contracts/storage/tables';
import { BoundedMap } from '../bounded-map';
import { type Clock, MINUTE_MS, SECOND_MS } from '../clock';
import { absent, any, compare } from '../table/condition';
import { ConditionFailed } from '../table/table-errors';
import type { TableStore } from '../table/table-store';
import type { Key } from '../table/value';
import { RateLimited } from './admission/admission-errors';

/** The number of accounts that this process remembers as having reached the limit. */
const LIMITED_ACCOUNTS_MAX = 10_000;
/** A minute's counter is useless after its minute, but it is kept longer because clocks differ. */
const KEPT_MS = 10 * MINUTE_MS;

export interface MinuteLimitOptions {
  readonly store: TableStore;
  readonly clock: Clock;
  readonly table: TableSpec;
  /** The counter of an account's minute, which begins at `minute` in epoch milliseconds. */
  readonly keyAt: (accountId: string, minute: number) => Key;
  /** How often an account may do it in a minute. */
  readonly most: number;
  /** The message to a client that does it more often. */
  readonly refusal: string;
}

/** Limits how often an account does in a minute what costs it nothing, for all processes together. */
export class MinuteLimit {
  readonly #options: MinuteLimitOptions;
  /** The minute in which an account reached the limit, so that its further attempts in that minute write nothing. */
  readonly #limitedIn = new BoundedMap<number>(LIMITED_ACCOUNTS_MAX);

  constructor(options: MinuteLimitOptions) {
    this.#options = options;
  }

  /** @throws RateLimited when the account has reached the limit in this minute */
  async count(accountId: string): Promise<void> {
    const { store, clock, table, keyAt, most, refusal } = this.#options;
    const now = clock();
    const minute = now - (now % MINUTE_MS);
    const retryAfterSeconds = Math.ceil((minute + MINUTE_MS - now) / SECOND_MS);
    if (this.#limitedIn.get(accountId) === minute) throw new RateLimited(refusal, { retryAfterSeconds });
    try {
      await store.write({
        table,
        update: keyAt(accountId, minute),
        change: { add: { counted: 1n }, set: { [EXPIRES_AT]: Math.floor((minute + KEPT_MS) / SECOND_MS) } },
        when: any(absent('counted'), compare('counted', '<', most)),
      });
    } catch (error) {
      if (!(error instanceof ConditionFailed)) throw error;
      this.#limitedIn.set(accountId, minute);
      throw new RateLimited(refusal, { retryAfterSeconds });
    }
  }
}
