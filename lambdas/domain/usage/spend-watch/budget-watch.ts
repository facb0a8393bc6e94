import { z } from 'zod';
import { type BudgetRule, enforceableRules } from '../../../contracts/http/key-rules';
import { budgetNoticeKey } from '../../../contracts/storage/table-keys/keys';
import { KEYS } from '../../../contracts/storage/tables';
import type { UsageRecord } from '../../../contracts/storage/usage-record';
import type { Clock } from '../../clock';
import { partsOf, windowAt } from '../../keys/budget-window';
import { findKey } from '../../keys/find-key';
import { decodeRules } from '../../keys/key-item';
import { appliesTo } from '../../keys/spending/budgets';
import { readSpendingRules } from '../../keys/spending/spending-rules-item';
import type { NewMessage } from '../../notifications/outbox/message';
import { budgetReached, sharedBudgetReached } from '../../notifications/outbox/messages';
import type { Notify } from '../../notifications/outbox/outbox';
import { isRestricted } from '../../restrictions/restriction-item';
import { commit } from '../../table/commit';
import { absent, any, compare } from '../../table/condition';
import { REQUEST_RETRY, retry, systemTiming } from '../../table/retry';
import type { TableStore } from '../../table/table-store';
import { readCounted } from '../../wallet/holds/budget-counters';

const amountSchema = z.bigint().default(0n);

export interface BudgetWatchOptions {
  readonly store: TableStore;
  readonly clock: Clock;
  /** Tells the account's administrators. */
  readonly notify: Notify;
}

/** A request that was charged. */
type Charged = Pick<UsageRecord, 'accountId' | 'keyId' | 'payer' | 'labels' | 'at'>;

/** A window of a budget in which requests have spent, and the message that tells how much of it they used. */
interface SpentWindow {
  readonly accountId: string;
  readonly counterId: string;
  readonly window: string;
  readonly limitPico: bigint;
  readonly messageOf: (percent: '80' | '100') => NewMessage;
}

/**
 * Tells an account's administrators when 80 % of a budget are used and when it is used up, once each for every window. It
 * follows the usage records, so that no request pays for it.
 */
export class BudgetWatch {
  readonly #options: BudgetWatchOptions;

  constructor(options: BudgetWatchOptions) {
    this.#options = options;
  }

  /** Looks at the budgets that a batch of charges has used. Repeating it has no effect. @throws StoreUnavailable */
  async check(batch: readonly Charged[]): Promise<void> {
    const windows = new Map<string, SpentWindow>();
    const spent = [...(await this.#windowsOfKeys(batch)), ...(await this.#windowsOfAccounts(batch))];
    for (const each of spent) windows.set(`${each.counterId} ${each.window}`, each);
    for (const each of windows.values()) await this.#check(each);
  }

  async #windowsOfKeys(batch: readonly Charged[]): Promise<readonly SpentWindow[]> {
    const windows: SpentWindow[] = [];
    for (const [keyId, changes] of Map.groupBy(batch, (change) => change.keyId)) {
      const { accountId, counterId = keyId, rules } = (await findKey(this.#options.store, keyId)) ?? {};
      const budget = rules === undefined ? undefined : enforceableRules(decodeRules(rules))?.budget;
      if (!budget || accountId === undefined) continue;
      for (const { at } of changes) {
        const { messageOf, ...spent } = spentWindow(counterId, budget, at);
        const ofKey = { accountId, keyId, counterId };
        windows.push({
          ...spent,
          accountId,
          messageOf: (percent) => budgetReached({ ...ofKey, ...messageOf(percent) }),
        });
      }
    }
    return windows;
  }

  async #windowsOfAccounts(batch: readonly Charged[]): Promise<readonly SpentWindow[]> {
    const windows: SpentWindow[] = [];
    for (const [accountId, changes] of Map.groupBy(batch, (change) => change.accountId)) {
      const { budgets } = await readSpendingRules(this.#options.store, accountId);
      if (budgets === 'unknown') continue;
      for (const budget of budgets) {
        const { budgetId, of } = budget;
        for (const { at, payer, labels } of changes) {
          if (!appliesTo(budget, { ...(payer !== undefined && { payer }), rules: { labels } })) continue;
          const { messageOf, ...spent } = spentWindow(budgetId, budget, at);
          const ofAccount = { accountId, budgetId, of };
          windows.push({
            ...spent,
            accountId,
            messageOf: (percent) => sharedBudgetReached({ ...ofAccount, ...messageOf(percent) }),
          });
        }
      }
    }
    return windows;
  }

  async #check({ accountId, counterId, window, limitPico, messageOf }: SpentWindow): Promise<void> {
    const { store, clock, notify } = this.#options;
    // Money that running requests hold may return, so it does not count.
    const { countedPico, heldPico } = await readCounted(store, { counterId, window });
    const percent = reached(countedPico - heldPico, limitPico);
    if (percent === undefined) return;
    const notice = budgetNoticeKey(counterId, window);
    const told = await store.get({ table: KEYS, key: notice });
    if (amountSchema.parse(told?.['percent']) >= BigInt(percent) || (await isRestricted(store, accountId))) return;
    const isNew = any(absent('percent'), compare('percent', '<', BigInt(percent)));
    const change = { set: { percent: BigInt(percent) } };
    await retry(REQUEST_RETRY, systemTiming(clock), () =>
      commit<'told'>(store, [
        { write: { table: KEYS, update: notice, change, when: isNew }, otherwise: () => 'told' },
        ...notify(messageOf(percent)),
      ]),
    );
  }
}

/** The window of a budget that contains a time. @param at ISO 8601 */
function spentWindow(counterId: string, budget: BudgetRule, at: string) {
  const window = windowAt(budget, Date.parse(at));
  const limitPico = BigInt(budget.limitPico);
  const { kind, from } = partsOf(window);
  const messageOf = (percent: '80' | '100') => ({ percent, limitPico, window: kind, from, windowName: window });
  return { counterId, window, limitPico, messageOf };
}

/**
 * The share of a budget that is used. The last request seldom fits exactly, and a budget is never exceeded, so 99.5 % of
 * it count as all.
 */
function reached(chargedPico: bigint, limitPico: bigint): '80' | '100' | undefined {
  if (chargedPico * 1_000n >= limitPico * 995n) return limitPico > 0n ? '100' : undefined;
  return chargedPico * 100n >= limitPico * 80n ? '80' : undefined;
}
