import type { IncomingMessage, ServerResponse } from 'node:http';
import { SECOND_MS } from '../../../lambdas/domain/clock';
import { WRITE_TIMEOUT_MS } from '../../../lambdas/domain/data-plane/exchange';
import { BODIES_BYTES_MAX, BodyMemory } from './body-memory';
import { OpenRequest, type RequestLimits } from './open-request';

/**
 * A client has stalled after two of these without a byte. A client that reads takes some more often than that: the
 * system accepts more as soon as a third of its own buffer is free.
 */
const CHECK_MS = SECOND_MS / 2;
/** A client that keeps less than this, as most stalled streams do, is left to the write timeout. */
const CUT_BYTES_MIN = 256 * 1024;
/** A check that comes after more than this many intervals is late. */
const LATE_FACTOR = 2;
/** Longer than it takes until clients that have just stalled are recognised and make room. */
const MEMORY_WAIT_MS = 20 * CHECK_MS;

export interface HostLimits extends RequestLimits {
  readonly bodiesBytesMax: number;
}

export const DEFAULT_LIMITS: Omit<HostLimits, 'requestMs'> = {
  checkMs: CHECK_MS,
  writeTimeoutMs: WRITE_TIMEOUT_MS,
  memoryWaitMs: MEMORY_WAIT_MS,
  bodiesBytesMax: BODIES_BYTES_MAX,
};

/** The requests that a host serves at the moment, and the memory that they share. */
export class OpenRequests {
  readonly #limits: HostLimits;
  readonly #open = new Set<OpenRequest>();
  readonly #memory: BodyMemory;
  readonly #timer: NodeJS.Timeout;
  /** Monotonic milliseconds. */
  #checkedAt = 0;

  constructor(limits: HostLimits) {
    this.#limits = limits;
    this.#memory = new BodyMemory({ bytesMax: limits.bodiesBytesMax, cutStalledClient: () => this.#cutStalled() });
    this.#timer = setInterval(() => this.#check(), limits.checkMs).unref();
  }

  get count(): number {
    return this.#open.size;
  }

  /** How many bytes of bodies the process keeps. */
  get keptBytes(): number {
    return this.#memory.keptBytes;
  }

  add(request: IncomingMessage, response: ServerResponse): OpenRequest {
    const open = new OpenRequest(request, response, {
      memory: this.#memory.open(),
      limits: this.#limits,
      onDone: () => this.#open.delete(open),
    });
    this.#open.add(open);
    return open;
  }

  /** Ends the checks; called when no connection is left. */
  stop(): void {
    clearInterval(this.#timer);
  }

  #check(): void {
    const now = performance.now();
    // While this process is busy, nothing moves, and no client is to blame for that.
    const isLate = now - this.#checkedAt > LATE_FACTOR * this.#limits.checkMs;
    this.#checkedAt = now;
    for (const open of this.#open) open.check(now, isLate);
    this.#memory.check();
  }

  /** Disconnects the client that keeps the most of those that neither read nor send. */
  #cutStalled(): boolean {
    let most: OpenRequest | undefined;
    for (const open of this.#open) {
      if (open.isStalled && open.memory.bytes >= (most?.memory.bytes ?? CUT_BYTES_MIN)) most = open;
    }
    most?.cut();
    return most !== undefined;
  }
}
