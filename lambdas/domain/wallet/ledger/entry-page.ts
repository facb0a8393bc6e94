import { ENTRY_PREFIX, entryPartitions } from '../../../contracts/storage/table-keys/wallet';
import { WALLET } from '../../../contracts/storage/tables';
import { mergedItems, sortKeyOf } from '../../table/merged-items';
import type { PageOf, PageRequest } from '../../table/page';
import type { TableStore } from '../../table/table-store';
import { readPart } from '../balance/balance';
import { type ChargedEntry, promotionalIn, promotionalStretches } from '../funds/charged-credit';
import { decodeEntry, type Entry, movedInto } from './entry';

/**
 * The most entries that a page looks at, however few of them match its filter. A page may therefore be short, or empty,
 * although more follow. Each partition reads at most READ_AHEAD entries more than that.
 */
export const ENTRIES_READ_MAX = 1_000;
const READ_AHEAD = 100;

/** Sorts before every character of an entry's ID and after its end. */
const BEHIND = ' ';
/** Sorts after every character of an entry's ID. */
const LAST = '~';

/** Selects entries. Times are ISO 8601 with milliseconds, UTC. */
export interface EntryFilter {
  readonly kind?: string | undefined;
  /** Inclusive. */
  readonly from?: string | undefined;
  /** Exclusive. */
  readonly to?: string | undefined;
}

/**
 * A page of an account's entries by ID; for requests, that is chronological order. The position carries the total of
 * charges before it, from which the promotional part of each charge follows, so no page replays the ledger. Only if the
 * account was ever granted credit, each page also reads its grants and expiries.
 */
export async function entryPage(
  store: TableStore,
  accountId: string,
  filter: EntryFilter,
  { limit, after }: PageRequest,
): Promise<PageOf<ChargedEntry>> {
  const main = await readPart(store, { accountId });
  const stretches = (main?.grantedPico ?? 0n) > 0n ? await promotionalStretches(store, accountId) : [];
  const partitions = entryPartitions(accountId, main?.hasDrawers ?? true);
  const sort = { from: after === undefined ? ENTRY_PREFIX : `${after.sk}${BEHIND}`, to: `${ENTRY_PREFIX}${LAST}` };
  const items: ChargedEntry[] = [];
  let spentPico = after === undefined ? 0n : BigInt(after.pk);
  let read = 0;
  for await (const item of mergedItems(store, partitions, { table: WALLET, sort, limit: READ_AHEAD })) {
    const entry = decodeEntry(item);
    const fromPico = spentPico;
    spentPico += movedInto('spent', entry);
    read += 1;
    if (isSelected(entry, filter)) {
      items.push({ entry, promotionalPico: promotionalIn(stretches, { fromPico, untilPico: spentPico }) });
    }
    if (items.length === limit || read === ENTRIES_READ_MAX) {
      return { items, next: { pk: spentPico.toString(), sk: sortKeyOf(item) } };
    }
  }
  return { items };
}

function isSelected({ kind, at }: Entry, filter: EntryFilter): boolean {
  const isOfKind = filter.kind === undefined || kind === filter.kind;
  return isOfKind && (filter.from === undefined || at >= filter.from) && (filter.to === undefined || at < filter.to);
}
