import { createHmac, randomBytes } from 'node:crypto';
import { type Clock, MINUTE_MS } from '../clock';
import { SECRET_BYTES } from '../secret';
import { TooManyAttempts } from './too-many-attempts';
import { networkOf } from './network-of';
import { RecentCounts } from './recent-counts';

/** How often one source may fail for one subject within the window. */
export const FAILURES_MAX = 10;
/** For how many different subjects one source may fail within the window. */
export const FAILED_SUBJECTS_MAX = 20;
export const WINDOW_MS = MINUTE_MS;
/** Takes a few megabytes, however many addresses an attacker has. */
const COUNTED_MAX = 20_000;

/** One attempt to authenticate. */
export interface Attempt {
  /** The address or person that makes the attempt. Attempts from an unknown source are not counted. */
  readonly source: string | undefined;
  /** The identity that they try to use: a key's id, a token. */
  readonly subject: string;
}

/**
 * Counts failed attempts in the memory of this process: a failure writes nothing and costs no more than its response.
 *
 * It counts by source, so that a stranger who knows a key's id cannot lock the key's owner out. A source that keeps
 * failing for one subject, such as a client with an old key, is refused for that subject only; a source that tries
 * many subjects is refused for all. Memory holds sources and subjects as hashes under a secret of this process.
 */
export class FailedAttempts {
  readonly #clock: Clock;
  readonly #secret = randomBytes(SECRET_BYTES);
  readonly #counted: RecentCounts;

  constructor({ clock }: { readonly clock: Clock }) {
    this.#clock = clock;
    this.#counted = new RecentCounts({ clock, windowMs: WINDOW_MS, entriesMax: COUNTED_MAX });
  }

  /** @throws TooManyAttempts until the source's window is over */
  expectFew({ source, subject }: Attempt): void {
    if (source === undefined) return;
    const limits = [
      [this.#hash(source, subject), FAILURES_MAX],
      [this.#hash(source), FAILED_SUBJECTS_MAX],
    ] as const;
    for (const [hash, most] of limits) {
      const counted = this.#counted.find(hash);
      if (!counted || counted.count < most) continue;
      throw new TooManyAttempts(Math.ceil((counted.from + WINDOW_MS - this.#clock()) / 1_000));
    }
  }

  failed({ source, subject }: Attempt): void {
    if (source === undefined) return;
    const failures = this.#counted.add(this.#hash(source, subject));
    if (failures === 1) this.#counted.add(this.#hash(source));
  }

  #hash(source: string, subject?: string): string {
    const text = subject === undefined ? networkOf(source) : `${networkOf(source)}\n${subject}`;
    return createHmac('sha256', this.#secret).update(text).digest('base64');
  }
}
