import { runPipelines } from '../../../lambdas/adapters/stream/stream-pipeline';
import type { DynamoDBRecord } from 'aws-lambda';
import { ulid } from 'ulid';
import { EmbeddedStore } from '../../../lambdas/adapters/embedded/embedded-store';
import type { UsageRecord } from '../../../lambdas/contracts/storage/usage-record';
import { Accounts } from '../../../lambdas/domain/accounts/accounts';
import { AuditLog } from '../../../lambdas/domain/audit/audit-log';
import { Keys } from '../../../lambdas/domain/keys/keys';
import { KeySuspensions } from '../../../lambdas/domain/keys/key-suspensions';
import type { Log } from '../../../lambdas/domain/log';
import { absent } from '../../../lambdas/domain/table/condition';
import type { TableStore } from '../../../lambdas/domain/table/table-store';
import { notifyBy } from '../../../lambdas/domain/notifications/outbox/outbox';
import { ParkedChanges } from '../../../lambdas/domain/usage/parked/parked-changes';
import { AccountHours } from '../../../lambdas/domain/usage/spend-watch/account-hours';
import { KeySpend } from '../../../lambdas/domain/usage/spend-watch/key-spend';
import { BASELINE_HOURS_MIN } from '../../../lambdas/domain/usage/spend-watch/spend-jump';
import { SpendWatch } from '../../../lambdas/domain/usage/spend-watch/spend-watch';
import { UsageAlerts } from '../../../lambdas/domain/usage/spend-watch/usage-alerts';
import { putUsageRecord } from '../../../lambdas/domain/usage/records/usage-records';
import { spend } from '../../../lambdas/handlers/usage/spend';
import { ACCOUNT } from '../wallet/wallet-stage';

export const DOLLAR = 1_000_000_000_000n;
export const HOUR_MS = 3_600_000;
const TRUST = '01JD000000000000000000000T';

/** Creates usage records of a key and passes their changes to the spend watch. */
export class SpendStage {
  now = Date.parse('2026-11-20T10:30:00.000Z');
  readonly clock = (): number => this.now;
  readonly lines: unknown[] = [];
  readonly store = EmbeddedStore.memory({ clock: () => this.now });
  readonly audit = new AuditLog({ store: this.store, clock: () => this.now });
  readonly keys = new Keys({ ...this.#parts(), audit: this.audit, pepper: 'a pepper of sixteen bytes' });
  readonly suspensions = new KeySuspensions({ ...this.#parts(), audit: this.audit });
  keyId = '';
  key = '';
  #changes: DynamoDBRecord[] = [];

  static async open(): Promise<SpendStage> {
    const stage = new SpendStage();
    await new Accounts({ ...stage.#parts(), audit: stage.audit }).create({ accountId: ACCOUNT });
    Object.assign(stage, await stage.keys.create({ accountId: ACCOUNT }));
    stage.store.onChange((records) => {
      stage.#changes.push(...records.filter(({ eventSourceARN }) => eventSourceARN?.includes(':table/usage/')));
    });
    return stage;
  }

  /** Switches to a new key that was exchanged for a token of the stage's trust. @returns its ID */
  async exchangeToken(): Promise<string> {
    const { shown, writes } = this.keys.prepare({
      accountId: ACCOUNT,
      createdBy: `tru_${TRUST}`,
      counterId: TRUST,
      rules: undefined,
      validUntil: this.now + HOUR_MS,
      expiresAt: Math.floor(this.now / 1_000) + 90_000,
    });
    await this.store.transact(writes);
    Object.assign(this, shown);
    return shown.keyId;
  }

  /** Rotates the key and switches to its successor. */
  async rotate(): Promise<void> {
    Object.assign(this, await this.keys.rotate({ accountId: ACCOUNT, keyId: this.keyId, graceMs: HOUR_MS }));
  }

  #parts() {
    return { store: this.store, clock: () => this.now };
  }

  /** Writes the record of a request that has just ended. */
  async record(
    costPico: bigint,
    keyId = this.keyId,
    status: UsageRecord['status'] = 'completed',
  ): Promise<UsageRecord> {
    const record: UsageRecord = {
      requestId: `req_${ulid(this.now)}`,
      accountId: ACCOUNT,
      keyId,
      at: new Date(this.now).toISOString(),
      endpoint: 'chat',
      model: 'm',
      provider: 'p',
      streamed: false,
      status,
      httpStatus: 200,
      usage: {},
      estimated: false,
      costPico,
      overrunPico: 0n,
      priceVersion: 'v',
      durationMs: 1,
    };
    await this.store.write(putUsageRecord(record, 90, absent()));
    return record;
  }

  /** @returns the changes since the last call */
  takeChanges(): DynamoDBRecord[] {
    return this.#changes.splice(0);
  }

  /** Passes changes to the spend watch. @param store can inject failures */
  async pipe(changes = this.takeChanges(), store: TableStore = this.store): Promise<void> {
    const { clock } = this;
    const line = (code: string, fields = {}): void => void this.lines.push([code, fields]);
    const log: Log = { info: line, warn: line, error: line };
    const suspensions = new KeySuspensions({ store, clock, audit: new AuditLog({ store, clock }) });
    const hours = new AccountHours({ store, clock });
    const alerts = { hours, rules: new UsageAlerts({ store, clock, log, hours, notify: notifyBy(clock) }) };
    const watch = new SpendWatch({ spend: new KeySpend({ store, clock }), suspensions, alerts, clock, log });
    await spend({ watch, parked: new ParkedChanges({ store, clock }), runRules: runPipelines, log })({
      Records: changes,
    });
    this.takeChanges();
  }

  async spend(costPico: bigint): Promise<void> {
    await this.record(costPico);
    await this.pipe();
  }

  /**
   * Gives the key a baseline: the same spend in each of the required number of hours before the current one.
   * @param beforeEachHour runs before the spend of each hour
   */
  async spendBaseline(
    costPico: bigint,
    beforeEachHour: () => Promise<unknown> = () => Promise.resolve(),
  ): Promise<void> {
    this.now -= BASELINE_HOURS_MIN * HOUR_MS;
    for (let hour = 0; hour < BASELINE_HOURS_MIN; hour += 1) {
      await beforeEachHour();
      await this.spend(costPico);
      this.now += HOUR_MS;
    }
  }

  async isSuspended(keyId = this.keyId): Promise<boolean> {
    return (await this.keys.get(ACCOUNT, keyId))?.suspendedAt !== undefined;
  }
}
