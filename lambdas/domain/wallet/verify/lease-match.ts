import type { UsageRecord } from '../../../contracts/storage/usage-record';
import type { Report } from './difference';
import type { Entry } from '../ledger/entry';
import { movedInto } from '../ledger/entry';
import type { Lease } from '../leases/lease';
import { leaseOfTurn, leaseTurnOf } from '../leases/lease';

interface Charges {
  costPico: bigint;
  overrunPico: bigint;
}

/** Compares the charges in each lease's usage records with its entry or, while the lease is live, with its tally. */
export class LeaseMatch {
  readonly #live: ReadonlyMap<string, Lease>;
  readonly #entries = new Map<string, Entry>();
  readonly #recorded = new Map<string, Charges>();
  /** The usage record of the last request of each live lease, whose charge the tally does not include yet. */
  readonly #last = new Map<string, UsageRecord>();

  constructor(live: readonly Lease[]) {
    this.#live = new Map(live.map((lease) => [lease.leaseId, lease]));
  }

  addEntry(entry: Entry): void {
    this.#entries.set(entry.entryId, entry);
  }

  addRecord(record: UsageRecord, leaseTurn: string): void {
    const leaseId = leaseOfTurn(leaseTurn);
    const charges = this.#recorded.get(leaseId) ?? { costPico: 0n, overrunPico: 0n };
    charges.costPico += record.costPico;
    charges.overrunPico += record.overrunPico;
    this.#recorded.set(leaseId, charges);
    const live = this.#live.get(leaseId);
    if (live && leaseTurnOf(live) === leaseTurn) this.#last.set(leaseId, record);
  }

  /** @param mustHaveRecords whether all records behind an entry of this time must still exist */
  end(report: Report, mustHaveRecords: (at: string) => boolean): void {
    for (const [leaseId, actual] of this.#recorded) {
      if (!this.#entries.has(leaseId) && !this.#live.has(leaseId)) {
        report({ kind: 'usage_without_entry', id: leaseId, expectedPico: 0n, actualPico: actual.costPico });
      }
    }
    for (const [leaseId, entry] of this.#entries) {
      const expected = { costPico: movedInto('spent', entry), overrunPico: movedInto('overrun', entry) };
      // Some or all records behind an old entry may have expired.
      if (mustHaveRecords(entry.at)) this.#compare(leaseId, expected, report);
    }
    for (const [leaseId, { settled }] of this.#live) {
      const last = this.#last.get(leaseId);
      this.#compare(
        leaseId,
        {
          costPico: settled.costPico + (last?.costPico ?? 0n),
          overrunPico: settled.overrunPico + (last?.overrunPico ?? 0n),
        },
        report,
      );
    }
  }

  #compare(id: string, expected: Readonly<Charges>, report: Report): void {
    const actual = this.#recorded.get(id) ?? { costPico: 0n, overrunPico: 0n };
    for (const amount of ['costPico', 'overrunPico'] as const) {
      const [expectedPico, actualPico] = [expected[amount], actual[amount]];
      if (expectedPico !== actualPico) report({ kind: 'usage_cost', id, expectedPico, actualPico });
    }
  }
}
