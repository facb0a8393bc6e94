import type { Action } from './actions';

/** One action of a process, with its time. */
export interface Operation {
  /** Identifies the operation, even when others are left out. */
  readonly index: number;
  /** Milliseconds after the start of the history. */
  readonly at: number;
  readonly process: number;
  readonly action: Action;
}

/** The limits of the one key that some requests of the first account use. */
export interface Limits {
  readonly budgetPico: bigint;
  readonly runningMax: number;
}

/** The place of the account's budget among the shared ones. */
export const ACCOUNT_PLACE = 3;

/** A budget that some requests of the first account share. */
export interface SharedLimit {
  readonly of: 'member' | 'label' | 'account';
  readonly limitPico: bigint;
}

/** A payment, which its provider may report any number of times. */
export interface Payment {
  readonly account: number;
  readonly amountPico: bigint;
}

/** Everything about a history that is fixed before it runs. */
export interface Plan {
  readonly seed: number;
  /** Whether one process keeps the tables in a file of its own, as the local gateway does. */
  readonly isLocal: boolean;
  readonly accounts: number;
  /** The offset of each process's clock from true time, in milliseconds. */
  readonly drifts: readonly number[];
  /** The fraction of the store's calls that fail, from 0 to 1. */
  readonly faultRate: number;
  readonly payments: readonly Payment[];
  /** Whether the processes know from the start that all accounts are contended. */
  readonly isHot: boolean;
  /** The number of drawers that the processes' leases draw on. */
  readonly drawers: number;
  /** The limits of the key that some requests use; undefined if there is no such key. */
  readonly limits: Limits | undefined;
  /** The budgets that some requests share, each by its own choice. */
  readonly shared: readonly SharedLimit[];
  readonly operations: readonly Operation[];
}
