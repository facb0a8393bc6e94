import { ROTATION_GRACE_SECONDS_MAX } from '../../contracts/http/api-keys';
import { isoTime } from '../../contracts/storage/table-keys/key-parts';
import type { Actor } from '../access/actor';
import { DEPLOYMENT, personOf } from '../access/actor';
import { VersionMismatch } from '../errors/refusal';
import type { Condition } from '../table/condition';
import { absent, all, compare } from '../table/condition';
import type { Item } from '../table/value';
import { keyRotated } from '../notifications/outbox/messages';
import { findOwnedKey } from './find-key';
import type { KeyInfo } from './key-item';
import { changeKey, endOf, isLive } from './key-item';
import { readListing } from './key-listing';
import type { KeysDependencies } from './keys-dependencies';
import { KeyHasNoSecret, KeyNotLive, KeySuspended } from './keys-errors';
import type { ShownKey } from './new-key';
import { ownerOf } from './payers/payer';
import { newKeyPreconditions } from './preconditions';

export const ROTATION_GRACE_MS_MAX = ROTATION_GRACE_SECONDS_MAX * 1_000;

export interface Rotation {
  readonly accountId: string;
  readonly keyId: string;
  /** From 0 to ROTATION_GRACE_MS_MAX. */
  readonly graceMs: number;
  /** @default a command of the deployment */
  readonly actor?: Actor;
  /** The version that was read. @default any */
  readonly version?: number | undefined;
}

/** Replaces a key by a new one; see Keys.rotate. */
export async function rotateKey(dependencies: KeysDependencies, rotation: Rotation): Promise<ShownKey> {
  const { store, clock, audit, notify, make, forget } = dependencies;
  const { accountId, keyId, graceMs, actor = DEPLOYMENT, version } = rotation;
  if (!(graceMs >= 0 && graceMs <= ROTATION_GRACE_MS_MAX)) throw new RangeError('not a grace period');
  const now = clock();
  const old = await findOwnedKey(store, keyId, accountId);
  const listing = await readListing(store, accountId, keyId);
  if (!isLive(old, now) || !listing) throw new KeyNotLive();
  if (old.role !== undefined) throw new KeyHasNoSecret();
  if (version !== undefined && version !== listing.version) throw new VersionMismatch();
  const { label, validUntil, rules } = listing;
  // The owner pays for keys of earlier releases.
  const payer = listing.payer ?? (await ownerOf(store, accountId));
  const counterId = old.counterId ?? keyId;
  const successor = make({
    accountId,
    label,
    validUntil,
    rules,
    createdBy: personOf(actor),
    payer,
    replaces: keyId,
    counterId,
  });
  const replacedBy = successor.shown.keyId;
  const end = isoTime(Math.min(now + graceMs, endOf(listing)));
  const ending = changeKey(
    { accountId, keyId },
    {
      set: { replacedBy, validUntil: end },
      when: mayBeReplaced(listing),
      otherwise: rotationRefusal,
      version: listing.version,
    },
  );
  await audit.record({
    chain: accountId,
    actor,
    action: 'key.rotate',
    target: keyId,
    after: { replacedBy, validUntil: end },
    writes: [
      ...ending,
      ...successor.writes.map((write) => ({ write })),
      ...newKeyPreconditions(accountId, actor, now),
      ...notify(keyRotated({ accountId, keyId, replacedBy, endsAt: end, by: personOf(actor) })),
    ],
  });
  forget(keyId);
  return successor.shown;
}

/**
 * A suspended key may not be replaced: its successor would not be suspended, and not every role that may rotate keys
 * may also resume them.
 * @param read the key as it was read: its successor ends when it does
 */
function mayBeReplaced({ validUntil }: Pick<KeyInfo, 'validUntil'>): Condition {
  const isUnchanged = validUntil === undefined ? absent('validUntil') : compare('validUntil', '=', validUntil);
  return all(absent('revokedAt'), absent('replacedBy'), absent('suspendedAt'), isUnchanged);
}

function rotationRefusal(key: Item | undefined): KeyNotLive | KeySuspended {
  const isOver = key?.['revokedAt'] !== undefined || key?.['replacedBy'] !== undefined;
  return !isOver && key?.['suspendedAt'] !== undefined ? new KeySuspended() : new KeyNotLive();
}
