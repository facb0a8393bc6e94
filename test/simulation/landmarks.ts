import type { Item } from '../../lambdas/domain/table/value';
import { ConditionFailed, TransactionCancelled } from '../../lambdas/domain/table/table-errors';
import type { Check, Write } from '../../lambdas/domain/table/table-store';
import { pico } from './fields';
import { GROWTH_LANDMARKS, growthLandmarkOfFailure, landmarksOfGrowth } from './growth-landmarks';
import { landmarksOfHold, ROLLING_LANDMARKS, rollingLandmarkOfFailure } from './rolling-landmarks';
import type { ItemChange, Stored } from './stored';

/** The events that histories must cover before their success says anything about leases, limits and rolling holds. */
export const LANDMARKS = [
  'a drawer was filled',
  'a drawer was emptied',
  'a lease was taken',
  'a lease was passed on',
  'a lease ended with the charges of several requests',
  'a lease ended and its request expired',
  'a leased request was adjusted after its expiry',
  'a request of an account with leases had a hold of its own',
  'a request had a hold of its own and a lease',
  'a lease was gone when it was due to be passed on',
  'a lease was gone or passed on when it was due to end',
  'a leased request was settled when it was due to expire',
  'a leased request had expired when it was due to be settled',
  'a budget did not cover a request',
  'a key had reached its limit of concurrent requests',
  'a request of a key with limits was adjusted after its expiry',
  'a shared budget did not cover a request',
  'a shared budget did not cover an extension',
  'a request of shared budgets was adjusted after its expiry',
  'a part of a budget was filled',
  'a part of a budget was emptied',
  'a lease that counts in a budget was taken',
  'a lease that counts in a budget has grown',
  'a lease that counts in a budget has ended',
  ...ROLLING_LANDMARKS,
  ...GROWTH_LANDMARKS,
] as const;
export type Landmark = (typeof LANDMARKS)[number];

/** One history in 4,000 must reach each landmark. The rarest one is reached by about one in 1,500. */
const HISTORIES_PER_LANDMARK = 4_000;

/** Says which landmarks too few of the histories reached. */
export function missedLandmarks(met: ReadonlyMap<Landmark, number>, histories: number): readonly string[] {
  const least = Math.floor(histories / HISTORIES_PER_LANDMARK);
  return [...met]
    .filter(([, count]) => count < least)
    .map(([landmark, count]) => `only ${count} histories in which ${landmark}`);
}

/** The landmarks that a commit reaches. */
export function landmarksOf(changes: readonly ItemChange[], stored: Stored): readonly Landmark[] {
  const isLeased = ({ accountId }: Item): boolean =>
    [...stored.leases.values()].some((lease) => lease['accountId'] === accountId);
  return changes.flatMap((change): readonly Landmark[] => {
    const { kind, before, after } = change;
    if (kind === 'counter') return landmarksOfPart(change, changes);
    if (kind === 'drawer' && changes.some((other) => other.kind === 'balance')) {
      return [availableOf(after) > availableOf(before) ? 'a drawer was filled' : 'a drawer was emptied'];
    }
    if (kind === 'lease' && after && before?.['turn'] === after['turn'])
      return landmarksOfGrowth({ before, after }, changes, stored);
    if (kind === 'lease' && after) return landmarksOfLease(before, after, stored);
    if (kind === 'hold') {
      const landmarks = landmarksOfHold(change, changes);
      const isOfLeasing = after !== undefined && isLeased(after);
      return isOfLeasing ? [...landmarks, 'a request of an account with leases had a hold of its own'] : landmarks;
    }
    if (kind === 'entry' && after) return landmarksOfEntry(after, changes, stored);
    return [];
  });
}

const availableOf = (balance: Item | undefined): bigint => (balance ? pico(balance, 'availablePico') : 0n);

function landmarksOfLease(before: Item | undefined, after: Item, stored: Stored): readonly Landmark[] {
  const hasBoth = [...stored.holds.values()].some((hold) => hold['requestId'] === after['requestId']);
  const landmark = before ? 'a lease was passed on' : 'a lease was taken';
  return hasBoth ? [landmark, 'a request had a hold of its own and a lease'] : [landmark];
}

function landmarksOfEntry(entry: Item, changes: readonly ItemChange[], stored: Stored): readonly Landmark[] {
  const { kind, requestId } = entry;
  if (kind === 'lease' && pico(entry, 'requests') > 1n) return ['a lease ended with the charges of several requests'];
  const isOfLease = changes.some((change) => change.kind === 'lease');
  if (kind === 'expire' && isOfLease) return ['a lease ended and its request expired'];
  if (kind !== 'adjustment' || typeof requestId !== 'string') return [];
  const landmarks: Landmark[] = [];
  const hold = stored.holdsEver.get(requestId);
  if (hold && hold['slice'] !== undefined && pico(hold, 'slice') > 0n) {
    landmarks.push('a request whose hold had changed was adjusted after its expiry');
  }
  if (entry['counterId'] !== undefined) {
    landmarks.push('a request of a key with limits was adjusted after its expiry');
  }
  if (entry['budgets'] !== undefined) landmarks.push('a request of shared budgets was adjusted after its expiry');
  const isLeased = stored.turns.ofRequest(requestId).length > 0;
  if (isLeased) landmarks.push('a leased request was adjusted after its expiry');
  return landmarks;
}

/** The landmark that a write with a failed condition reaches. */
export function landmarkOfFailure(writes: readonly (Write | Check)[], error: unknown): Landmark | undefined {
  const [first] = writes;
  if (error instanceof ConditionFailed && first) {
    if ('update' in first && isLease(first.update.pk, first.update.sk)) {
      return 'a lease was gone when it was due to be passed on';
    }
    const isExpired = 'put' in first && first.put['leaseTurn'] !== undefined && error.item?.['status'] === 'expired';
    return isExpired ? 'a leased request had expired when it was due to be settled' : undefined;
  }
  if (!(error instanceof TransactionCancelled)) return undefined;
  const shared = sharedLandmarkOfFailure(writes, error);
  if (shared) return shared;
  const rolling = rollingLandmarkOfFailure(writes, error);
  if (rolling) return rolling;
  const growth = growthLandmarkOfFailure(writes, error.reasons);
  if (growth) return growth;
  const failed = writes.filter((_, index) => error.reasons[index]?.code === 'ConditionFailed');
  const limit = failed.find(({ table }) => table.name === 'keys');
  if (limit) return limitOfFailure(limit);
  const isOfLease = (write: Write | Check): boolean => 'delete' in write && isLease(write.delete.pk, write.delete.sk);
  if (!writes.some(isOfLease)) return undefined;
  if (failed.some(isOfLease)) return 'a lease was gone or passed on when it was due to end';
  const isRecordThere = failed.some(({ table }) => table.name === 'usage');
  return isRecordThere ? 'a leased request was settled when it was due to expire' : undefined;
}

function limitOfFailure(counter: Write | Check): Landmark | undefined {
  if (!('update' in counter) || !counter.update.pk.startsWith('counters#')) return undefined;
  return counter.update.sk === 'running'
    ? 'a key had reached its limit of concurrent requests'
    : 'a budget did not cover a request';
}

const isLease = (pk: string, sk: string): boolean => pk.startsWith('holds#') && sk.includes('#lease_');

function sharedLandmarkOfFailure(
  writes: readonly (Write | Check)[],
  { reasons }: TransactionCancelled,
): Landmark | undefined {
  const isShared = (write: Write | Check): boolean => 'update' in write && write.update.pk.startsWith('counters#bud_');
  if (!writes.some((write, index) => isShared(write) && reasons[index]?.code === 'ConditionFailed')) return undefined;
  const isExtension = writes.some((write) => 'update' in write && write.update.pk.startsWith('holds#'));
  return isExtension ? 'a shared budget did not cover an extension' : 'a shared budget did not cover a request';
}

/** The landmarks of a part of a budget. */
function landmarksOfPart({ key, before, after }: ItemChange, changes: readonly ItemChange[]): readonly Landmark[] {
  if (after?.['leftPico'] === undefined) return [];
  const lease = changes.find(({ kind }) => kind === 'lease');
  if (lease) {
    if (!lease.after) return ['a lease that counts in a budget has ended'];
    return [lease.before ? 'a lease that counts in a budget has grown' : 'a lease that counts in a budget was taken'];
  }
  const leftBefore = before?.['leftPico'] === undefined ? 0n : pico(before, 'leftPico');
  const isCounted = changes.some((other) => other.kind === 'counter' && other.key.pk !== key.pk);
  if (!isCounted) return [];
  return [pico(after, 'leftPico') > leftBefore ? 'a part of a budget was filled' : 'a part of a budget was emptied'];
}
