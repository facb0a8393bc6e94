import type { CancellationReason, TransactionCancelled } from '../../lambdas/domain/table/table-errors';
import type { Check, Write } from '../../lambdas/domain/table/table-store';
import type { Item } from '../../lambdas/domain/table/value';
import { movedInto, pico } from './fields';
import type { ItemChange } from './stored';

/** The events that histories must cover before their success says anything about rolling holds. */
export const ROLLING_LANDMARKS = [
  'an extension was committed and its caller did not learn it',
  'a change of a hold was sent again after its commit, when its token was forgotten',
  'a change of a hold met another one that arrived late',
  'an extension got a part of what it wanted',
  'an extension wanted more than the account had',
  'an extension wanted more than the budget had',
  'an extension met a suspended account',
  'an extension came after the end of its request',
  'an extension emptied the drawers',
  'a hold shrank',
  'a request was settled and its hold was in another state',
  'a sweep expired a hold and its state was another one',
  'a hold expired after it had changed',
  'a request whose hold had changed was adjusted after its expiry',
  'a request was charged above its hold',
  'a request was charged its ceiling and the operator the rest',
  'an estimate above its hold was charged to the operator',
  'a charge above the hold was more than the account had',
  'a charge above the hold was more than the budget had',
  'a charge above the hold emptied the drawers',
] as const;
export type RollingLandmark = (typeof ROLLING_LANDMARKS)[number];

/** The landmarks that a commit reaches by its changes of a hold. */
export function landmarksOfHold({ before, after }: ItemChange, changes: readonly ItemChange[]): RollingLandmark[] {
  if (before?.['slice'] === undefined) return [];
  if (after) return pico(after, 'heldPico') < pico(before, 'heldPico') ? ['a hold shrank'] : [];
  const entry = changes.find(({ kind }) => kind === 'entry')?.after;
  if (!entry) return [];
  if (entry['kind'] === 'expire') return pico(before, 'slice') > 0n ? ['a hold expired after it had changed'] : [];
  const record = changes.find(({ kind }) => kind === 'usage')?.after;
  const [spentPico, overrunPico] = [movedInto('spent', entry), movedInto('overrun', entry)];
  const landmarks: RollingLandmark[] = [];
  if (spentPico > pico(before, 'heldPico')) landmarks.push('a request was charged above its hold');
  if (overrunPico > 0n && record?.['estimated'] === true) {
    landmarks.push('an estimate above its hold was charged to the operator');
  } else if (overrunPico > 0n && spentPico === before['ceilingPico']) {
    landmarks.push('a request was charged its ceiling and the operator the rest');
  }
  return landmarks;
}

/** The landmark that a transaction with failed conditions reaches, if it changes or ends a hold. */
export function rollingLandmarkOfFailure(
  writes: readonly (Write | Check)[],
  { reasons }: TransactionCancelled,
): RollingLandmark | undefined {
  const failures = writes.flatMap((write, index) => failureOf(write, reasons[index]));
  const onHold = failures.find(({ write }) => isOwnHold(write));
  const onBalance = failures.find(({ write }) => 'update' in write && write.update.sk === 'wallet');
  const isOfBudget = failures.some(({ write }) => 'update' in write && write.update.sk.startsWith('budget#'));
  const hasDrawers = onBalance?.item?.['hasDrawers'] === true;
  if (writes.some((write) => 'delete' in write && isOwnHold(write))) {
    if (onHold) return onHold.item && landmarkOfChangedHold(writes);
    if (hasDrawers) return 'a charge above the hold emptied the drawers';
    if (onBalance) return 'a charge above the hold was more than the account had';
    return isOfBudget ? 'a charge above the hold was more than the budget had' : undefined;
  }
  if (!writes.some((write) => 'update' in write && isOwnHold(write))) return undefined;
  if (onHold) {
    return onHold.item ? landmarkOfChange(onHold.write, onHold.item) : 'an extension came after the end of its request';
  }
  if (onBalance?.item?.['suspendedAt'] !== undefined) return 'an extension met a suspended account';
  if (hasDrawers) return 'an extension emptied the drawers';
  if (onBalance) return 'an extension wanted more than the account had';
  return isOfBudget ? 'an extension wanted more than the budget had' : undefined;
}

interface Failure {
  readonly write: Write | Check;
  /** The stored item that failed the condition, if there was one. */
  readonly item: Item | undefined;
}

const failureOf = (write: Write | Check, reason: CancellationReason | undefined): readonly Failure[] =>
  reason?.code === 'ConditionFailed' ? [{ write, item: reason.item }] : [];

/** Compares the amount that a change would have left with the amount that is stored. */
function landmarkOfChange(write: Write | Check, stored: Item): RollingLandmark {
  const conditions = 'update' in write && write.when && 'all' in write.when ? write.when.all : [];
  const known = conditions.find((condition) => 'attribute' in condition && condition.attribute === 'heldPico');
  const knownPico = known && 'value' in known && typeof known.value === 'bigint' ? known.value : 0n;
  const addedPico = 'update' in write ? (write.change.add?.['heldPico'] ?? 0n) : 0n;
  return stored['heldPico'] === knownPico + addedPico
    ? 'a change of a hold was sent again after its commit, when its token was forgotten'
    : 'a change of a hold met another one that arrived late';
}

function landmarkOfChangedHold(writes: readonly (Write | Check)[]): RollingLandmark {
  const isExpiry = writes.some((write) => 'put' in write && write.put['kind'] === 'expire');
  return isExpiry
    ? 'a sweep expired a hold and its state was another one'
    : 'a request was settled and its hold was in another state';
}

const isOwnHold = (write: Write | Check): boolean => {
  const key = 'update' in write ? write.update : 'delete' in write ? write.delete : undefined;
  return key !== undefined && key.pk.startsWith('holds#') && !key.sk.includes('#lease_');
};
