import { StoreUnavailable } from '../../../lambdas/domain/table/table-errors';
import type { TableStore } from '../../../lambdas/domain/table/table-store';
import type { Random } from '../random';
import type { Scheduler } from '../scheduler';

/** The rates of faults of one call: lost on its way, lost on its way back, and the caller's process dies. */
export interface FaultRates {
  readonly unreachable: number;
  readonly lostReply: number;
  readonly late: number;
  readonly crash: number;
}

/** A process whose calls end when it crashes: its promises never settle. */
export class Life {
  isOver = false;
}

/** The network between a process and what it calls: calls take time, overtake each other, get lost and arrive late. */
export class Network {
  readonly #scheduler: Scheduler;
  readonly #random: Random;
  rates: FaultRates;
  /** The faults that occurred. */
  readonly met = new Map<string, number>();

  constructor(scheduler: Scheduler, random: Random, rates: FaultRates) {
    this.#scheduler = scheduler;
    this.#random = random;
    this.rates = rates;
  }

  call<T>(life: Life, apply: () => Promise<T>, outage: () => Error): Promise<T> {
    const fault = this.#draw();
    return new Promise((resolve, reject) => {
      const deliver = (run: () => void): void => this.#later(() => (life.isOver ? undefined : run()));
      const arrive = async (isReplied: boolean): Promise<void> => {
        try {
          const answer = await apply();
          if (isReplied) deliver(() => resolve(answer));
        } catch (error) {
          if (isReplied) deliver(() => reject(error instanceof Error ? error : new Error(String(error))));
        }
      };
      switch (fault) {
        case 'none':
          return this.#later(() => arrive(true));
        case 'unreachable':
          return deliver(() => reject(outage()));
        case 'lost reply':
          this.#later(() => arrive(false));
          return this.#scheduler.later(1_000, this.#random, () => (life.isOver ? undefined : reject(outage())));
        case 'late':
          this.#scheduler.later(this.#random.between(1_001, 60_000), this.#random, () => arrive(false));
          return this.#scheduler.later(1_000, this.#random, () => (life.isOver ? undefined : reject(outage())));
        case 'crash before':
          life.isOver = true;
          return undefined;
        case 'crash after':
          return this.#later(async () => {
            await arrive(false);
            life.isOver = true;
          });
      }
    });
  }

  #draw(): 'none' | 'unreachable' | 'lost reply' | 'late' | 'crash before' | 'crash after' {
    const drawn = this.#random.fraction();
    const { unreachable, lostReply, late, crash } = this.rates;
    let bound = unreachable;
    if (drawn < bound) return this.#met('unreachable');
    if (drawn < (bound += lostReply)) return this.#met('lost reply');
    if (drawn < (bound += late)) return this.#met('late');
    if (drawn < (bound += crash)) return this.#met(this.#random.chance(0.5) ? 'crash before' : 'crash after');
    return 'none';
  }

  #met<Name extends string>(name: Name): Name {
    this.met.set(name, (this.met.get(name) ?? 0) + 1);
    return name;
  }

  #later(run: () => void | Promise<void>): void {
    this.#scheduler.later(this.#random.between(0, 5), this.#random, run);
  }
}

/** An object whose every method is called over the network. */
export function remote<T extends object>(
  network: Network,
  life: Life,
  target: T,
  outage: () => Error,
  local: readonly (keyof T)[] = [],
): T {
  return new Proxy(target, {
    get(object, name) {
      const method: unknown = Reflect.get(object, name);
      if (typeof method !== 'function') return method;
      if (local.includes(name as keyof T)) return method.bind(object) as unknown;
      return (...args: unknown[]) =>
        network.call(life, () => Reflect.apply(method, object, args) as Promise<unknown>, outage);
    },
  });
}

export const remoteStore = (network: Network, life: Life, store: TableStore): TableStore =>
  remote(network, life, store, () => new StoreUnavailable('ETIMEDOUT'));
