import type { ErasureStep, ErasureStepResult } from '../../../contracts/workflows/erasure-workflow';
import type { ErasureInput, StopReason, StoredErasure } from '../../../contracts/storage/erasure';
import { legalHoldKey } from '../../../contracts/storage/table-keys/privacy';
import { isoTime } from '../../../contracts/storage/table-keys/key-parts';
import { ACCOUNTS } from '../../../contracts/storage/tables';
import { type Clock, HOUR_MS, MINUTE_MS } from '../../clock';
import type { Log } from '../../log';
import type { TableStore } from '../../table/table-store';
import { done, findErasure, isDone, noteAt } from './erasure-item';

/** How long steps wait before they look again, in milliseconds. */
export interface StepWaits {
  /** For a decision of a person. */
  readonly decision: number;
  /** For requests that had begun when the account was suspended: a process may draw on a lease for some seconds. */
  readonly lastRequests: number;
  /** For holds, charges, refunds and exports in progress. */
  readonly progress: number;
  /** For what can take weeks: the erasures of a person's accounts, and a charge that a bank decides about. */
  readonly slow: number;
  /** For the last mail to leave. */
  readonly mail: number;
}

/**
 * The history of an execution has room for 25,000 events, and a look takes nine. That is enough for more than a year of
 * waiting for a decision or for what is slow, and for almost four days of progress: holds, refunds and exports end within a
 * day.
 */
const WAITS: StepWaits = {
  decision: 6 * HOUR_MS,
  lastRequests: MINUTE_MS,
  progress: 2 * MINUTE_MS,
  slow: 4 * HOUR_MS,
  mail: MINUTE_MS,
};

export interface StepDependencies {
  readonly store: TableStore;
  readonly clock: Clock;
  readonly log: Log;
  /** @default WAITS */
  readonly waits?: StepWaits;
}

export const DONE: ErasureStepResult = { outcome: 'done' };
export const AGAIN: ErasureStepResult = { outcome: 'again' };
export const ENDED: ErasureStepResult = { outcome: 'ended' };
type Wait = Extract<ErasureStepResult, { readonly outcome: 'wait' }>;
export const waitUntil = (time: number): Wait => ({ outcome: 'wait', until: isoTime(time) });

/**
 * Runs a step, unless it was done before: an execution can start again, and Step Functions may invoke a function twice.
 * A step that runs before its turn is a defect, so it fails.
 * @returns `ended` if the erasure is over or was cancelled
 */
export async function runStep(
  { store }: Pick<StepDependencies, 'store'>,
  step: ErasureStep,
  input: ErasureInput,
  work: (stored: StoredErasure) => Promise<ErasureStepResult>,
): Promise<ErasureStepResult> {
  const stored = await findErasure(store, input);
  if (stored === undefined || stored.state === 'cancelled') return ENDED;
  if (isDone(stored, step)) return DONE;
  if (stored.step !== step) throw new Error(`the step ${step} cannot run before ${stored.step}`);
  return work(stored);
}

/** Notes that a step is done. */
export async function finish(
  { store }: Pick<StepDependencies, 'store'>,
  input: ErasureInput,
  step: ErasureStep,
  change?: Parameters<typeof done>[1],
): Promise<ErasureStepResult> {
  await noteAt(store, input, step, done(step, change));
  return DONE;
}

export const isHeld = async (store: TableStore, ownerId: string): Promise<boolean> =>
  (await store.get({ table: ACCOUNTS, key: legalHoldKey(ownerId) })) !== undefined;

/** Waits for something, and looks again. */
export const waitFor = ({ clock, waits = WAITS }: StepDependencies, what: keyof StepWaits): Wait =>
  waitUntil(clock() + waits[what]);

/** Notes why an erasure waits for an operator, and raises an alarm when it begins to. */
export async function stop(
  dependencies: StepDependencies,
  input: ErasureInput,
  step: ErasureStep,
  { stored, reason }: { readonly stored: StoredErasure; readonly reason: StopReason },
): Promise<ErasureStepResult> {
  if (stored.stoppedBecause !== reason || stored.resolution !== undefined) {
    await noteAt(dependencies.store, input, step, { set: { stoppedBecause: reason }, remove: ['resolution'] });
    dependencies.log.error('ERASURE_STOPPED', { cause: reason });
  }
  return waitFor(dependencies, 'decision');
}
