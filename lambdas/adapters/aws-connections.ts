import { Agent as HttpAgent } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import { type Clock, SECOND_MS } from '../domain/clock';

/** As many as the AWS SDK allows by default. */
const CONNECTIONS_MAX = 50;

/** A function that served nothing for this long may have been frozen. A new connection costs a few milliseconds. */
const PAUSE_MS_MIN = 30 * SECOND_MS;

/**
 * A function's connections to AWS services. A frozen function does not learn that the other side closed a connection,
 * and a request on such a connection fails, or waits for its timeout if nothing answers at all.
 */
export class AwsConnections {
  /** For the `requestHandler` of an SDK client. */
  readonly agents = {
    httpAgent: new HttpAgent({ keepAlive: true, maxSockets: CONNECTIONS_MAX }),
    httpsAgent: new HttpsAgent({ keepAlive: true, maxSockets: CONNECTIONS_MAX }),
  };
  readonly #clock: Clock;
  #usedAt: number;

  constructor({ clock }: { readonly clock: Clock }) {
    this.#clock = clock;
    this.#usedAt = clock();
  }

  /** Serves one invocation. After a pause, its requests get new connections. */
  async during<T>(invocation: () => Promise<T>): Promise<T> {
    if (Math.abs(this.#clock() - this.#usedAt) >= PAUSE_MS_MIN) this.#closeIdle();
    try {
      return await invocation();
    } finally {
      this.#usedAt = this.#clock();
    }
  }

  #closeIdle(): void {
    for (const { freeSockets } of Object.values(this.agents)) {
      for (const socket of Object.values(freeSockets).flat()) socket?.destroy();
    }
  }
}
