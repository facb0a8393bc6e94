import type { WebhookClient } from '../../../../lambdas/domain/notifications/webhooks/webhook-client';
import { MortalStore } from '../mortal-store';
import type { WebhookStage } from './webhook-stage';

/** A process that delivers and dies at one of its steps: those of its store, and of the receiver. */
export class MortalProcess {
  /** The step at which the receiver had accepted the event; undefined if it never did. */
  sentAt: number | undefined;
  readonly #stage: WebhookStage;
  readonly #store: MortalStore;

  constructor(stage: WebhookStage, diesAt: number) {
    this.#stage = stage;
    this.#store = new MortalStore(stage.store, diesAt);
  }

  get isDead(): boolean {
    return this.#store.isDead;
  }

  async sweep(): Promise<void> {
    const post: WebhookClient['post'] = (url, request) =>
      this.#store.call(async () => {
        const answer = await this.#stage.post(url, request);
        this.sentAt ??= this.#store.steps;
        return answer;
      });
    await this.#stage.sweep(this.#stage.delivery({ post, store: this.#store }));
  }
}
