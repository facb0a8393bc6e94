import { BoundedMap } from '../../bounded-map';
import type { StoredBudgets } from '../../../contracts/http/spending-rules';
import { Forbidden, ServiceUnavailable } from '../../errors/app-error';
import type { TableStore } from '../../table/table-store';
import { SpendingRulesChanged } from '../../wallet/wallet-errors';
import { NO_SPENDING_RULES, readSpendingRules, type StoredSpendingRules } from './spending-rules-item';

/** An account's spending rules, as the data plane applies them. */
export interface SpendingRules extends Pick<StoredSpendingRules, 'endUserKey'> {
  readonly budgets: StoredBudgets;
  /** The version that the account's balance names. 0 if the account never had any. */
  readonly version: bigint;
}

const UNKNOWN_BUDGETS = 'The account has budgets that this release cannot enforce: replace its spending rules.';
/** The accounts whose rules this process remembers. It reads those of others again when they return. */
const ACCOUNTS_MAX = 10_000;
/** Rules do not change more often than this while a request is admitted. */
const READS_MAX = 3;

/**
 * The spending rules that this process knows. It assumes that an account has none until a hold is refused, because the
 * account's balance names another version. So accounts without rules cost no read, and a change is in force for the next
 * hold.
 */
export class KnownSpendingRules {
  readonly #store: Pick<TableStore, 'get'>;
  readonly #known = new BoundedMap<SpendingRules>(ACCOUNTS_MAX);

  constructor({ store }: { readonly store: Pick<TableStore, 'get'> }) {
    this.#store = store;
  }

  of(accountId: string): SpendingRules {
    return this.#known.get(accountId) ?? { ...NO_SPENDING_RULES, version: 0n };
  }

  /** @throws StoreUnavailable, and Forbidden when a later release has set budgets that this one cannot enforce */
  async read(accountId: string): Promise<void> {
    const { version, budgets, ...rules } = await readSpendingRules(this.#store, accountId);
    // Nothing here would enforce them.
    if (budgets === 'unknown') throw new Forbidden(UNKNOWN_BUDGETS, 'unknown_rules');
    this.#known.set(accountId, { ...rules, budgets, version: BigInt(version) });
  }
}

/**
 * Holds money by the rules that are known, and once more by those that are stored if they have changed.
 * @throws ServiceUnavailable when the rules keep changing
 */
export async function withSpendingRules<T>(
  known: KnownSpendingRules,
  accountId: string,
  hold: (rules: SpendingRules) => Promise<T>,
): Promise<T> {
  for (let reads = 0; ; reads += 1) {
    try {
      return await hold(known.of(accountId));
    } catch (error) {
      if (!(error instanceof SpendingRulesChanged)) throw error;
      if (reads === READS_MAX) throw new ServiceUnavailable();
      await known.read(accountId);
    }
  }
}
