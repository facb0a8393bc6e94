import { createHash } from 'node:crypto';
import type { KeyRules } from '../../contracts/http/key-rules';
import { BoundedMap } from '../bounded-map';
import { formatKey, type PresentedKey } from './key-format';

/** The account that a valid key belongs to, and the key's rules. */
export interface KeyOwner {
  readonly accountId: string;
  readonly keyId: string;
  /** The key or trust whose counters its rules use, and whose Idempotency-Keys it shares. @default its own */
  readonly counterId?: string;
  /** The member whom the key's requests count for. Absent for a key without one. */
  readonly payer?: string;
  /** @default everything is allowed */
  readonly rules?: KeyRules;
  /** Whether the key is suspended. @default false */
  readonly isSuspended?: boolean;
  /** The one whose restriction keeps the key from being used: its account, or the member who pays for it. @default nobody */
  readonly restricted?: 'account' | 'payer';
  /** Whether the key has rules that this release cannot enforce, so that it must not be used. @default false */
  readonly hasUnknownRules?: boolean;
}

/** A revocation, a restriction or a change of rules reaches every process within this time, well below the promised ten seconds. */
export const VERIFIED_MS = 5_000;
const VERIFIED_MAX = 10_000;

interface Verified {
  readonly owner: KeyOwner;
  /** Epoch milliseconds. With it, a clock that was set back does not prolong the entry. */
  readonly from: number;
  readonly until: number;
}

/**
 * Caches keys that were valid a moment ago, so that one busy key does not make its item a hot one. Only complete, valid
 * keys are cached; an invalid key takes all the steps each time.
 */
export class VerifiedKeys {
  /** By the digest of the whole key, so that keys stay in memory no longer than their request. */
  readonly #verified = new BoundedMap<Verified>(VERIFIED_MAX);

  find(presented: PresentedKey, now: number): KeyOwner | undefined {
    const verified = this.#verified.get(digestOf(presented));
    return verified && verified.from <= now && now < verified.until ? verified.owner : undefined;
  }

  /** Whether the whole key was valid here, however long ago, and has not been found invalid since. */
  wasRight(presented: PresentedKey): boolean {
    return this.#verified.get(digestOf(presented)) !== undefined;
  }

  /** @param validUntil epoch milliseconds at which the key itself expires */
  add(presented: PresentedKey, owner: KeyOwner, now: number, validUntil: number): void {
    const until = Math.min(now + VERIFIED_MS, validUntil);
    this.#verified.set(digestOf(presented), { owner, from: now, until });
  }

  /** Removes a key that is not valid any more. */
  drop(presented: PresentedKey): void {
    this.#verified.delete(digestOf(presented));
  }

  forget(keyId: string): void {
    for (const [digest, { owner }] of this.#verified.entries()) {
      if (owner.keyId === keyId) this.#verified.delete(digest);
    }
  }
}

const digestOf = (presented: PresentedKey): string =>
  createHash('sha256').update(formatKey(presented)).digest('base64');
