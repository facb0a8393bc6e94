import type { CancellationReason } from '../../lambdas/domain/table/table-errors';
import type { Check, Write } from '../../lambdas/domain/table/table-store';
import type { Item } from '../../lambdas/domain/table/value';
import { pico } from './fields';
import { nameOfTurn } from './lease-turns';
import type { ItemChange, Stored } from './stored';

/** The events that histories must cover before their success says anything about leases that grow. */
export const GROWTH_LANDMARKS = [
  'a lease grew for its running request',
  'a lease grew from the main balance',
  'a lease grew after its request had ended',
  'a lease kept a growth that its process did not know of',
  'a growth of a lease met one that arrived late',
  'a growth of a lease came after its turn',
  'a growth of a lease came after the end of the lease',
  'a growth of a lease wanted more than its drawer had',
  'a growth of a lease wanted more than the account had',
  'a process was due to end a lease that had grown',
  'a sweep was due to end a lease that had grown',
] as const;
export type GrowthLandmark = (typeof GROWTH_LANDMARKS)[number];

/** The landmarks that a commit reaches by the change of a lease within a turn. */
export function landmarksOfGrowth(
  { before, after }: Required<Pick<ItemChange, 'before' | 'after'>>,
  changes: readonly ItemChange[],
  stored: Stored,
): GrowthLandmark[] {
  if (!before || !after) return [];
  if (pico(after, 'heldPico') === pico(before, 'heldPico')) {
    const isKept = pico(after, 'requestHeldPico') > pico(before, 'requestHeldPico');
    return isKept ? ['a lease kept a growth that its process did not know of'] : [];
  }
  const isOver = stored.turns.at(nameOfTurn(after))?.record !== undefined;
  const isFromMain = changes.some(({ kind }) => kind === 'balance');
  return [
    isOver ? 'a lease grew after its request had ended' : 'a lease grew for its running request',
    ...(isFromMain ? ['a lease grew from the main balance' as const] : []),
  ];
}

/** The landmark that a transaction with failed conditions reaches, if it grows or ends a lease. */
export function growthLandmarkOfFailure(
  writes: readonly (Write | Check)[],
  reasons: readonly (CancellationReason | undefined)[],
): GrowthLandmark | undefined {
  const failed = writes.map((write, index) => ({ write, reason: reasons[index] }));
  const onLease = failed.find(({ write }) => isLease(write));
  const isShort = (isMain: boolean): boolean =>
    failed.some(({ write, reason }) => reason?.code === 'ConditionFailed' && isBalance(write, isMain));
  if (!onLease) return undefined;
  const { write, reason } = onLease;
  const isMet = reason?.code === 'ConditionFailed';
  const stored = isMet ? reason.item : undefined;
  const isSameTurn = stored !== undefined && isOnTurn(write, stored);
  if ('delete' in write) {
    if (!isSameTurn) return undefined;
    const isSweep = writes.some((other) => 'put' in other && other.put['kind'] === 'expire');
    return isSweep
      ? 'a sweep was due to end a lease that had grown'
      : 'a process was due to end a lease that had grown';
  }
  if (isMet) {
    if (stored === undefined) return 'a growth of a lease came after the end of the lease';
    return isSameTurn ? 'a growth of a lease met one that arrived late' : 'a growth of a lease came after its turn';
  }
  if (isShort(false)) return 'a growth of a lease wanted more than its drawer had';
  return isShort(true) ? 'a growth of a lease wanted more than the account had' : undefined;
}

function isLease(write: Write | Check): boolean {
  const key = 'update' in write ? write.update : 'delete' in write ? write.delete : undefined;
  return key !== undefined && key.pk.startsWith('holds#') && key.sk.includes('#lease_');
}

const isBalance = (write: Write | Check, isMain: boolean): boolean =>
  'update' in write && write.update.sk === 'wallet' && write.update.pk.includes('#') !== isMain;

/** Whether the stored lease is on the turn that the condition of the write names. */
function isOnTurn(write: Write | Check, stored: Item): boolean {
  const conditions = 'check' in write || !write.when || !('all' in write.when) ? [] : write.when.all;
  return conditions.some(
    (condition) => 'value' in condition && condition.attribute === 'turn' && condition.value === stored['turn'],
  );
}
