import { text } from './fields';
import type { ItemChange, Stored } from './stored';
import { expectKept } from './violation';

/** A key and its listing change together, and a revocation is permanent. */
export function keyPromises({ key, kind, before, after }: ItemChange, stored: Stored): void {
  expectKept('keys', after !== undefined, `the ${kind} ${key.sk} is gone`);
  const revokedAt = before?.['revokedAt'];
  expectKept('keys', revokedAt === undefined || revokedAt === after['revokedAt'], 'a revocation changed');
  const keyId = text(after, 'keyId');
  const [one, other] = [stored.keys.get(keyId), stored.keyListings.get(keyId)];
  expectKept('keys', one !== undefined && other !== undefined, 'a key or its listing is missing');
  expectKept('keys', one['revokedAt'] === other['revokedAt'], 'a key and its listing differ in their revocation');
}
