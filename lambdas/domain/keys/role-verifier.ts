import { keyIdSchema } from '../../contracts/storage/ids';
import { roleAssumedBy, roleNamed } from './iam-role';
import type { KeyLookupOptions } from './key-lookup';
import { KeyLookup } from './key-lookup';
import type { KeyOwner } from './verified-keys';

/** Whom a caller speaks for of whom AWS has proved who it is. */
export class RoleVerifier {
  readonly #lookup: KeyLookup;

  constructor(options: KeyLookupOptions) {
    this.#lookup = new KeyLookup(options);
  }

  /**
   * As KeyLookup's `find` does, for a key that is named rather than shown: it must be for the role that the caller has
   * assumed. A role alone tells nothing, because several accounts may have written down the same.
   * @param principal an ARN
   */
  verify(keyId: string | undefined, principal: string, address?: string): Promise<KeyOwner | undefined> {
    const assumed = roleAssumedBy(principal);
    const named = keyIdSchema.safeParse(keyId);
    // The role takes the place of the secret, and is remembered as one.
    const presented = named.success && assumed !== undefined ? { keyId: named.data, secret: assumed } : undefined;
    return this.#lookup.find(presented, address, ({ role = '' }, secret) => roleNamed(role) === secret);
  }
}
