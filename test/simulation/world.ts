import { EmbeddedStore } from '../../lambdas/adapters/embedded/embedded-store';
import type { Check, TableStore, Write } from '../../lambdas/domain/table/table-store';
import type { Hold } from '../../lambdas/domain/wallet/holds/hold';
import type { CallKind, Fault } from './faults';
import { drawFault } from './faults';
import { fingerprint } from './fields';
import { accountIdOf, Intents, paymentIdOf } from './intents';
import { checkCommit } from './invariants';
import { rollUpsEqualEntries } from './roll-up-invariants';
import { RollUpReader } from './roll-up-reader';
import type { Landmark } from './landmarks';
import { landmarkOfFailure, landmarksOf } from './landmarks';
import type { Plan } from './planned';
import { Process } from './processes';
import { Random } from './random';
import { Scheduler } from './scheduler';
import { type ItemChange, readAll, Stored } from './stored';
import { limitsAreKept } from './limits';
import { sharedBudgetsAreKept } from './shared-budgets';
import { expectKept } from './violation';

/** One history in this many also adds up its usage records. */
const ROLLED_UP_EVERY = 4;
/** The part of a seed's random numbers that the reader of usage records draws from. */
const READER_PART = 900_000;
const KEY_ID = /\b01[0-9A-HJKMNP-TV-Z]{24}\b/g;

type Watcher = (changes: readonly ItemChange[]) => void;

/** A deliberate defect, so that a test can break something. */
export interface Sabotage {
  /** Changes the writes between a process and the tables. */
  readonly writes?: (writes: readonly (Write | Check)[]) => readonly (Write | Check)[];
  /** Changes a hold that is settled. */
  readonly settled?: (hold: Hold) => Hold;
}

/** Everything in a history except the code under test: time, processes, tables and a copy of what they store. */
export class World {
  readonly plan: Plan;
  readonly scheduler = new Scheduler();
  readonly stored = new Stored();
  readonly intents = new Intents();
  readonly processes: readonly Process[];
  readonly accountIds: readonly string[];
  /** The steps so far; undefined unless a trace was requested. */
  readonly trace: string[] | undefined;
  readonly met = new Set<Landmark>();
  readonly #watchers = new Set<Watcher>();
  readonly sabotage: Sabotage;
  readonly #rollUps: RollUpReader | undefined;
  readonly #engine: EmbeddedStore;
  #faultRate: number;
  #failure: Error | undefined;
  #hasRestarted = false;

  constructor(plan: Plan, options: { readonly trace?: string[]; readonly sabotage?: Sabotage | undefined } = {}) {
    this.plan = plan;
    this.trace = options.trace;
    this.sabotage = options.sabotage ?? {};
    this.processes = plan.drifts.map((drift, index) => new Process(`process ${index}`, this.scheduler, drift));
    this.accountIds = Array.from({ length: plan.accounts }, (_, account) => accountIdOf(account));
    if (plan.isHot) for (const process of this.processes) this.accountIds.forEach((id) => process.knowHot(id));
    this.#faultRate = plan.faultRate;
    const clock = (): number => this.scheduler.now;
    this.#engine = EmbeddedStore.memory({ clock });
    const random = new Random(plan.seed).fork(READER_PART);
    const isRolledUp = plan.seed % ROLLED_UP_EVERY === 0;
    this.#rollUps = isRolledUp
      ? new RollUpReader(this.#engine, { clock, random, sabotage: this.sabotage.writes })
      : undefined;
  }

  get engine(): TableStore {
    return this.#engine;
  }

  /** Whether a call may fail with an outage. */
  get mayFail(): boolean {
    return this.#faultRate > 0;
  }

  /** Stops all faults from now on. */
  calm(): void {
    this.#faultRate = 0;
  }

  drawFault(kind: CallKind, random: Random): Fault {
    return drawFault(kind, this.#faultRate, this.plan.isLocal, random);
  }

  /** Adds one line per step. The text is built only if there is a trace. */
  note(line: () => string): void {
    // A key's ID comes from the system's randomness, so it is left out. No step depends on it.
    this.trace?.push(`${String(this.scheduler.now).slice(-9)} ${line().replaceAll(KEY_ID, 'key id')}`);
  }

  /** Records an error that no step could throw. The first one ends the history. */
  fail(error: unknown): void {
    this.#failure ??= error instanceof Error ? error : new Error(String(error));
  }

  /** Lets work continue in the background. It may never end if its process crashes. */
  watch(work: Promise<unknown>): void {
    work.catch((error: unknown) => this.fail(error));
  }

  throwFailure(): void {
    if (this.#failure) throw this.#failure;
  }

  /** Applies a transaction or a write to the tables, and checks its effect before anything else happens. */
  async commit<T>(
    writes: readonly (Write | Check)[],
    apply: (writes: readonly (Write | Check)[]) => Promise<T>,
  ): Promise<T> {
    let result: T;
    try {
      result = await apply(this.sabotage.writes?.(writes) ?? writes);
    } catch (error) {
      const landmark = landmarkOfFailure(writes, error);
      if (landmark) this.met.add(landmark);
      throw error;
    }
    try {
      await this.#observe(writes);
    } catch (error) {
      this.fail(error);
    }
    return result;
  }

  removeExpired(): Promise<number> {
    return this.#engine.removeExpired();
  }

  /** Crashes a process. A local one finds its commits on the disk when it restarts. */
  async crash(process: Process, random: Random): Promise<void> {
    this.note(() => `${process.name}: crash`);
    process.crash(random);
    if (!this.plan.isLocal) return;
    this.intents.sweepsEverything = true;
    this.#hasRestarted = true;
    await this.expectDurable();
  }

  /** Calls `watcher` after each commit. @returns a function that stops that */
  onCommit(watcher: Watcher): () => void {
    this.#watchers.add(watcher);
    return () => void this.#watchers.delete(watcher);
  }

  /** Whether a local process has restarted and has not swept since. */
  takeRestart(): boolean {
    const hasRestarted = this.#hasRestarted;
    this.#hasRestarted = false;
    return hasRestarted;
  }

  /** Checks that the tables contain exactly what the commits have left, and nothing else. */
  async expectDurable(): Promise<void> {
    const actual = await readAll(
      this.#engine,
      this.accountIds,
      this.plan.payments.map((_, index) => paymentIdOf(index)),
    );
    const known = this.stored.listed();
    for (const [name, item] of actual) {
      const isSame = fingerprint(item) === fingerprint(known.get(name));
      expectKept('durability', isSame, `${name} is not as it was written`);
    }
    for (const name of known.keys()) {
      // Only usage records expire.
      expectKept('durability', actual.has(name) || name.startsWith('usage '), `${name} was written but is lost`);
    }
  }

  /** @param isLong whether usage records may have expired */
  async expectRollUps(isLong: boolean): Promise<void> {
    if (this.#rollUps === undefined) return;
    await this.#rollUps.finish();
    const { stored, scheduler, accountIds } = this;
    for (const accountId of accountIds)
      await rollUpsEqualEntries({ stored, engine: this.#engine, now: scheduler.now }, accountId, isLong);
  }

  async #observe(writes: readonly (Write | Check)[]): Promise<void> {
    const changes = await this.stored.refresh(this.#engine, writes);
    for (const { kind, key, before, after } of changes) {
      if (kind === 'balance' && !before) this.intents.opened.set(key.pk, this.scheduler.now);
      const isResumed = before?.['suspendedAt'] !== undefined && after?.['suspendedAt'] === undefined;
      if (kind === 'balance' && isResumed) this.intents.resumed.set(key.pk, this.scheduler.now);
      const isRevoked = kind === 'key' && !before?.['revokedAt'] && after?.['revokedAt'] !== undefined;
      if (isRevoked) this.intents.revoked.set(key.pk, this.scheduler.now);
    }
    for (const landmark of landmarksOf(changes, this.stored)) this.met.add(landmark);
    checkCommit(changes, this.stored, this.intents, this.plan.payments);
    for (const watcher of this.#watchers) watcher(changes);
    limitsAreKept(this.stored, this.intents, this.plan.limits);
    sharedBudgetsAreKept(this.stored, this.intents, this.plan.shared);
    this.#rollUps?.afterCommit();
  }
}
