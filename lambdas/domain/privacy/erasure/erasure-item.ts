import { type ErasureStep, ERASURE_STEPS } from '../../../contracts/workflows/erasure-workflow';
import {
  type ErasedIds,
  type ErasureInput,
  type StoredErasure,
  storedErasureSchema,
} from '../../../contracts/storage/erasure';
import { erasureKey } from '../../../contracts/storage/table-keys/privacy';
import { ACCOUNTS } from '../../../contracts/storage/tables';
import { all, type Change, compare, type Condition, exists } from '../../table/condition';
import { ConditionFailed } from '../../table/table-errors';
import type { TableStore, Update } from '../../table/table-store';
import type { Item } from '../../table/value';

const ORDER = Object.keys(ERASURE_STEPS) as readonly ErasureStep[];

export const decodeErasure = (item: Item): StoredErasure => storedErasureSchema.parse(item);

export async function findErasure(
  store: TableStore,
  { ownerId, erasureId }: ErasureInput,
): Promise<StoredErasure | undefined> {
  const item = await store.get({ table: ACCOUNTS, key: erasureKey(ownerId, erasureId) });
  return item && decodeErasure(item);
}

/** An erasure that was just requested. */
export function encodeNewErasure(stored: StoredErasure): Item {
  const { erasureId, state, step, requestedAt, requestedBy, identityCheck, graceEndsAt, balance } = stored;
  return {
    erasureId,
    state,
    step,
    requestedAt,
    graceEndsAt,
    balance,
    ...(requestedBy !== undefined && { requestedBy }),
    ...(identityCheck !== undefined && { identityCheck }),
  };
}

export const encodeIds = ({ subject, accountIds, addressHash, memberIds }: ErasedIds): Item => ({
  ...(subject !== undefined && { subject }),
  ...(accountIds && { accountIds: [...accountIds] }),
  ...(addressHash !== undefined && { addressHash }),
  ...(memberIds && { memberIds: [...memberIds] }),
});

/** Whether the erasure has had the effect of a step. */
export const isDone = ({ step: next }: Pick<StoredErasure, 'step'>, step: ErasureStep): boolean =>
  ORDER.indexOf(next as ErasureStep) > ORDER.indexOf(step);

export const nextStep = (step: ErasureStep): ErasureStep => {
  const next = ORDER[ORDER.indexOf(step) + 1];
  if (next === undefined) throw new Error('there is no step after the last');
  return next;
};

/** The write that changes an erasure while a step is its next one. */
export const changeAt = (
  { ownerId, erasureId }: ErasureInput,
  step: ErasureStep,
  change: Change,
  ...when: readonly Condition[]
): Update => ({
  table: ACCOUNTS,
  update: erasureKey(ownerId, erasureId),
  change,
  when: all(exists(), compare('step', '=', step), ...when),
});

/** Notes of one step in the erasure's item, which end with the step. */
const OF_ONE_STEP = ['until', 'position', 'stoppedBecause', 'resolution'];

/** The change of an erasure whose step is done. */
export const done = (step: ErasureStep, { set = {}, remove = [] }: Change = {}): Change => ({
  set: { ...set, step: nextStep(step) },
  remove: [...OF_ONE_STEP, ...remove],
});

/** Writes a change, unless another run of the same step has done the step meanwhile. */
export async function noteAt(store: TableStore, input: ErasureInput, step: ErasureStep, change: Change): Promise<void> {
  try {
    await store.write(changeAt(input, step, change));
  } catch (error) {
    if (!(error instanceof ConditionFailed)) throw error;
    const stored = await findErasure(store, input);
    if (stored !== undefined && !isDone(stored, step)) throw error;
  }
}
