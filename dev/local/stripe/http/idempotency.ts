import type { FakeTime } from '../state/fake-time';
import type { KeptAnswer } from '../state/notes';
import type { Store } from '../state/store';
import { StripeFailure } from './stripe-failure';

/** How long Stripe keeps the outcome of a key. */
const KEPT_SECONDS = 86_400;

const KEY_CHARACTERS_MAX = 255;

export type Answer = KeptAnswer['answer'];

type Attempt = Pick<KeptAnswer, 'parameters' | 'path'>;

/** Stripe's rules for `Idempotency-Key`: https://docs.stripe.com/api/idempotent_requests */
export class IdempotencyKeys {
  private readonly store: Store;
  private readonly time: FakeTime;
  private readonly running = new Set<string>();

  constructor(store: Store, time: FakeTime) {
    this.store = store;
    this.time = time;
  }

  /**
   * Claims a key for a request.
   *
   * @returns the answer to an earlier request of the same key, which is to be repeated
   * @throws StripeFailure 400 if the key came with other parameters, 409 while its first request runs
   */
  begin(key: string, attempt: Attempt): Answer | undefined {
    if (key.length > KEY_CHARACTERS_MAX) throw refused(400, 'Idempotency keys hold 255 characters at most.');
    if (this.running.has(key))
      throw refused(
        409,
        'There is currently another in-progress request using this Idempotent Key (that probably means you submitted twice, and the other request is still going through). Please try again later.',
        'idempotency_key_in_use',
      );
    const earlier = this.store.note('idempotency', key);
    if (earlier && this.time.now() < earlier.at + KEPT_SECONDS) {
      if (earlier.path !== attempt.path)
        throw refused(
          400,
          'Keys for idempotent requests can only be used for the same endpoint they were first used for.',
        );
      if (earlier.parameters !== attempt.parameters)
        throw refused(
          400,
          'Keys for idempotent requests can only be used with the same parameters they were first used with.',
        );
      return earlier.answer;
    }
    this.running.add(key);
    return undefined;
  }

  /** @param answer undefined if the request did not run, which leaves the key unused */
  end(key: string, attempt: Attempt, answer: Answer | undefined): void {
    this.running.delete(key);
    if (answer) this.store.saveNote('idempotency', key, { ...attempt, answer, at: this.time.now() });
  }
}

const refused = (status: number, message: string, code?: string): StripeFailure =>
  new StripeFailure(status, { type: 'idempotency_error', message, code }, false);
