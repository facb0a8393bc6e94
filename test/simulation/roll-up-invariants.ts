import { rollUpPartition } from '../../lambdas/contracts/storage/table-keys/roll-ups';
import { ROLLUPS } from '../../lambdas/contracts/storage/tables';
import { DAY_MS } from '../../lambdas/domain/clock';
import { everyItem } from '../../lambdas/domain/table/every-item';
import type { TableStore } from '../../lambdas/domain/table/table-store';
import { decodeRollUp } from '../../lambdas/domain/usage/rollups/read-roll-ups';
import { intervalStart, startTime } from '../../lambdas/domain/usage/rollups/targets';
import { USAGE_RETENTION_DAYS } from './retention';
import { movedInto, pico, text } from './fields';
import type { Stored } from './stored';
import { expectKept } from './violation';

interface Costs {
  costPico: bigint;
  overrunPico: bigint;
}

/**
 * Checks invariant 11: the roll-ups of an account equal its entries, to the pico-dollar, for as long as they live, and
 * nothing can be read of those that have ended.
 * @param isLong whether records may have expired, so that only the hours that are left can be compared
 */
export async function rollUpsEqualEntries(
  { stored, engine, now }: { readonly stored: Stored; readonly engine: TableStore; readonly now: number },
  accountId: string,
  isLong: boolean,
): Promise<void> {
  const expected = new Map<string, Costs>();
  const isLive = (start: string): boolean => startTime('hour', start) + USAGE_RETENTION_DAYS * DAY_MS > now;
  for (const record of stored.usage.values()) {
    const start = intervalStart('hour', Date.parse(text(record, 'at')));
    if (text(record, 'accountId') === accountId && isLive(start))
      add(expected, start, { costPico: pico(record, 'costPico'), overrunPico: pico(record, 'overrunPico') });
  }
  const actual = new Map<string, Costs>();
  for (const dimension of ['account', 'model'] as const) {
    actual.clear();
    const query = { table: ROLLUPS, partition: rollUpPartition(accountId, dimension), sort: { beginsWith: 'hour#' } };
    for await (const item of everyItem(engine, query)) {
      const { start, measures } = decodeRollUp(item);
      expectKept('retention', isLive(start), `the hour ${start} of ${accountId} is readable after its end`);
      add(actual, start, { costPico: measures['costPico'] ?? 0n, overrunPico: measures['overrunPico'] ?? 0n });
    }
    for (const start of new Set([...expected.keys(), ...actual.keys()])) {
      const [sum, records] = [actual.get(start) ?? ZERO, expected.get(start) ?? ZERO];
      const isEqual = sum.costPico === records.costPico && sum.overrunPico === records.overrunPico;
      expectKept(
        'invariant 11',
        isEqual,
        `the ${dimension} roll-ups of ${accountId} in ${start} differ from its records`,
      );
    }
  }
  if (isLong) return;
  const entries = [...stored.entriesOf(accountId).values()];
  for (const [book, name] of [
    ['spent', 'costPico'],
    ['overrun', 'overrunPico'],
  ] as const) {
    const booked = entries.reduce((sum, entry) => sum + movedInto(book, entry), 0n);
    const counted = [...actual.values()].reduce((sum, costs) => sum + costs[name], 0n);
    expectKept('invariant 11', booked === counted, `${accountId} has ${booked} in ${book} and ${counted} in roll-ups`);
  }
}

const ZERO: Readonly<Costs> = { costPico: 0n, overrunPico: 0n };

function add(all: Map<string, Costs>, start: string, { costPico, overrunPico }: Costs): void {
  const sum = all.get(start) ?? { ...ZERO };
  sum.costPico += costPico;
  sum.overrunPico += overrunPico;
  all.set(start, sum);
}
