import type { Condition } from '../table/condition';
import { absent, all, compare } from '../table/condition';
import type { Item } from '../table/value';
import type { KeyInfo } from './key-item';
import { KeyNotLive, KeySuspended } from './keys-errors';

/**
 * What must hold of a key that another comes in the place of. It is not suspended: its successor would be at work, and
 * not everybody who may rotate may resume.
 * @param read the key as it was read: its successor ends when it does
 */
export function mayBeReplaced({ validUntil }: Pick<KeyInfo, 'validUntil'>): Condition {
  const isUnchanged = validUntil === undefined ? absent('validUntil') : compare('validUntil', '=', validUntil);
  return all(absent('revokedAt'), absent('replacedBy'), absent('suspendedAt'), isUnchanged);
}

/** @param item the key for which it did not hold, if there is one */
export function rotationRefusal(item: Item | undefined): KeyNotLive | KeySuspended {
  const isOver = item?.['revokedAt'] !== undefined || item?.['replacedBy'] !== undefined;
  return !isOver && item?.['suspendedAt'] !== undefined ? new KeySuspended() : new KeyNotLive();
}
