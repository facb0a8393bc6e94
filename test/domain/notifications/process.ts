import type { Mailer } from '../../../lambdas/domain/notifications/mailer';
import type { MailStage } from './mail-stage';
import { MortalStore } from './mortal-store';

/** A process that delivers and dies at one of its steps: those of its store, and of the provider. */
export class MortalProcess {
  /** The step at which the mail had been handed over; undefined if it never was. */
  sentAt: number | undefined;
  /** The step at which the first claim was written. */
  claimedAt: number | undefined;
  readonly #stage: MailStage;
  readonly #store: MortalStore;

  constructor(stage: MailStage, diesAt: number) {
    const { store } = stage;
    this.#stage = stage;
    this.#store = new MortalStore(
      {
        get: (get) => store.get(get),
        query: (query) => store.query(query),
        write: async (write) => {
          const before = await store.write(write);
          this.claimedAt ??= this.#store.steps;
          return before;
        },
        transact: (writes, token) => store.transact(writes, token),
      },
      diesAt,
    );
  }

  get isDead(): boolean {
    return this.#store.isDead;
  }

  /** Delivers one message, so that the steps are the same each time. */
  async deliver(messageId: string): Promise<void> {
    const send: Mailer['send'] = (mail) =>
      this.#store.call(async () => {
        await this.#stage.mailer(mail);
        this.sentAt = this.#store.steps;
      });
    await this.#stage.delivery({ store: this.#store, send }).deliver(messageId);
  }
}
