import { BoundedMap } from '../bounded-map';
import { isoTime } from '../../contracts/storage/table-keys/key-parts';
import type { Clock } from '../clock';
import { ControlPlaneUnavailable } from '../errors/refusal';
import { newSignIn } from '../notifications/outbox/messages';
import { notifyOnce } from '../notifications/outbox/outbox';
import { systemTiming, type Timing } from '../table/retry';
import type { TableStore } from '../table/table-store';
import type { Person } from './person-item';

/** The sign-ins that a process knows to have been told. */
const KNOWN_MAX = 1_000;

export interface SignInsOptions {
  readonly store: TableStore;
  readonly clock: Clock;
  /** @default the system's */
  readonly timing?: Timing;
}

/**
 * Tells people about their sign-ins, once each. A sign-in is known by its time, which all its tokens carry, so nothing
 * about devices or addresses is needed. Its tokens end within a day, much earlier than the message's own record.
 */
export class SignIns {
  readonly #options: SignInsOptions;
  readonly #known = new BoundedMap<true>(KNOWN_MAX);

  constructor(options: SignInsOptions) {
    this.#options = options;
  }

  /**
   * Tells a person about the sign-in of a token, unless they know. A first sign-in, which created the person, is answered
   * with a welcome instead.
   * @param signedInAt epoch milliseconds
   * @throws ControlPlaneUnavailable: a request that cannot be told is refused, so that no sign-in stays secret
   */
  async tell({ personId, createdAt }: Person, signedInAt: number): Promise<void> {
    const name = `${personId} ${signedInAt}`;
    if (signedInAt <= Date.parse(createdAt) || this.#known.get(name)) return;
    const { store, clock, timing = systemTiming(clock) } = this.#options;
    const message = newSignIn({ personId, signInId: String(signedInAt), at: isoTime(signedInAt) });
    await notifyOnce({ store, clock, timing }, message).catch((cause: unknown) => {
      throw new ControlPlaneUnavailable({ cause });
    });
    this.#known.set(name, true);
  }
}
