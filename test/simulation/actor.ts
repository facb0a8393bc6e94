import { ulid } from 'ulid';
import type { KeysOptions } from '../../lambdas/domain/keys/keys';
import { Keys } from '../../lambdas/domain/keys/keys';
import { commit } from '../../lambdas/domain/table/commit';
import { StoreUnavailable, TransactionCancelled } from '../../lambdas/domain/table/table-errors';
import { RESERVE_RETRY } from '../../lambdas/domain/wallet/retry';
import { Wallet } from '../../lambdas/domain/wallet/wallet';
import { WalletUnavailable } from '../../lambdas/domain/wallet/wallet-errors';
import type { Operation } from './planned';
import { ProcessStore } from './process-store';
import type { Process } from './processes';
import { Random } from './random';
import { USAGE_RETENTION_DAYS } from './retention';
import { Violation } from './violation';
import type { World } from './world';

const DRAWERS = 16;
/** No call that retries gives up sooner, unless calls fail. */
const GIVES_UP_MS = RESERVE_RETRY.totalMs - RESERVE_RETRY.longestWaitMs;
const PEPPER = 'the pepper of a simulation';

type ErrorClass = new (...parameters: never[]) => Error;

/** Runs one operation with the real code, on dependencies whose time and randomness the history controls. */
export class Actor {
  readonly world: World;
  readonly operation: Operation;
  readonly process: Process;
  readonly random: Random;
  readonly store: ProcessStore;
  readonly wallet: Wallet;
  readonly keys: Keys;

  /** @param process the process that runs it. @default the operation's own */
  constructor(world: World, operation: Operation, process?: Process) {
    const own = world.processes[operation.process];
    const played = process ?? own;
    if (!played) throw new RangeError('the plan has no such process');
    const random = new Random(world.plan.seed).fork(operation.index);
    const { clock } = played;
    this.world = world;
    this.operation = operation;
    this.process = played;
    this.random = random;
    this.store = new ProcessStore(world, played, random, operation);
    this.wallet = new Wallet({
      store: this.store,
      clock,
      usageRetentionDays: USAGE_RETENTION_DAYS,
      leaseBook: played.leaseBook,
      // These numbers also pick the drawers of leases.
      random: () => (random.fraction() * world.plan.drawers) / DRAWERS,
      newUlid: (now) => ulid(now, () => random.fraction()),
      sleep: (milliseconds) => played.sleep(milliseconds, random),
    });
    const randomBytes = (bytes: number): Uint8Array => Uint8Array.from({ length: bytes }, () => random.next());
    this.keys = new Keys({ store: this.store, clock, pepper: PEPPER, randomBytes, audit: this.#unaudited() });
  }

  /** Commits only the writes of an action, because a history has neither account items nor an audit log. */
  #unaudited(): KeysOptions['audit'] {
    return {
      record: async ({ writes }) => {
        const changes = writes.filter(({ write }) => !('check' in write));
        const [refusal] = await commit(this.store, changes);
        if (refusal instanceof Error) throw refusal;
        return refusal === undefined;
      },
    };
  }

  note(line: () => string): void {
    this.world.note(() => `${this.process.name}, operation ${this.operation.index}: ${line()}`);
  }

  /**
   * The outcome of a call. While calls may fail, an outage is a valid outcome. So is a refusal that the caller lists,
   * and that a process gives up if it was paused between two attempts.
   * @throws Violation on any other error
   */
  async outcome<T, Refusal extends ErrorClass = never>(
    call: Promise<T>,
    refusals: readonly Refusal[] = [],
  ): Promise<{ readonly answer: T } | { readonly refusal: InstanceType<Refusal> } | { readonly outage: Error }> {
    const { process, world } = this;
    const clockAtStart = process.clock();
    try {
      return { answer: await call };
    } catch (error) {
      const refusal = refusals.find((known) => error instanceof known);
      if (refusal) return { refusal: error as InstanceType<Refusal> };
      const mayGiveUp = world.mayFail || process.clock() - clockAtStart > GIVES_UP_MS;
      if (error instanceof Error && mayGiveUp && isOutage(error)) return { outage: error };
      throw new Violation('answers', `unexpectedly ${error instanceof Error ? error.stack : String(error)}`);
    }
  }
}

function isOutage(error: Error): boolean {
  if (error instanceof WalletUnavailable || error instanceof StoreUnavailable) return true;
  // Key operations do not retry by themselves.
  return error instanceof TransactionCancelled && error.reasons.every((reason) => reason?.code !== 'Invalid');
}
