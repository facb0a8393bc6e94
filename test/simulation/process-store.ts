import { StoreUnavailable, TransactionCancelled } from '../../lambdas/domain/table/table-errors';
import type { Check, Get, Page, Query, TableStore, Write } from '../../lambdas/domain/table/table-store';
import type { Item } from '../../lambdas/domain/table/value';
import type { CallKind, Fault } from './faults';
import { latencyMs, latenessMs, readLatencyMs, timeoutMs } from './faults';
import { text } from './fields';
import type { Operation } from './planned';
import type { Process } from './processes';
import type { Random } from './random';
import type { Run } from './scheduler';
import type { World } from './world';

interface Call<T> {
  readonly kind: CallKind;
  readonly apply: () => Promise<T>;
  /** Called only when a trace is kept. */
  readonly name: () => string;
  readonly writes: number;
}

/** Delivers the reply or the failure to a caller. */
interface Caller<T> {
  readonly resolve: (answer: T | PromiseLike<T>) => void;
  readonly reject: (error: Error) => void;
}

/** The tables as one operation of one process sees them: each call has latency, and may fail. */
export class ProcessStore implements TableStore {
  readonly #world: World;
  readonly #process: Process;
  /** A reply reaches only the life of the process that made the call, not the one that replaced it. */
  readonly #life: number;
  readonly #random: Random;
  readonly #label: string;
  readonly #isCalm: boolean;
  #planned: Fault[] = [];

  constructor(world: World, process: Process, random: Random, { index, action }: Operation) {
    this.#world = world;
    this.#process = process;
    this.#life = process.life;
    this.#random = random;
    this.#label = `operation ${index}`;
    this.#isCalm = action.do === 'sweep' && action.calm === true;
  }

  /** Plans the faults of the next transactions. */
  plan(faults: readonly Fault[]): void {
    if (this.#world.mayFail && !this.#world.plan.isLocal) this.#planned = [...faults];
  }

  get(get: Get): Promise<Item | undefined> {
    const name = (): string => `get ${get.key.pk} ${get.key.sk}`;
    return this.#call({ kind: 'get', name, writes: 0, apply: () => this.#world.engine.get(get) });
  }

  query(query: Query): Promise<Page> {
    const name = (): string => `query ${query.partition}`;
    return this.#call({ kind: 'query', name, writes: 0, apply: () => this.#world.engine.query(query) });
  }

  write(write: Write): Promise<Item | undefined> {
    const apply = (): Promise<Item | undefined> =>
      this.#world.commit([write], async ([arriving]) =>
        arriving && !('check' in arriving) ? this.#world.engine.write(arriving) : undefined,
      );
    return this.#call({ kind: 'write', name: () => `write ${nameOf(write)}`, writes: 1, apply });
  }

  transact(writes: readonly (Write | Check)[], token?: string): Promise<void> {
    const apply = (): Promise<void> =>
      this.#world.commit(writes, (arriving) => this.#world.engine.transact(arriving, token));
    const name = (): string => `transact ${writes.map(nameOf).join(', ')}`;
    const kind = token === undefined ? 'transact once' : 'transact';
    return this.#call({ kind, name, writes: writes.length, apply });
  }

  #call<T>(call: Call<T>): Promise<T> {
    const planned = call.kind === 'transact' ? this.#planned.shift() : undefined;
    const fault = this.#isCalm ? 'none' : (planned ?? this.#world.drawFault(call.kind, this.#random));
    if (fault !== 'none') this.#note(() => `${fault}: ${call.name()}`);
    return new Promise((resolve, reject) => {
      const caller = { resolve, reject };
      switch (fault) {
        case 'none':
          return this.#arrive(this.#latency(call), call, caller);
        case 'twice': {
          const first = this.#latency(call);
          this.#arrive(first, call);
          return this.#arrive(first + this.#latency(call), call, caller);
        }
        case 'conflict':
        case 'throttled':
          return this.#refuse(this.#latency(call), caller, refusal(fault, call));
        case 'unreachable':
          if (this.#world.plan.isLocal)
            return this.#refuse(this.#latency(call), caller, new StoreUnavailable('ENOSPC'));
          return this.#refuse(timeoutMs(this.#random), caller, new StoreUnavailable('ECONNRESET'));
        case 'lost reply':
        case 'late': {
          this.#arrive(fault === 'late' ? latenessMs(this.#random) : this.#latency(call), call);
          return this.#refuse(timeoutMs(this.#random), caller, new StoreUnavailable('ETIMEDOUT'));
        }
        case 'crash before':
          return this.#later(this.#latency(call), () => this.#world.crash(this.#process, this.#random));
        case 'crash after':
          return this.#arrive(this.#latency(call), call, undefined, () =>
            this.#world.crash(this.#process, this.#random),
          );
      }
    });
  }

  /** The call reaches the tables even if its process has died, but the reply reaches only a live caller. */
  #arrive<T>(delayMs: number, call: Call<T>, caller?: Caller<T>, then?: () => unknown): void {
    const arrival = async (): Promise<void> => {
      const answer = await this.#answerOf(call);
      if (caller) this.#later(this.#replyLatency(call), () => answer(caller));
      await then?.();
    };
    this.#world.scheduler.later(delayMs, this.#random, () => {
      // A call to the process's own memory dies with the process.
      const isLost = this.#world.plan.isLocal && this.#process.life !== this.#life;
      return isLost ? undefined : arrival();
    });
  }

  async #answerOf<T>(call: Call<T>): Promise<(caller: Caller<T>) => void> {
    try {
      const answer = await call.apply();
      this.#note(call.name);
      return ({ resolve }) => resolve(answer);
    } catch (error) {
      const failure = error instanceof Error ? error : new Error(String(error));
      this.#note(() => `${call.name()} failed: ${failure.message}`);
      return ({ reject }) => reject(failure);
    }
  }

  #refuse(delayMs: number, { reject }: Caller<never>, error: Error): void {
    this.#later(delayMs, () => reject(error));
  }

  #later(delayMs: number, run: Run): void {
    this.#process.later(delayMs, this.#random, run, this.#life);
  }

  #latency({ writes }: Call<unknown>): number {
    return writes > 0 ? latencyMs(this.#random) : readLatencyMs(this.#random);
  }

  /** The latency of a reply. A read may be stale when its reply arrives, but mostly it arrives at once. */
  #replyLatency(call: Call<unknown>): number {
    return call.writes > 0 || this.#random.chance(0.2) ? this.#latency(call) : 0;
  }

  #note(line: () => string): void {
    this.#world.note(() => `${this.#process.name}, ${this.#label}: ${line()}`);
  }
}

function refusal(fault: 'conflict' | 'throttled', { kind, writes }: Call<unknown>): Error {
  if (kind !== 'transact' && kind !== 'transact once') return new StoreUnavailable(fault);
  const code = fault === 'conflict' ? 'Conflict' : 'Throttled';
  return new TransactionCancelled(Array.from({ length: writes }, () => ({ code })));
}

function nameOf(write: Write | Check): string {
  if ('put' in write) return `put ${text(write.put, 'pk')} ${text(write.put, 'sk')}`;
  if ('update' in write) return `update ${write.update.pk} ${write.update.sk}`;
  if ('delete' in write) return `delete ${write.delete.pk} ${write.delete.sk}`;
  return `check ${write.check.pk} ${write.check.sk}`;
}
