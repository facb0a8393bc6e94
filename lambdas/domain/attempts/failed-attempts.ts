import { createHmac, randomBytes } from 'node:crypto';
import type { Clock } from '../clock';
import { TooManyAttempts } from './too-many-attempts';
import { networkOf } from './network-of';
import { RecentCounts } from './recent-counts';

/** How often one source may fail as one subject within the window. */
export const FAILURES_MAX = 10;
/** As how many different subjects one source may fail within the window. */
export const FAILED_SUBJECTS_MAX = 20;
export const WINDOW_MS = 60_000;
/** Some megabytes, however many addresses somebody has. */
const COUNTED_MAX = 20_000;
const SECRET_BYTES = 32;

/** Somebody's attempt to be let in. */
export interface Attempt {
  /** Whose it is: an address, or a person. Nothing is counted where nobody knows. */
  readonly source: string | undefined;
  /** As whom they try: a key's id, a token. */
  readonly subject: string;
}

/**
 * Counts attempts that failed, in this process alone: a failure writes nothing and costs no more than its answer.
 *
 * Always by source, so that nobody is kept out by a stranger who knows their key's id. A source that fails again and
 * again as one subject, as a client with an old key does, is refused as that subject only; one that tries many, as
 * all of them. Sources and subjects are in memory as hashes under a key of this process.
 */
export class FailedAttempts {
  readonly #clock: Clock;
  readonly #secret = randomBytes(SECRET_BYTES);
  readonly #counted: RecentCounts;

  constructor({ clock }: { readonly clock: Clock }) {
    this.#clock = clock;
    this.#counted = new RecentCounts({ clock, windowMs: WINDOW_MS, entriesMax: COUNTED_MAX });
  }

  /** Throws TooManyAttempts until the source's window is over. */
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
