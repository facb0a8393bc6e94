import type { ErasureStep, ErasureStepResult } from '../../../contracts/workflows/erasure-workflow';
import type { ErasureInput, StopReason, StoredErasure } from '../../../contracts/storage/erasure';
import { legalHoldKey } from '../../../contracts/storage/table-keys/privacy';
import { isoTime } from '../../../contracts/storage/table-keys/key-parts';
import { ACCOUNTS } from '../../../contracts/storage/tables';
import { type Clock, HOUR_MS } from '../../clock';
import type { Log } from '../../log';
import type { TableStore } from '../../table/table-store';
import { done, findErasure, isDone, noteAt } from './erasure-item';

/**
 * How long an execution waits before it looks again for a decision of a person. The history of an execution has room for
 * 25,000 events, and a look takes nine: that is enough for almost two years.
 */
const DECISION_MS = 6 * HOUR_MS;

export interface StepDependencies {
  readonly store: TableStore;
  readonly clock: Clock;
  readonly log: Log;
  /** How long a step waits for a decision before it looks again, in milliseconds. @default six hours */
  readonly decisionMs?: number;
}

export const DONE: ErasureStepResult = { outcome: 'done' };
export const AGAIN: ErasureStepResult = { outcome: 'again' };
export const ENDED: ErasureStepResult = { outcome: 'ended' };
export const waitUntil = (time: number): ErasureStepResult => ({ outcome: 'wait', until: isoTime(time) });

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

export const waitForDecision = ({ clock, decisionMs = DECISION_MS }: StepDependencies): ErasureStepResult =>
  waitUntil(clock() + decisionMs);

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
  return waitForDecision(dependencies);
}
