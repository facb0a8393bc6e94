import { usagePartitions } from '../../../contracts/storage/table-keys/usage';
import { USAGE } from '../../../contracts/storage/tables';
import type { UsageRecord } from '../../../contracts/storage/usage-record';
import { type Clock, DAY_MS } from '../../clock';
import type { TableStore } from '../../table/table-store';
import type { Item } from '../../table/value';
import { decodeUsageRecord } from '../../usage/records/usage-records';
import type { Report } from './difference';
import type { LeaseMatch } from './lease-match';
import type { Entry } from '../ledger/entry';
import { movedInto } from '../ledger/entry';
import { mergedItems } from '../../table/merged-items';

/** The time during which the end of every hold must have a usage record. */
export interface UsageWindow {
  readonly clock: Clock;
  readonly usageRetentionDays: number;
}

/**
 * A record's retention counts from the start of its request, but an entry is dated by the end of its hold. They are
 * apart by as long as the request took, or by as long as no sweep ran.
 */
const HOLD_ENDS_WITHIN_MS = DAY_MS;

/** The sum of the charges in one request's entries, including an adjustment after an expiry. */
interface Charged {
  readonly requestId: string;
  readonly at: string;
  readonly costPico: bigint;
  readonly overrunPico: bigint;
}

/** Walks the usage records and the entries in parallel. Both are sorted by request ID, so neither is kept in memory. */
export class UsageMatch {
  readonly #records: AsyncGenerator<Item, void>;
  readonly #report: Report;
  readonly #usageWindow: UsageWindow | undefined;
  readonly #leases: LeaseMatch;
  #charged: Charged | undefined;
  #record: UsageRecord | undefined;
  #hasBegun = false;

  constructor(options: {
    readonly store: TableStore;
    readonly accountId: string;
    readonly report: Report;
    readonly usageWindow: UsageWindow | undefined;
    readonly leases: LeaseMatch;
  }) {
    this.#records = mergedItems(options.store, usagePartitions(options.accountId), { table: USAGE });
    this.#report = options.report;
    this.#usageWindow = options.usageWindow;
    this.#leases = options.leases;
  }

  async next(entry: Entry): Promise<void> {
    const { requestId, at } = entry;
    if (entry.kind === 'lease') this.#leases.addEntry(entry);
    if (requestId === undefined) return;
    const earlier = this.#charged?.requestId === requestId ? this.#charged : undefined;
    if (!earlier) await this.#match();
    this.#charged = {
      requestId,
      at,
      costPico: (earlier?.costPico ?? 0n) + movedInto('spent', entry),
      overrunPico: (earlier?.overrunPico ?? 0n) + movedInto('overrun', entry),
    };
  }

  async end(): Promise<void> {
    await this.#match();
    for (let record = await this.#peek(); record; record = await this.#advance()) this.#reportUncharged(record);
    this.#leases.end(this.#report, (at) => this.#isKept(at));
  }

  /** Compares a request, once all its entries were read, with its usage record. */
  async #match(): Promise<void> {
    const charged = this.#charged;
    if (!charged) return;
    let record = await this.#peek();
    for (; record && record.requestId < charged.requestId; record = await this.#advance())
      this.#reportUncharged(record);
    if (record?.requestId !== charged.requestId) {
      this.#reportMissing(charged);
      return;
    }
    for (const amount of ['costPico', 'overrunPico'] as const) {
      const [expectedPico, actualPico] = [charged[amount], record[amount]];
      if (expectedPico !== actualPico)
        this.#report({ kind: 'usage_cost', id: record.requestId, expectedPico, actualPico });
    }
    await this.#advance();
  }

  #reportUncharged({ requestId, costPico }: UsageRecord): void {
    this.#report({ kind: 'usage_without_entry', id: requestId, expectedPico: 0n, actualPico: costPico });
  }

  #reportMissing({ requestId, at, costPico }: Charged): void {
    if (!this.#isKept(at)) return;
    this.#report({ kind: 'entry_without_usage', id: requestId, expectedPico: costPico, actualPico: 0n });
  }

  /** Whether the usage records behind an entry of this time must still exist. */
  #isKept(at: string): boolean {
    if (!this.#usageWindow) return false;
    const { clock, usageRetentionDays } = this.#usageWindow;
    return clock() < Date.parse(at) - HOLD_ENDS_WITHIN_MS + usageRetentionDays * DAY_MS;
  }

  async #peek(): Promise<UsageRecord | undefined> {
    return this.#hasBegun ? this.#record : this.#advance();
  }

  async #advance(): Promise<UsageRecord | undefined> {
    this.#hasBegun = true;
    for (;;) {
      const result = await this.#records.next();
      this.#record = result.done === true ? undefined : decodeUsageRecord(result.value);
      if (this.#record?.leaseTurn === undefined) return this.#record;
      // The request has no entry of its own.
      this.#leases.addRecord(this.#record, this.#record.leaseTurn);
    }
  }
}
