import { entryKey } from '../../../contracts/storage/table-keys/wallet';
import { WALLET } from '../../../contracts/storage/tables';
import { larger, lesser } from '../../money/pico';
import { everyItem } from '../../table/every-item';
import type { TableStore } from '../../table/table-store';
import { decodeEntry, type Entry, movedInto } from '../ledger/entry';
import { everyEntry } from '../ledger/every-entry';
import { EXPIRY_PREFIX, GRANT_PREFIX } from './grants';

/** A stretch of an account's total of charges, in pico-dollars. */
export interface Stretch {
  readonly fromPico: bigint;
  /** Exclusive. */
  readonly untilPico: bigint;
}

/** An entry, and the part of its charge that promotional credit paid, in pico-dollars. */
export interface ChargedEntry {
  readonly entry: Entry;
  readonly promotionalPico: bigint;
}

/**
 * The entries of an account by ID, each with the part of its charge that promotional credit paid. Promotional credit pays
 * for stretches of the account's total of charges: a grant begins one at the total that its entry names, and an expiry
 * ends it. The charges pass through the stretches in the order of their requests, so the parts add up to what was spent.
 * It reads the whole ledger of the account; `entryPage` reads a part of it.
 */
export async function* chargedEntries(
  store: TableStore,
  accountId: string,
  hasGrants: boolean,
): AsyncGenerator<ChargedEntry, void> {
  const stretches = hasGrants ? await promotionalStretches(store, accountId) : [];
  let spentPico = 0n;
  for await (const entry of everyEntry(store, accountId)) {
    const fromPico = spentPico;
    spentPico += movedInto('spent', entry);
    yield { entry, promotionalPico: promotionalIn(stretches, { fromPico, untilPico: spentPico }) };
  }
}

/** The part of a stretch of charges that promotional credit paid, in pico-dollars. */
export const promotionalIn = (stretches: readonly Stretch[], charged: Stretch): bigint =>
  stretches.reduce((sum, stretch) => sum + overlap(stretch, charged), 0n);

/** The grants and expiries of an account, of which there are few, and which are read without the other entries. */
export async function grantChanges(store: TableStore, accountId: string): Promise<Entry[]> {
  const changes: Entry[] = [];
  for (const prefix of [GRANT_PREFIX, EXPIRY_PREFIX]) {
    const query = { table: WALLET, partition: accountId, sort: { beginsWith: entryKey(accountId, prefix).sk } };
    for await (const item of everyItem(store, query)) {
      const entry = decodeEntry(item);
      // The ID of a payment may begin in the same way.
      if (entry.spentPico !== undefined) changes.push(entry);
    }
  }
  return changes;
}

/** The stretches of an account's total of charges that promotional credit has paid or will pay, in order. */
export async function promotionalStretches(store: TableStore, accountId: string): Promise<readonly Stretch[]> {
  const changes = await grantChanges(store, accountId);
  // Changes at the same total may come in any order: no charge lies between them.
  changes.sort(({ spentPico: one = 0n }, { spentPico: other = 0n }) => Number(one > other) - Number(one < other));
  const stretches: Stretch[] = [];
  let leftPico = 0n;
  let fromPico = 0n;
  for (const change of [...changes, undefined]) {
    const atPico = change?.spentPico;
    const endPico = fromPico + leftPico;
    const untilPico = atPico === undefined || endPico < atPico ? endPico : atPico;
    if (untilPico > fromPico) stretches.push({ fromPico, untilPico });
    if (change === undefined || atPico === undefined) break;
    leftPico = endPico - untilPico + movedOf(change);
    fromPico = atPico;
  }
  return stretches;
}

/** The amount that a change adds to the promotional credit; negative for an expiry. */
const movedOf = (change: Entry): bigint => movedInto('available', change) - movedInto('expired', change);

const overlap = (one: Stretch, other: Stretch): bigint =>
  larger(0n, lesser(one.untilPico, other.untilPico) - larger(one.fromPico, other.fromPico));
