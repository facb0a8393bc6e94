import { isoTime } from '../../contracts/storage/table-keys/key-parts';
import type { Actor } from '../access/actor';
import { DEPLOYMENT } from '../access/actor';
import { ALREADY_DONE } from '../audit/action';
import { absent } from '../table/condition';
import { findOwnedKey } from './find-key';
import { changeKey } from './key-item';
import type { KeysDependencies } from './keys-dependencies';

export interface Revocation {
  /** The account that the key must belong to. @default any */
  readonly accountId?: string;
  /** @default a command of the deployment */
  readonly actor?: Actor;
  /** The version that was read. @default any */
  readonly version?: number | undefined;
}

/** Ends a key at once and for good; see Keys.revoke. */
export async function revokeKey(
  { store, clock, audit, forget }: KeysDependencies,
  keyId: string,
  { actor = DEPLOYMENT, version, ...by }: Revocation,
): Promise<void> {
  const { accountId } = await findOwnedKey(store, keyId, by.accountId);
  forget(keyId);
  const revoked = changeKey(
    { accountId, keyId },
    {
      set: { revokedAt: isoTime(clock()) },
      when: absent('revokedAt'),
      otherwise: (key) => (key?.['revokedAt'] === undefined ? undefined : ALREADY_DONE),
      version,
    },
  );
  await audit.record({ chain: accountId, actor, action: 'key.revoke', target: keyId, writes: revoked });
}
