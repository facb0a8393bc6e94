import type { ErasureStepResult } from '../../../contracts/workflows/erasure-workflow';
import type { ErasureInput } from '../../../contracts/storage/erasure';
import { erasedSubjectKey } from '../../../contracts/storage/table-keys/privacy';
import { ACCOUNTS, EXPIRES_AT } from '../../../contracts/storage/tables';
import { DAY_MS, SECOND_MS } from '../../clock';
import { hashOfSubject } from '../../identity/subject';
import type { ErasableUsers } from './ports';
import { finish, runStep, type StepDependencies } from './run-step';

/** The tokens of a sign-in end within a day. A later one cannot happen, because the user is gone. */
const MARK_MS = 2 * DAY_MS;

export interface RemoveUserDependencies extends StepDependencies {
  readonly users: Pick<ErasableUsers, 'remove'>;
}

/**
 * Deletes a person's user. A token that is still valid must not create the person again, so the user is marked first,
 * by a hash of its ID. An account's members keep their users: they may have other accounts, and can be erased themselves.
 */
export function removeUser(dependencies: RemoveUserDependencies, input: ErasureInput): Promise<ErasureStepResult> {
  const { store, clock, users } = dependencies;
  return runStep(dependencies, 'pool', input, async ({ ids }) => {
    if (ids?.subject !== undefined) {
      const mark = erasedSubjectKey(hashOfSubject(ids.subject));
      const expiresAt = Math.ceil((clock() + MARK_MS) / SECOND_MS);
      await store.write({ table: ACCOUNTS, put: { ...mark, [EXPIRES_AT]: expiresAt } });
      await users.remove(ids.subject);
    }
    return finish(dependencies, input, 'pool');
  });
}
