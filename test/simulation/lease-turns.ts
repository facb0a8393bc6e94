import type { Item } from '../../lambdas/domain/table/value';
import { larger } from '../../lambdas/domain/money/pico';
import { pico, text } from './fields';

/** A lease given to one request. */
export interface Turn {
  readonly leaseId: string;
  readonly requestId: string;
  /** The part of the lease's money that the request may count on. It only grows. */
  readonly heldPico: bigint;
  /** The usage record that names this turn, once it exists, even if it has expired since. */
  readonly record: Item | undefined;
}

/** Every request that a lease was ever given to, with its usage record. */
export class LeaseTurns {
  /** The turns by the name that usage records give them. */
  readonly #turns = new Map<string, Turn>();

  /** Records the turn of a lease as it is stored now. */
  begin(lease: Item): void {
    const leaseId = text(lease, 'leaseId');
    const requestId = text(lease, 'requestId');
    const name = nameOfTurn(lease);
    const record = this.#turns.get(name)?.record;
    this.#turns.set(name, { leaseId, requestId, heldPico: pico(lease, 'requestHeldPico'), record });
  }

  /** Records a usage record as it is stored now. */
  end(record: Item): void {
    if (record['leaseTurn'] === undefined) return;
    const name = text(record, 'leaseTurn');
    const turn = this.#turns.get(name);
    if (turn) this.#turns.set(name, { ...turn, record });
  }

  at(name: string): Turn | undefined {
    return this.#turns.get(name);
  }

  /** The turns of a lease, in order. */
  of(leaseId: string): readonly Turn[] {
    return [...this.#turns.values()].filter((turn) => turn.leaseId === leaseId);
  }

  /** The most that a request on a lease of the account was charged. @returns 0 if there was none */
  dearestOf(accountId: string): bigint {
    const records = [...this.#turns.values()].map(({ record }) => record);
    const charged = records.filter((record) => record?.['accountId'] === accountId);
    return charged.reduce((most, record) => larger(most, pico(record, 'costPico')), 0n);
  }

  ofRequest(requestId: string): readonly Turn[] {
    return [...this.#turns.values()].filter((turn) => turn.requestId === requestId);
  }
}

export const nameOfTurn = (lease: Item): string => `${text(lease, 'leaseId')}#${pico(lease, 'turn')}`;
