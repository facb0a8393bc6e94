import { randomBytes } from 'node:crypto';
import {
  type NewSpendingRules,
  newSpendingRulesSchema,
  type SpendingRulesView,
} from '../../../contracts/http/spending-rules';
import { KEYS } from '../../../contracts/storage/tables';
import type { Actor } from '../../access/actor';
import type { ActionRecorder } from '../../audit/action';
import { VersionMismatch } from '../../errors/refusal';
import { isActive } from '../../accounts/account-item';
import { absent, compare } from '../../table/condition';
import type { TableStore } from '../../table/table-store';
import { setRulesVersionOfBalance } from '../../wallet/balance/balance';
import { encodeSpendingRules, readSpendingRules, type StoredSpendingRules } from './spending-rules-item';

const END_USER_KEY_BYTES = 32;

export interface SpendingRulesOptions {
  readonly store: TableStore;
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
  readonly #store: TableStore;
  readonly #audit: ActionRecorder;
  readonly #randomBytes: (bytes: number) => Uint8Array;

  constructor({ store, audit, randomBytes: source = randomBytes }: SpendingRulesOptions) {
    this.#store = store;
    this.#audit = audit;
    this.#randomBytes = source;
  }

  async get(accountId: string): Promise<SpendingRulesView> {
    return viewOf(await readSpendingRules(this.#store, accountId));
  }

  /**
   * Replaces the rules. The same transaction notes their version at the account's balance, so they are in force for the
   * next hold, in every process.
   * @throws AccountNotFound, AccountSuspended, VersionMismatch
   */
  async set({ accountId, rules: given, actor, version }: SpendingRulesChange): Promise<SpendingRulesView> {
    const rules = newSpendingRulesSchema.parse(given);
    const before = await readSpendingRules(this.#store, accountId);
    if (version !== undefined && version !== before.version) throw new VersionMismatch();
    const after: StoredSpendingRules = {
      version: before.version + 1,
      ...(rules.endUsers && { endUserKey: before.endUserKey ?? this.#randomBytes(END_USER_KEY_BYTES) }),
    };
    const when = before.version === 0 ? absent() : compare('version', '=', before.version);
    await this.#audit.record({
      chain: accountId,
      actor,
      action: 'spending.change',
      target: accountId,
      writes: [
        { write: { table: KEYS, put: encodeSpendingRules(accountId, after), when }, otherwise: () => new VersionMismatch() },
        { write: setRulesVersionOfBalance(accountId, after.version) },
        isActive(accountId),
      ],
    });
    return viewOf(after);
  }
}

const viewOf = ({ version, endUserKey }: StoredSpendingRules): SpendingRulesView => ({
  endUsers: endUserKey !== undefined,
  version,
});
