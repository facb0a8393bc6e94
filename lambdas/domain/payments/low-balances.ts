import { z } from 'zod';
import { LOW_BALANCES_PARTITION, lowBalanceKey, lowBalanceListingKey } from '../../contracts/storage/table-keys/funds';
import { ACCOUNTS } from '../../contracts/storage/tables';
import type { Clock } from '../clock';
import { VersionMismatch } from '../errors/refusal';
import { lowBalance } from '../notifications/outbox/messages';
import type { Notify } from '../notifications/outbox/outbox';
import { isRestricted } from '../restrictions/restriction-item';
import { commit, type GuardedWrite } from '../table/commit';
import { absent, compare } from '../table/condition';
import type { TableStore } from '../table/table-store';
import { workThrough } from '../table/work-through';
import type { Funds } from '../wallet/funds/funds';

export const lowBalanceSchema = z.object({
  thresholdPico: z.bigint().nonnegative(),
  /** Whether the account was below the threshold when it was last looked at. */
  isLow: z.boolean(),
  /** Counts the falls below the threshold, so that each is one message. */
  dips: z.bigint().nonnegative(),
  revision: z.bigint().nonnegative(),
});

/** The balance below which an account's people are told. */
export type LowBalance = Readonly<z.infer<typeof lowBalanceSchema>>;

export interface LowBalancesOptions {
  readonly store: TableStore;
  readonly clock: Clock;
  readonly funds: Pick<Funds, 'view'>;
  readonly notify: Notify;
}

/** Tells an account's people once each time that it falls below its threshold. */
export class LowBalances {
  readonly #options: LowBalancesOptions;

  constructor(options: LowBalancesOptions) {
    this.#options = options;
  }

  async read(accountId: string): Promise<LowBalance | undefined> {
    const item = await this.#options.store.get({ table: ACCOUNTS, key: lowBalanceKey(accountId) });
    return item && lowBalanceSchema.parse(item);
  }

  /**
   * The writes that set the threshold. An account that is below the new one is told at its next look.
   * @param current as it was read
   * @param thresholdPico 0 to be told nothing
   */
  set(accountId: string, current: LowBalance | undefined, thresholdPico: bigint): readonly GuardedWrite[] {
    const isKnown = current === undefined ? absent() : compare('revision', '=', current.revision);
    const listing = lowBalanceListingKey(accountId);
    const set = { thresholdPico, isLow: false, ...(current === undefined && { dips: 0n }) };
    return [
      {
        write: {
          table: ACCOUNTS,
          update: lowBalanceKey(accountId),
          change: { set, add: { revision: 1n } },
          when: isKnown,
        },
        otherwise: () => new VersionMismatch(),
      },
      { write: thresholdPico > 0n ? { table: ACCOUNTS, put: { ...listing } } : { table: ACCOUNTS, delete: listing } },
    ];
  }

  /** Looks at one account. @returns whether this call told its people */
  async check(accountId: string): Promise<boolean> {
    const { store, funds, notify } = this.#options;
    const known = await this.read(accountId);
    if (known === undefined || known.thresholdPico === 0n) return false;
    const { availablePico, heldPico } = await funds.view(accountId);
    const isLow = availablePico + heldPico < known.thresholdPico;
    // A restricted account learns of it at the first look after the restriction.
    if (isLow === known.isLow || (await isRestricted(store, accountId))) return false;
    const dips = known.dips + (isLow ? 1n : 0n);
    const { thresholdPico } = known;
    const refusals = await commit<'moved'>(store, [
      {
        write: {
          table: ACCOUNTS,
          update: lowBalanceKey(accountId),
          change: { set: { isLow, dips }, add: { revision: 1n } },
          when: compare('revision', '=', known.revision),
        },
        // Another call has seen the same, or the threshold has changed.
        otherwise: () => 'moved',
      },
      ...(isLow ? notify(lowBalance({ accountId, availablePico, thresholdPico, dip: String(dips) })) : []),
    ]);
    return isLow && refusals.length === 0;
  }

  /**
   * Looks at every account that has a threshold.
   * @param until epoch milliseconds: no account is begun from then on, and the next call continues. @default no limit
   * @throws the first error, after it has looked at each
   */
  checkAll(until?: number): Promise<void> {
    const list = { table: ACCOUNTS, partition: LOW_BALANCES_PARTITION, until };
    return workThrough(this.#options, list, ({ sk }) => this.check(z.string().parse(sk)));
  }
}
