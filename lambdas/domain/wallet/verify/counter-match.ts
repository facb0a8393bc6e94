import { z } from 'zod';
import { budgetCounterKey, runningCounterKey } from '../../../contracts/storage/table-keys/keys';
import { KEYS } from '../../../contracts/storage/tables';
import type { TableStore } from '../../table/table-store';
import type { Key } from '../../table/value';
import { readCounted } from '../holds/budget-counters';
import type { Report } from './difference';
import type { Entry } from '../ledger/entry';
import { movedInto } from '../ledger/entry';
import type { LiveHold } from './live-holds';

/** The value that one counter should have. */
interface Expected {
  readonly kind: 'key_budget' | 'key_running' | 'budget';
  readonly id: string;
  readonly key: Key;
  readonly attribute: 'countedPico' | 'running';
  /** The window of a budget that may have parts, which have what its counter counts and nothing has used. */
  readonly parts?: { readonly budgetId: string; readonly window: string };
  value: bigint;
}

/** Replays the counters of an account: money charged and held in each budget's window, and running requests. */
export class CounterMatch {
  readonly #expected = new Map<string, Expected>();

  constructor(holds: readonly LiveHold[]) {
    for (const { heldPico, counting } of holds) {
      if (!counting) continue;
      const { counterId, budget, runningMax, shared = [] } = counting;
      for (const { budgetId, window } of shared) this.#shared(budgetId, window).value += heldPico;
      if (budget) this.#budget(counterId, budget.window).value += heldPico;
      if (runningMax !== undefined) this.#running(counterId).value += 1n;
    }
  }

  addEntry(entry: Entry): void {
    const { counterId, budgetWindow, budgets = [] } = entry;
    for (const { budgetId, window } of budgets) this.#shared(budgetId, window).value += movedInto('spent', entry);
    if (counterId === undefined) return;
    this.#running(counterId);
    if (budgetWindow !== undefined) this.#budget(counterId, budgetWindow).value += movedInto('spent', entry);
  }

  async compare(store: TableStore, report: Report): Promise<void> {
    for (const { kind, id, key, attribute, value, parts } of this.#expected.values()) {
      const counted = parts
        ? (await readCounted(store, { counterId: parts.budgetId, window: parts.window })).countedPico
        : z.bigint().parse((await store.get({ table: KEYS, key }))?.[attribute] ?? 0n);
      if (counted !== value) report({ kind, id, expectedPico: value, actualPico: counted });
    }
  }

  #budget(counterId: string, window: string): Expected {
    const key = budgetCounterKey(counterId, window);
    return this.#at({ kind: 'key_budget', id: `${counterId}#${window}`, key, attribute: 'countedPico', value: 0n });
  }

  #shared(budgetId: string, window: string): Expected {
    const key = budgetCounterKey(budgetId, window);
    return this.#at({
      kind: 'budget',
      id: `${budgetId}#${window}`,
      key,
      attribute: 'countedPico',
      value: 0n,
      parts: { budgetId, window },
    });
  }

  #running(counterId: string): Expected {
    const key = runningCounterKey(counterId);
    return this.#at({ kind: 'key_running', id: counterId, key, attribute: 'running', value: 0n });
  }

  #at(expected: Expected): Expected {
    const existing = this.#expected.get(expected.id);
    if (!existing) this.#expected.set(expected.id, expected);
    return existing ?? expected;
  }
}
