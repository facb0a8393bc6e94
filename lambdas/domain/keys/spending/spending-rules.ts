import { randomBytes } from 'node:crypto';
import { ulid } from 'ulid';
import {
  type NewBudget,
  type NewSpendingRules,
  newSpendingRulesSchema,
  type SpendingRulesView,
  type StoredBudget,
  type StoredBudgets,
} from '../../../contracts/http/spending-rules';
import { KEYS } from '../../../contracts/storage/tables';
import type { Actor } from '../../access/actor';
import { isActive } from '../../accounts/account-item';
import type { ActionRecorder } from '../../audit/action';
import type { Clock } from '../../clock';
import { VersionMismatch } from '../../errors/refusal';
import { commit } from '../../table/commit';
import { absent, compare } from '../../table/condition';
import { retry, REQUEST_RETRY, RetryNeeded, systemTiming } from '../../table/retry';
import type { TableStore } from '../../table/table-store';
import { setRulesVersionOfBalance } from '../../wallet/balance/balance';
import { BudgetInvalid } from '../keys-errors';
import { givePayers } from '../payers/give-payers';
import { expectMembers } from '../payers/payer';
import { budgetViews } from './budget-views';
import { isSameOwner } from './budgets';
import { encodeSpendingRules, readSpendingRules, type StoredSpendingRules } from './spending-rules-item';

const END_USER_KEY_BYTES = 32;
const RETIRED_MAX = 1_000;

export interface SpendingRulesOptions {
  readonly store: TableStore;
  readonly clock: Clock;
  readonly audit: ActionRecorder;
  /** @default the system's source of randomness */
  readonly randomBytes?: (bytes: number) => Uint8Array;
}

/** A change of an account's spending rules. */
export interface SpendingRulesChange {
  readonly accountId: string;
  readonly rules: NewSpendingRules;
  readonly actor: Actor;
  /** The version that was read. @default any */
  readonly version?: number | undefined;
}

/** The administration of an account's spending rules. They can only be replaced as a whole. */
export class SpendingRulesAdministration {
  readonly #options: Required<SpendingRulesOptions>;

  constructor(options: SpendingRulesOptions) {
    this.#options = { randomBytes, ...options };
  }

  async get(accountId: string): Promise<SpendingRulesView> {
    return this.#view(await readSpendingRules(this.#options.store, accountId));
  }

  /**
   * Replaces the rules. The same transaction notes their version at the account's balance, so they are in force for the
   * next hold, in every process. A budget of an owner that had one keeps its ID, and with it what it counted.
   * @throws AccountNotFound, AccountSuspended, VersionMismatch, PayerNotMember, BudgetInvalid
   */
  async set({ accountId, rules: given, actor, version }: SpendingRulesChange): Promise<SpendingRulesView> {
    const { store, audit } = this.#options;
    const rules = newSpendingRulesSchema.parse(given);
    const before = await readSpendingRules(store, accountId);
    if (version !== undefined && version !== before.version) throw new VersionMismatch();
    const known = before.budgets === 'unknown' ? [] : before.budgets;
    const budgets = this.#identified(rules.budgets, known);
    const added = budgets.filter((budget) => !known.some((other) => isSameOwner(budget, other)));
    const memberIds = added.flatMap((budget) => (budget.of === 'member' ? [budget.personId] : []));
    await expectMembers(store, accountId, memberIds);
    if (memberIds.length > 0) await givePayers(this.#options, accountId);
    const after = {
      version: before.version + 1,
      budgets,
      retired: retiredAfter(before, known, budgets),
      ...(rules.endUsers && { endUserKey: before.endUserKey ?? this.#options.randomBytes(END_USER_KEY_BYTES) }),
    };
    const when = before.version === 0 ? absent() : compare('version', '=', before.version);
    const put = encodeSpendingRules(accountId, after);
    await audit.record({
      chain: accountId,
      actor,
      action: 'spending.change',
      target: accountId,
      writes: [
        { write: { table: KEYS, put, when }, otherwise: () => new VersionMismatch() },
        { write: setRulesVersionOfBalance(accountId, after.version) },
        isActive(accountId),
      ],
    });
    return this.#view(after);
  }

  /** Removes the budget of a member who leaves. It can be repeated. */
  async dropMember(accountId: string, personId: string): Promise<void> {
    const { store, clock } = this.#options;
    await retry(REQUEST_RETRY, systemTiming(clock), async () => {
      const before = await readSpendingRules(store, accountId);
      const { budgets, version } = before;
      if (budgets === 'unknown') return;
      const kept = budgets.filter((budget) => budget.of !== 'member' || budget.personId !== personId);
      if (kept.length === budgets.length) return;
      const after = { ...before, budgets: kept, retired: retiredAfter(before, budgets, kept), version: version + 1 };
      const put = encodeSpendingRules(accountId, after);
      const refusals = await commit<'changed'>(store, [
        { write: { table: KEYS, put, when: compare('version', '=', version) }, otherwise: () => 'changed' },
        { write: setRulesVersionOfBalance(accountId, version + 1) },
      ]);
      if (refusals.length > 0) throw new RetryNeeded();
    });
  }

  /** @throws BudgetInvalid when two of them are for the same keys */
  #identified(budgets: readonly NewBudget[], known: StoredBudgets): StoredBudget[] {
    return budgets.map((budget, index) => {
      if (budgets.slice(0, index).some((other) => isSameOwner(budget, other)))
        throw new BudgetInvalid('Two budgets are for the same keys: leave one of them out.');
      const existing = known.find((other) => isSameOwner(budget, other));
      return { ...budget, budgetId: existing?.budgetId ?? `bud_${ulid(this.#options.clock())}` };
    });
  }

  async #view({ version, endUserKey, budgets }: StoredSpendingRules): Promise<SpendingRulesView> {
    const { store, clock } = this.#options;
    const views = budgets === 'unknown' ? [] : await budgetViews(store, budgets, clock());
    return { endUsers: endUserKey !== undefined, budgets: views, version };
  }
}

/** The IDs of the budgets that are no longer there, the latest thousand. */
function retiredAfter(
  { retired }: Pick<StoredSpendingRules, 'retired'>,
  before: readonly StoredBudget[],
  after: readonly StoredBudget[],
): readonly string[] {
  const removed = before.filter(({ budgetId }) => !after.some((other) => other.budgetId === budgetId));
  return [...retired, ...removed.map(({ budgetId }) => budgetId)].slice(-RETIRED_MAX);
}
