import { createHash } from 'node:crypto';
import { z } from 'zod';
import { keySpendKey, keySpendPartition } from '../../../contracts/storage/table-keys/usage';
import { EXPIRES_AT, USAGE } from '../../../contracts/storage/tables';
import { type Clock, HOUR_MS, SECOND_MS } from '../../clock';
import { everyItem } from '../../table/every-item';
import { REQUEST_RETRY, retry, systemTiming } from '../../table/retry';
import { type TableStore, TRANSACTION_WRITES_MAX, type Update } from '../../table/table-store';
import { hourOf, type SpendChange } from './key-spend';
import { BASELINE_HOURS } from './spend-jump';

/** An hour is kept for as long as it is part of a baseline, and for one more day. */
const RETENTION_MS = (BASELINE_HOURS + 24) * HOUR_MS;
const TOKEN_CHARACTERS = 32;

/** An hour of an account, such as `2026-11-20T10`. */
export interface AccountHour {
  readonly accountId: string;
  readonly hour: string;
}

export const sumsSchema = z.object({
  costPico: z.bigint().default(0n),
  requests: z.bigint().default(0n),
  failed: z.bigint().default(0n),
});
/** The sums of an account's requests in one hour. */
export type HourSums = Readonly<z.infer<typeof sumsSchema>>;

/** The hours of accounts, as alerts need them. */
export interface HoursOfAccounts {
  inHour(hour: AccountHour): Promise<HourSums>;
  /** The spend in each hour of the week before, in pico-dollars, without the hours that have no requests. */
  costsInWeekBefore(hour: AccountHour): Promise<readonly bigint[]>;
}

/** The hourly sums of accounts over the last week, added up from usage records as those of keys are. */
export class AccountHours implements HoursOfAccounts {
  readonly #store: TableStore;
  readonly #clock: Clock;

  constructor({ store, clock }: { readonly store: TableStore; readonly clock: Clock }) {
    this.#store = store;
    this.#clock = clock;
  }

  /**
   * Adds a batch of changes. Repeating the same batch within ten minutes has no effect; see `KeySpend.add`.
   * @returns the hours that the batch changed
   */
  async add(changeIds: readonly string[], batch: readonly SpendChange[]): Promise<readonly AccountHour[]> {
    const sums = new Map<string, AccountHour & { readonly add: Required<SumsOfChange> }>();
    for (const { accountId, at, costPico, requests = 0, failed = 0 } of batch) {
      const hour = hourOf(Date.parse(at));
      const { add } = sums.get(`${accountId} ${hour}`) ?? { add: { costPico: 0n, requests: 0n, failed: 0n } };
      sums.set(`${accountId} ${hour}`, {
        accountId,
        hour,
        add: {
          costPico: add.costPico + costPico,
          requests: add.requests + BigInt(requests),
          failed: add.failed + BigInt(failed),
        },
      });
    }
    const hours = [...sums.values()];
    const token = createHash('sha256')
      .update(`account ${changeIds.join('\n')}`)
      .digest('hex')
      .slice(0, TOKEN_CHARACTERS);
    for (let first = 0; first < hours.length; first += TRANSACTION_WRITES_MAX) {
      const writes = hours.slice(first, first + TRANSACTION_WRITES_MAX).map(addition);
      const writeToken = `${token}.${first / TRANSACTION_WRITES_MAX}`;
      await retry(REQUEST_RETRY, systemTiming(this.#clock), () => this.#store.transact(writes, writeToken));
    }
    return hours.map(({ accountId, hour }) => ({ accountId, hour }));
  }

  async inHour({ accountId, hour }: AccountHour): Promise<HourSums> {
    return sumsSchema.parse((await this.#store.get({ table: USAGE, key: keySpendKey(accountId, hour) })) ?? {});
  }

  async costsInWeekBefore({ accountId, hour }: AccountHour): Promise<readonly bigint[]> {
    const start = startOf(hour);
    const sort = { from: hourOf(start - BASELINE_HOURS * HOUR_MS), to: hourOf(start - HOUR_MS) };
    const costs: bigint[] = [];
    for await (const item of everyItem(this.#store, { table: USAGE, partition: keySpendPartition(accountId), sort }))
      costs.push(sumsSchema.parse(item).costPico);
    return costs;
  }
}

interface SumsOfChange {
  readonly costPico: bigint;
  readonly requests: bigint;
  readonly failed: bigint;
}

/** Epoch milliseconds. */
export const startOf = (hour: string): number => Date.parse(`${hour}:00:00.000Z`);

function addition({ accountId, hour, add }: AccountHour & { readonly add: SumsOfChange }): Update {
  const set = { [EXPIRES_AT]: Math.floor((startOf(hour) + RETENTION_MS) / SECOND_MS) };
  return { table: USAGE, update: keySpendKey(accountId, hour), change: { add: { ...add }, set } };
}
