import { z } from 'zod';
import { enforceableRules } from '../../../contracts/http/key-rules';
import { budgetCounterKey, budgetNoticeKey } from '../../../contracts/storage/table-keys/keys';
import { KEYS } from '../../../contracts/storage/tables';
import type { Clock } from '../../clock';
import { partsOf, windowAt } from '../../keys/budget-window';
import { findKey } from '../../keys/find-key';
import { decodeRules } from '../../keys/key-item';
import { budgetReached } from '../../notifications/outbox/messages';
import type { Notify } from '../../notifications/outbox/outbox';
import { larger } from '../../money/pico';
import { commit } from '../../table/commit';
import { absent, any, compare } from '../../table/condition';
import { REQUEST_RETRY, retry, systemTiming } from '../../table/retry';
import type { TableStore } from '../../table/table-store';
import type { SpendChange } from './key-spend';

const amountSchema = z.bigint().default(0n);

export interface BudgetWatchOptions {
  readonly store: TableStore;
  readonly clock: Clock;
  /** Tells the account's administrators. */
  readonly notify: Notify;
}

/** A window of a key's budget in which the key has spent. */
interface SpentWindow {
  readonly accountId: string;
  readonly keyId: string;
  readonly counterId: string;
  readonly window: string;
  readonly limitPico: bigint;
}

/**
 * Tells an account's administrators when a key has used 80 % of its budget and when it has used it up, once each for
 * every window. It follows the usage records, so that no request pays for it.
 */
export class BudgetWatch {
  readonly #options: BudgetWatchOptions;

  constructor(options: BudgetWatchOptions) {
    this.#options = options;
  }

  /** Looks at the budgets that a batch of charges has used. Repeating it has no effect. @throws StoreUnavailable */
  async check(batch: readonly SpendChange[]): Promise<void> {
    for (const spent of await this.#windowsOf(batch)) await this.#check(spent);
  }

  async #windowsOf(batch: readonly SpendChange[]): Promise<readonly SpentWindow[]> {
    const windows = new Map<string, SpentWindow>();
    for (const [keyId, changes] of Map.groupBy(batch, (change) => change.keyId)) {
      const { accountId, counterId = keyId, rules } = (await findKey(this.#options.store, keyId)) ?? {};
      const budget = rules === undefined ? undefined : enforceableRules(decodeRules(rules))?.budget;
      if (!budget || accountId === undefined) continue;
      const limitPico = BigInt(budget.limitPico);
      for (const { at } of changes) {
        const window = windowAt(budget, Date.parse(at));
        windows.set(`${counterId} ${window}`, { accountId, keyId, counterId, window, limitPico });
      }
    }
    return [...windows.values()];
  }

  async #check({ accountId, keyId, counterId, window, limitPico }: SpentWindow): Promise<void> {
    const { store, clock, notify } = this.#options;
    const counted = await store.get({ table: KEYS, key: budgetCounterKey(counterId, window) });
    // Money that running requests hold may return, so it does not count. The end of a hold that an earlier release has
    // counted makes it negative.
    const heldPico = larger(0n, amountSchema.parse(counted?.['heldPico']));
    const chargedPico = amountSchema.parse(counted?.['countedPico']) - heldPico;
    const percent = reached(chargedPico, limitPico);
    if (percent === undefined) return;
    const notice = budgetNoticeKey(counterId, window);
    const told = await store.get({ table: KEYS, key: notice });
    if (amountSchema.parse(told?.['percent']) >= BigInt(percent)) return;
    const { kind, from } = partsOf(window);
    const message = { accountId, keyId, counterId, percent, limitPico, window: kind, from, windowName: window };
    const isNew = any(absent('percent'), compare('percent', '<', BigInt(percent)));
    const change = { set: { percent: BigInt(percent) } };
    await retry(REQUEST_RETRY, systemTiming(clock), () =>
      commit<'told'>(store, [
        { write: { table: KEYS, update: notice, change, when: isNew }, otherwise: () => 'told' },
        ...notify(budgetReached(message)),
      ]),
    );
  }
}

/**
 * The share of a budget that is used. The last request seldom fits exactly, and a budget is never exceeded, so 99.5 % of
 * it count as all.
 */
function reached(chargedPico: bigint, limitPico: bigint): '80' | '100' | undefined {
  if (chargedPico * 1_000n >= limitPico * 995n) return limitPico > 0n ? '100' : undefined;
  return chargedPico * 100n >= limitPico * 80n ? '80' : undefined;
}
