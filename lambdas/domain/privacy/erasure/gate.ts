import type { ErasureStepResult } from '../../../contracts/workflows/erasure-workflow';
import type { ErasureInput } from '../../../contracts/storage/erasure';
import { legalHoldKey } from '../../../contracts/storage/table-keys/privacy';
import { ACCOUNTS } from '../../../contracts/storage/tables';
import { DEPLOYMENT } from '../../access/actor';
import { ALREADY_DONE } from '../../audit/action';
import type { AuditLog } from '../../audit/audit-log';
import { absent, compare } from '../../table/condition';
import { chainOf } from '../export/deliver';
import { changeAt, done } from './erasure-item';
import { AGAIN, DONE, isHeld, runStep, type StepDependencies, waitFor, waitUntil } from './run-step';

export interface GateDependencies extends StepDependencies {
  readonly audit: Pick<AuditLog, 'record'>;
}

/**
 * Waits for the end of the grace period and of legal holds. Then the erasure begins, in a transaction that a cancellation
 * or a hold of the same moment either precedes or follows.
 */
export function passGate(dependencies: GateDependencies, input: ErasureInput): Promise<ErasureStepResult> {
  const { store, clock, audit } = dependencies;
  const { ownerId, erasureId } = input;
  return runStep(dependencies, 'gate', input, async ({ graceEndsAt }) => {
    const graceEnd = Date.parse(graceEndsAt);
    if (clock() < graceEnd) return waitUntil(graceEnd);
    if (await isHeld(store, ownerId)) return waitFor(dependencies, 'decision');
    const begin = changeAt(input, 'gate', done('gate', { set: { state: 'frozen' } }), compare('state', '=', 'grace'));
    const hasBegun = await audit.record({
      chain: chainOf(ownerId),
      actor: DEPLOYMENT,
      action: 'erasure.begin',
      target: erasureId,
      writes: [
        // It was cancelled, or another run of this step was faster.
        { write: begin, otherwise: () => ALREADY_DONE },
        // A hold was placed just now.
        {
          write: { table: ACCOUNTS, check: legalHoldKey(ownerId), when: absent() },
          otherwise: () => ALREADY_DONE,
        },
      ],
    });
    return hasBegun ? DONE : AGAIN;
  });
}
