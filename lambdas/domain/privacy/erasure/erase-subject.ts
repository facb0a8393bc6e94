import type { ErasureStepResult } from '../../../contracts/workflows/erasure-workflow';
import type { ErasedIds, ErasureInput } from '../../../contracts/storage/erasure';
import { MINUTE_MS } from '../../clock';
import type { DataSubject } from '../export/subject';
import { eraseItems } from './erase-items';
import { noteAt } from './erasure-item';
import { AGAIN, finish, runStep, type StepDependencies } from './run-step';

/** A step ends well within a function's fifteen minutes, and a failed one repeats little. */
const STEP_MS = 6 * MINUTE_MS;

export interface EraseSubjectDependencies extends StepDependencies {
  /** @default the register's */
  readonly erase?: typeof eraseItems;
}

/** The subject of an erasure, from what was noted before its items were erased. */
export function subjectOfErasure(ownerId: string, ids: ErasedIds = {}): DataSubject {
  const { subject, accountIds = [], addressHash, memberIds = [] } = ids;
  if (ownerId.startsWith('acc_')) return { ownerId, kind: 'account', memberIds };
  if (subject === undefined) throw new Error('the erasure of a person has no user');
  return { ownerId, kind: 'person', ids: { personId: ownerId, subject, accountIds, addressHash } };
}

/** Erases the items of an account or a person by the register's rules. It notes after each part where the next begins. */
export function eraseSubject(dependencies: EraseSubjectDependencies, input: ErasureInput): Promise<ErasureStepResult> {
  const { store, clock, erase = eraseItems } = dependencies;
  return runStep(dependencies, 'erase', input, async (stored) => {
    const subject = subjectOfErasure(input.ownerId, stored.ids);
    const startedAt = clock();
    let { position, erased } = stored;
    while (clock() - startedAt < STEP_MS) {
      const part = await erase({ store }, subject, position);
      erased += part.erased;
      if (part.isComplete) return finish(dependencies, input, 'erase', { set: { erased } });
      if (part.position === undefined) throw new Error('an incomplete part has no position');
      position = part.position;
      await noteAt(store, input, 'erase', { set: { erased, position } });
    }
    return AGAIN;
  });
}
