import type { ErasureStepResult } from '../../../contracts/workflows/erasure-workflow';
import type { ErasureInput, StoredErasure } from '../../../contracts/storage/erasure';
import { isoTime } from '../../../contracts/storage/table-keys/key-parts';
import { MINUTE_MS } from '../../clock';
import { readBalance } from '../../wallet/balance/drawers';
import { subjectOfErasure } from './erase-subject';
import { changeAt, findErasure, noteAt } from './erasure-item';
import { findRemains } from './find-remains';
import type { ErasableFiles, ErasableUsers } from './ports';
import { AGAIN, ENDED, finish, runStep, type StepDependencies } from './run-step';

const STEP_MS = 6 * MINUTE_MS;
/** The items of an owner are erased again so often, in case some were written while the first time ran. */
const ROUNDS_MAX = 3;
/** An invocation that comes so long after a failure is a redrive, and begins to count anew. */
const REDRIVE_MS = 20 * MINUTE_MS;

export interface VerifyErasureDependencies extends StepDependencies {
  readonly users: Pick<ErasableUsers, 'exists'>;
  readonly files: Pick<ErasableFiles, 'hasAny'>;
  /** @default the register's */
  readonly find?: typeof findRemains;
}

/** Something of an erased owner is left. */
export class ErasureIncomplete extends Error {
  override readonly name = 'ErasureIncomplete';
  /** @param places kinds of items, or the names of stores */
  constructor(places: readonly string[]) {
    super(`not everything is erased: ${places.join(', ')}`);
  }
}

/**
 * Looks for every identifier of an owner in every store. If anything is left, the step fails, and its repetition leads
 * back to the step that erases.
 * @throws ErasureIncomplete
 */
export async function verifyErasure(
  dependencies: VerifyErasureDependencies,
  input: ErasureInput,
): Promise<ErasureStepResult> {
  const { store } = dependencies;
  const stored = await findErasure(store, input);
  if (stored === undefined) return ENDED;
  // An earlier run of this step has found something.
  if (stored.step === 'erase') return erasedAgain(dependencies, input, stored);
  return runStep(dependencies, 'verify', input, async (current) => {
    const found = await look(dependencies, input, current);
    if (found === undefined) return AGAIN;
    if (found.length === 0) return finish(dependencies, input, 'verify');
    await eraseAgain(dependencies, input, current);
    throw new ErasureIncomplete(found);
  });
}

/** @returns the places where something is left; undefined if there was no time to look everywhere */
async function look(
  { store, clock, users, files, find = findRemains }: VerifyErasureDependencies,
  input: ErasureInput,
  stored: StoredErasure,
): Promise<readonly string[] | undefined> {
  const { ownerId } = input;
  const { ids } = stored;
  const subject = subjectOfErasure(ownerId, ids);
  const startedAt = clock();
  let { position } = stored;
  for (;;) {
    const part = await find({ store }, subject, position);
    if (part.remains.length > 0) return part.remains.map(({ kind }) => kind);
    if (part.isComplete) break;
    if (part.position === undefined) throw new Error('an incomplete part has no position');
    position = part.position;
    await noteAt(store, input, 'verify', { set: { position } });
    if (clock() - startedAt >= STEP_MS) return undefined;
  }
  const elsewhere: string[] = [];
  if (await files.hasAny(ownerId)) elsewhere.push('files');
  if (ids?.subject !== undefined && (await users.exists(ids.subject))) elsewhere.push('user');
  if (ownerId.startsWith('acc_')) {
    const { availablePico = 0n, heldPico = 0n } = (await readBalance(store, ownerId)) ?? {};
    if (availablePico !== 0n || heldPico !== 0n) elsewhere.push('balance');
  }
  return elsewhere;
}

/** Sets the erasure back to the step that erases. */
async function eraseAgain(
  { store, clock }: StepDependencies,
  input: ErasureInput,
  { rounds }: StoredErasure,
): Promise<void> {
  const change = { set: { step: 'erase', rounds: rounds + 1, until: isoTime(clock()) }, remove: ['position'] };
  await store.write(changeAt(input, 'verify', change));
}

/** Leads back to the step that erases, unless that did not help often enough. */
async function erasedAgain(
  { store, clock }: StepDependencies,
  input: ErasureInput,
  { rounds, until }: StoredErasure,
): Promise<ErasureStepResult> {
  if (rounds < ROUNDS_MAX) return { outcome: 'back' };
  if (clock() - Date.parse(until ?? '') < REDRIVE_MS) throw new ErasureIncomplete(['after several rounds']);
  await noteAt(store, input, 'erase', { set: { rounds: 0 } });
  return { outcome: 'back' };
}
