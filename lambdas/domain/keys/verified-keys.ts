import { createHash } from 'node:crypto';
import type { KeyRules } from '../../contracts/http/key-rules';
import { BoundedMap } from '../bounded-map';
import { formatKey, type PresentedKey } from './key-format';

/** Whom a key speaks for, and what it may do. */
export interface KeyOwner {
  readonly accountId: string;
  readonly keyId: string;
  /** Whose counters are those of its rules. @default its own */
  readonly counterId?: string;
  /** @default everything is allowed */
  readonly rules?: KeyRules;
  /** Whether it opens nothing for the time being. @default false */
  readonly isSuspended?: boolean;
}

/** A revocation, or a change of rules, reaches every process within this time, well below the ten seconds that are promised. */
export const VERIFIED_MS = 5_000;
const VERIFIED_MAX = 10_000;

interface Verified {
  readonly owner: KeyOwner;
  /** Epoch milliseconds: a clock that was set back does not prolong it. */
  readonly from: number;
  readonly until: number;
}

/**
 * Keys that were right a moment ago, so that one busy key does not make one item the busiest of its table. Only whole
 * keys that were right are remembered: every wrong one takes all the steps, however often it comes.
 */
export class VerifiedKeys {
  /** By the digest of the whole key, so that no key lies in memory for longer than its request. */
  readonly #verified = new BoundedMap<Verified>(VERIFIED_MAX);

  find(presented: PresentedKey, now: number): KeyOwner | undefined {
    const verified = this.#verified.get(digestOf(presented));
    return verified && verified.from <= now && now < verified.until ? verified.owner : undefined;
  }

  /** Whether the whole key was right here, however long ago, and nothing has been heard against it. */
  wasRight(presented: PresentedKey): boolean {
    return this.#verified.get(digestOf(presented)) !== undefined;
  }

  /** @param validUntil epoch milliseconds at which the key itself ends */
  add(presented: PresentedKey, owner: KeyOwner, now: number, validUntil: number): void {
    const until = Math.min(now + VERIFIED_MS, validUntil);
    this.#verified.set(digestOf(presented), { owner, from: now, until });
  }

  /** The key is right no longer. */
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
