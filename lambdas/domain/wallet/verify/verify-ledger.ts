import type { TableStore } from '../../table/table-store';
import type { Difference } from './difference';
import { readBalance } from '../balance/drawers';
import type { LiveHold, LiveHolds } from './live-holds';
import { liveHolds } from './live-holds';
import type { UsageWindow } from './usage-match';
import { verifyAccount } from './verify-account';

/** The most times that an account is read when it keeps changing during the read. */
const READS_MAX = 5;

export interface LedgerReport {
  readonly accounts: number;
  readonly entries: number;
  /** Empty when every balance equals its replay. */
  readonly differences: readonly Difference[];
  /** Accounts that changed during each of READS_MAX reads and differed in each: the result is inconclusive. */
  readonly unstable: readonly string[];
}

/** The IDs of the accounts to verify. */
type VerifiedAccounts =
  /** Every account of the deployment: a hold of any other account is a difference. */
  | { readonly everyAccount: AsyncIterable<string> }
  /** Only these. */
  | { readonly accounts: Iterable<string> };

/**
 * Replays accounts' entries and live holds and lists every mismatch. It only reads, so it may run concurrently with
 * requests.
 * @param options.usageWindow makes a missing usage record a difference too; omit it where records were removed; the records and counters of an erased account are not missing
 */
export async function verifyLedger(
  options: VerifiedAccounts & { readonly store: TableStore; readonly usageWindow?: UsageWindow },
): Promise<LedgerReport> {
  const { store, usageWindow } = options;
  // Read before the accounts are listed, so that no hold belongs to an account that was created later.
  const holds = await liveHolds(store);
  const report = { accounts: 0, entries: 0, differences: [] as Difference[], unstable: [] as string[] };
  const seen = new Set<string>();
  for await (const accountId of 'accounts' in options ? options.accounts : options.everyAccount) {
    seen.add(accountId);
    const { entries, differences } = await verifyStable(store, accountId, holds.get(accountId) ?? [], usageWindow);
    report.accounts += 1;
    report.entries += entries;
    if (differences) report.differences.push(...differences);
    else report.unstable.push(accountId);
  }
  if ('everyAccount' in options) report.differences.push(...orphanedHolds(holds, seen));
  return report;
}

/** The holds were read before the balance, so a difference counts only if nothing changed between the two reads. */
async function verifyStable(
  store: TableStore,
  accountId: string,
  holds: readonly LiveHold[],
  usageWindow: UsageWindow | undefined,
): Promise<{ readonly entries: number; readonly differences?: readonly Difference[] }> {
  const first = await verifyAccount(store, accountId, holds, usageWindow);
  if (first.differences.length === 0) return first;
  for (let reads = 0; reads < READS_MAX; reads += 1) {
    const before = await revision(store, accountId);
    const fresh = (await liveHolds(store)).get(accountId) ?? [];
    const found = await verifyAccount(store, accountId, fresh, usageWindow);
    if (found.differences.length === 0 || before === (await revision(store, accountId))) return found;
  }
  return { entries: first.entries };
}

async function revision(store: TableStore, accountId: string): Promise<bigint | undefined> {
  return (await readBalance(store, accountId))?.revision;
}

function orphanedHolds(holds: LiveHolds, accounts: ReadonlySet<string>): Difference[] {
  return [...holds]
    .filter(([accountId]) => !accounts.has(accountId))
    .flatMap(([accountId, orphans]) =>
      orphans.map(({ id, heldPico }) => ({
        kind: 'hold_without_account' as const,
        accountId,
        id,
        expectedPico: 0n,
        actualPico: heldPico,
      })),
    );
}
