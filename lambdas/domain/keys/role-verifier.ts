import { keyIdSchema } from '../../contracts/storage/ids';
import { roleAssumedBy, roleFromArn } from './iam-role';
import type { KeyLookupOptions } from './key-lookup';
import { KeyLookup } from './key-lookup';
import type { KeyOwner } from './verified-keys';

/** Verifies callers whose IAM role AWS has authenticated. */
export class RoleVerifier {
  readonly #lookup: KeyLookup;

  constructor(options: KeyLookupOptions) {
    this.#lookup = new KeyLookup(options);
  }

  /**
   * Returns the owner of a role key that the caller names by its id. The key must be for the role that the caller has
   * assumed. The role alone does not identify an account, because several accounts may have keys for the same role.
   * @param principal the caller's ARN
   * @returns undefined for a key that is not valid for the role
   * @throws TooManyAttempts as KeyLookup.find does
   */
  verify(keyId: string | undefined, principal: string, address?: string): Promise<KeyOwner | undefined> {
    const assumed = roleAssumedBy(principal);
    const named = keyIdSchema.safeParse(keyId);
    // The role replaces the secret, in the cache too.
    const presented = named.success && assumed !== undefined ? { keyId: named.data, secret: assumed } : undefined;
    return this.#lookup.find(presented, address, ({ role }, secret) => roleFromArn(role) === secret);
  }
}
