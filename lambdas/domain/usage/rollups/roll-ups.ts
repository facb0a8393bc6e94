import { type Clock, SECOND_MS } from '../../clock';
import { inParallel } from '../../in-parallel';
import { commit } from '../../table/commit';
import { REQUEST_RETRY, retry, RetryNeeded, systemTiming, type Timing } from '../../table/retry';
import type { Put, TableStore, Update } from '../../table/table-store';
import { expiryAfter } from '../records/usage-records';
import { countRequests } from './count-requests';
import type { CountableChange } from './targets';
import { CountedRequests, minuteOf } from './counted-requests';
import { type Part, partsOf } from './parts';

const CONCURRENT_ACCOUNTS = 16;

export interface RollUpsOptions {
  readonly store: TableStore;
  readonly clock: Clock;
  /** How many days usage records, and therefore roll-ups, are kept. */
  readonly retentionDays: number;
  /** @default the system's timers */
  readonly timing?: Timing;
}

/**
 * Adds usage records up, by account, key, member, model, provider and label, per hour, day and month. Each record is in
 * the sums exactly once, however often its change is delivered and whatever it is batched with: the transaction that
 * adds a record also notes that it is counted (docs/adr/0028-a-request-is-counted-once.md).
 */
export class RollUps {
  readonly #options: RollUpsOptions;
  readonly #timing: Timing;

  constructor(options: RollUpsOptions) {
    this.#options = options;
    this.#timing = options.timing ?? systemTiming(options.clock);
  }

  /**
   * Counts changes of usage records, in the order in which they were made. All changes of one account go into as few
   * transactions as possible, so that a busy account costs little for each of its requests.
   * @returns the IDs of requests that were counted in a state that their change does not explain. They stay as they were
   *   counted: a repeat of an older change is among them, and so is a change after one that was never counted.
   * @throws the errors of `TableStore.transact`; the changes can be counted again
   */
  async count(changes: readonly CountableChange[]): Promise<readonly string[]> {
    const { clock, retentionDays } = this.#options;
    const now = clock();
    // The note that a request is counted ends with the minute in which it began.
    const isLive = ({ record }: CountableChange): boolean =>
      expiryAfter(`${minuteOf(record)}:00.000Z`, retentionDays) * SECOND_MS > now;
    const accounts = [...byAccount(changes.filter(isLive))];
    const unexplained = await inParallel(accounts, CONCURRENT_ACCOUNTS, async ([accountId, own]) => {
      const requestIds: string[] = [];
      for (const part of partsOf(own, retentionDays)) requestIds.push(...(await this.#countPart(accountId, part)));
      return requestIds;
    });
    return [...new Set(unexplained.flat())];
  }

  #countPart(accountId: string, part: Part): Promise<readonly string[]> {
    const { store, clock, retentionDays } = this.#options;
    const minutes = new Set(part.changes.map(({ record }) => minuteOf(record)));
    return retry(REQUEST_RETRY, this.#timing, async () => {
      const counted = await CountedRequests.read(store, accountId, minutes);
      const options = { store, accountId, counted, retentionDays, now: clock() };
      const { writes, unexplained } = await countRequests(options, part);
      if (writes.length > 0) await this.#commit(writes);
      return unexplained;
    });
  }

  /** @throws RetryNeeded when another process, or an attempt whose reply was lost, has counted some of the requests */
  async #commit(writes: readonly (Put | Update)[]): Promise<void> {
    const guarded = writes.map((write) => ({ write, ...('put' in write && { otherwise: () => 'counted' as const }) }));
    const refusals = await commit<'counted'>(this.#options.store, guarded);
    if (refusals.length > 0) throw new RetryNeeded();
  }
}

function byAccount(changes: readonly CountableChange[]): ReadonlyMap<string, readonly CountableChange[]> {
  const accounts = new Map<string, CountableChange[]>();
  for (const change of changes) {
    const { accountId } = change.record;
    const own = accounts.get(accountId) ?? [];
    own.push(change);
    accounts.set(accountId, own);
  }
  return accounts;
}
