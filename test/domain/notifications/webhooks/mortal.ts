import type { WebhookClient } from '../../../../lambdas/domain/notifications/webhooks/webhook-client';
import type { WebhookStage } from './webhook-stage';

/** The process has died: whatever it was waiting for never comes back. */
class Died extends Error {
  override readonly name = 'Died';
}

/**
 * A process that delivers and dies at one of its steps. Each call to the store or to the receiver has two steps: just
 * before it has an effect, and just after.
 */
export class MortalProcess {
  /** The steps so far. */
  steps = 0;
  /** The step at which the receiver had accepted the event; undefined if it never did. */
  sentAt: number | undefined;
  readonly #stage: WebhookStage;
  readonly #diesAt: number;

  constructor(stage: WebhookStage, diesAt: number) {
    this.#stage = stage;
    this.#diesAt = diesAt;
  }

  get isDead(): boolean {
    return this.steps >= this.#diesAt;
  }

  async sweep(): Promise<void> {
    const { store } = this.#stage;
    const post: WebhookClient['post'] = (url, request) =>
      this.#call(async () => {
        const answer = await this.#stage.post(url, request);
        this.sentAt ??= this.steps;
        return answer;
      });
    const delivery = this.#stage.delivery({
      post,
      store: {
        get: (get) => this.#call(() => store.get(get)),
        query: (query) => this.#call(() => store.query(query)),
        write: (write) => this.#call(() => store.write(write)),
        transact: (writes, token) => this.#call(() => store.transact(writes, token)),
      },
    });
    await this.#stage.sweep(delivery);
  }

  async #call<T>(work: () => Promise<T>): Promise<T> {
    this.#step();
    const result = await work();
    this.#step();
    return result;
  }

  #step(): void {
    if (this.isDead) throw new Died();
    this.steps += 1;
  }
}
