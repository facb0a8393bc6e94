import type { TableStore } from '../../../lambdas/domain/table/table-store';
import type { Mailer } from '../../../lambdas/domain/notifications/mailer';
import type { MailStage } from './mail-stage';

/** The process has died: whatever it was waiting for never comes back. */
class Died extends Error {
  override readonly name = 'Died';
}

/**
 * A process that delivers and dies at one of its steps. Each call to the store or to the provider has two steps: just
 * before it has an effect, and just after.
 */
export class MortalProcess {
  /** The steps so far. */
  steps = 0;
  /** The step at which the mail had been handed over; undefined if it never was. */
  sentAt: number | undefined;
  /** The step at which the first claim was written. */
  claimedAt: number | undefined;
  readonly #stage: MailStage;
  readonly #diesAt: number;

  constructor(stage: MailStage, diesAt: number) {
    this.#stage = stage;
    this.#diesAt = diesAt;
  }

  get isDead(): boolean {
    return this.steps >= this.#diesAt;
  }

  /** Delivers one message, so that the steps are the same each time. */
  async deliver(messageId: string): Promise<void> {
    const { store } = this.#stage;
    const mortal: TableStore = {
      get: (get) => this.#call(() => store.get(get)),
      query: (query) => this.#call(() => store.query(query)),
      write: (write) =>
        this.#call(async () => {
          const before = await store.write(write);
          this.claimedAt ??= this.steps;
          return before;
        }),
      transact: (writes, token) => this.#call(() => store.transact(writes, token)),
    };
    const send: Mailer['send'] = (mail) =>
      this.#call(async () => {
        await this.#stage.mailer(mail);
        this.sentAt = this.steps;
      });
    await this.#stage.delivery({ store: mortal, send }).deliver(messageId);
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
