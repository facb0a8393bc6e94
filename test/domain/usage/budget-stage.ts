import type { DynamoDBRecord } from 'aws-lambda';
import { runPipelines } from '../../../lambdas/adapters/stream/stream-pipeline';
import { EmbeddedStore } from '../../../lambdas/adapters/embedded/embedded-store';
import type { KeyRules } from '../../../lambdas/contracts/http/key-rules';
import { AuditLog } from '../../../lambdas/domain/audit/audit-log';
import { countingOf } from '../../../lambdas/domain/keys/counting';
import { Keys } from '../../../lambdas/domain/keys/keys';
import { KnownSpendingRules } from '../../../lambdas/domain/keys/spending/known-spending-rules';
import { keyAttributions } from '../../../lambdas/domain/keys/key-attribution';
import { KeySuspensions } from '../../../lambdas/domain/keys/key-suspensions';
import { notifyBy } from '../../../lambdas/domain/notifications/outbox/outbox';
import type { TableStore } from '../../../lambdas/domain/table/table-store';
import { ParkedChanges } from '../../../lambdas/domain/usage/parked/parked-changes';
import { BudgetWatch } from '../../../lambdas/domain/usage/spend-watch/budget-watch';
import { RollUps } from '../../../lambdas/domain/usage/rollups/roll-ups';
import { KeySpend } from '../../../lambdas/domain/usage/spend-watch/key-spend';
import { SpendWatch } from '../../../lambdas/domain/usage/spend-watch/spend-watch';
import type { Hold } from '../../../lambdas/domain/wallet/holds/hold';
import { spend } from '../../../lambdas/handlers/usage/spend';
import { waitingMessages } from '../notifications/waiting-messages';
import { ACCOUNT, WalletStage } from '../wallet/wallet-stage';

const AMPLE_PICO = 1_000_000n;

/** A key with a budget, its requests on a real wallet, and the spend watch that reads their records. */
export class BudgetStage {
  readonly store: EmbeddedStore;
  readonly wallet: WalletStage;
  readonly keys: Keys;
  readonly clock = (): number => this.wallet.now;
  key = { keyId: '', key: '' };
  #changes: DynamoDBRecord[] = [];
  readonly #known: KnownSpendingRules;

  private constructor() {
    let now = (): number => Date.now();
    this.store = EmbeddedStore.memory({ clock: () => now() });
    this.wallet = new WalletStage(this.store);
    now = this.clock;
    const { store, clock } = this;
    this.#known = new KnownSpendingRules({ store });
    this.keys = new Keys({ store, clock, audit: new AuditLog({ store, clock }), pepper: 'a pepper of sixteen bytes' });
    store.onChange((records) => {
      this.#changes.push(...records.filter(({ eventSourceARN }) => eventSourceARN?.includes(':table/usage/')));
    });
  }

  static async open(rules: KeyRules): Promise<BudgetStage> {
    const stage = new BudgetStage();
    await stage.wallet.fund(AMPLE_PICO);
    stage.key = await stage.keys.create({ accountId: ACCOUNT, rules });
    return stage;
  }

  async hold(pico: bigint): Promise<Hold> {
    const owner = await this.keys.verify(this.key.key);
    const spending = this.#known.of(ACCOUNT);
    const counting = owner && countingOf(owner, { now: this.wallet.now, tokens: 0, spending });
    const { version: rulesVersion } = spending;
    const labels = owner?.rules?.labels;
    return this.wallet.reserve(pico, undefined, ACCOUNT, { counting, rulesVersion, ...(labels && { labels }) });
  }

  settle(hold: Hold, pico: bigint): Promise<unknown> {
    return this.wallet.settle(hold, pico, { keyId: this.key.keyId });
  }

  /** Learns the account's spending rules. */
  readRules(): Promise<void> {
    return this.#known.read(ACCOUNT);
  }

  /** A request that costs what it holds. */
  async request(pico: bigint): Promise<void> {
    await this.settle(await this.hold(pico), pico);
  }

  /** @returns the changes since the last call */
  takeChanges(): DynamoDBRecord[] {
    return this.#changes.splice(0);
  }

  /** Passes changes to the spend watch of a process. */
  async pipe(changes = this.takeChanges(), store: TableStore = this.store): Promise<void> {
    const { clock } = this;
    const log = { info: () => undefined, warn: () => undefined, error: () => undefined };
    const suspensions = new KeySuspensions({ store, clock, audit: new AuditLog({ store, clock }) });
    const budgets = new BudgetWatch({ store, clock, notify: notifyBy(clock) });
    const watch = new SpendWatch({ spend: new KeySpend({ store }), suspensions, budgets, clock, log });
    const parked = new ParkedChanges({ store, clock });
    const rollUps = new RollUps({ store, clock, retentionDays: 90 });
    const attributionsOf = keyAttributions(store);
    await spend({ rollUps, attributionsOf, watch, parked, runRules: runPipelines, log })({ Records: changes });
  }

  /** A request and what follows from its record. */
  async spend(pico: bigint): Promise<void> {
    await this.request(pico);
    await this.pipe();
  }

  /** The percentages that people were told about, the lowest first. */
  async told(): Promise<readonly unknown[]> {
    const messages = await waitingMessages(this.store);
    const percentages = messages.map(({ parameters }) => ('percent' in parameters ? parameters.percent : '0'));
    return percentages.toSorted((one, other) => Number(one) - Number(other));
  }
}
