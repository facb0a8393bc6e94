import { ANSWER_BYTES_MAX, MemoryShare } from './memory-share';

/** The most bytes of bodies that a process keeps: eight of the largest answers, or fifty of the largest requests. */
export const BODIES_BYTES_MAX = 8 * ANSWER_BYTES_MAX;

/** Up to this part of the memory, answers need no permit to grow. */
const FREE_PART = 0.25;
/** No client is disconnected early while less than this part of the memory is in use. */
const SHORT_PART = 0.5;
/** Permits are given up to this part of the memory. The rest is for requests, which would be refused without it. */
const PERMITS_PART = 0.75;
/** An answer up to this size never waits. A stream keeps less, unless its events are unusually long. */
const SMALL_BYTES = 64 * 1024;
/**
 * After waiting for this many checks, ten seconds, an answer may add one read, so that its provider sees some progress
 * and does not give up.
 */
const CHECKS_PER_READ = 20;

interface BodyMemoryOptions {
  readonly bytesMax: number;
  /** Frees the memory of a client that has stalled. Returns false if there is none. */
  readonly cutStalledClient: () => boolean;
}

/**
 * Counts the bytes of requests and answers that wait in this process: for their rest, for a provider or for their
 * client. When the ceiling is reached, requests wait until there is room.
 *
 * A large answer needs a permit long before that. It reserves what the answer may still add, so that the answers that
 * have begun can be completed; if all grew at once, they would fill the memory with halves that wait for each other. If
 * nothing else can be completed, one answer may go on above the ceiling.
 */
export class BodyMemory {
  readonly #bytesMax: number;
  readonly #cutStalledClient: () => boolean;
  /** Oldest first. */
  readonly #shares = new Set<MemoryShare>();
  #keptBytes = 0;
  /** The last share that was permitted to go on above the ceiling. */
  #overdrawn: MemoryShare | undefined;
  #waking: NodeJS.Immediate | undefined;

  constructor({ bytesMax, cutStalledClient }: BodyMemoryOptions) {
    this.#bytesMax = bytesMax;
    this.#cutStalledClient = cutStalledClient;
  }

  get keptBytes(): number {
    return this.#keptBytes;
  }

  /** Opens the share of one request. */
  open(): MemoryShare {
    const share = new MemoryShare(this);
    this.#shares.add(share);
    return share;
  }

  close(share: MemoryShare): void {
    this.#shares.delete(share);
  }

  add(bytes: number): void {
    this.#keptBytes += bytes;
    if (bytes < 0) this.wakeSoon();
  }

  /** Whether the share may grow further, if need be at the expense of clients that have stalled. */
  hasRoomFor(share: MemoryShare): boolean {
    while (!this.#admits(share)) {
      if (this.#keptBytes <= SHORT_PART * this.#bytesMax || !this.#cutStalledClient()) return false;
    }
    return true;
  }

  /** Called regularly. Lets clients that have stalled in the meantime make room for the oldest request that waits. */
  check(): void {
    const waiting = [...this.#shares].filter(({ isWaiting }) => isWaiting);
    const [oldest] = waiting;
    if (oldest && this.hasRoomFor(oldest)) this.wakeSoon();
    for (const share of waiting) {
      const isDue = share.countCheck() >= CHECKS_PER_READ && share.answerBytes > 0;
      if (isDue && this.#keptBytes <= this.#bytesMax) share.wake();
    }
  }

  /** Resumes what waits. This is never done within another share's call, because undici's parsers cannot be nested. */
  wakeSoon(): void {
    this.#waking ??= setImmediate(() => {
      this.#waking = undefined;
      for (const share of this.#shares) if (share.isWaiting && this.#admits(share)) share.wake();
    });
  }

  #admits(share: MemoryShare): boolean {
    if (share.answerBytes === 0) return this.#keptBytes <= this.#bytesMax;
    if (share.hasPermit || share.answerBytes <= SMALL_BYTES) return true;
    if (this.#keptBytes <= FREE_PART * this.#bytesMax) return true;
    const growing = [...this.#shares].filter(({ hasPermit }) => hasPermit);
    const reservedBytes = [share, ...growing].reduce((sum, { missingBytes }) => sum + missingBytes, 0);
    if (this.#keptBytes + reservedBytes > PERMITS_PART * this.#bytesMax) {
      const isOverdrawn = this.#overdrawn !== undefined && this.#overdrawn.answerBytes > SMALL_BYTES;
      if (growing.length > 0 || isOverdrawn) return false;
      this.#overdrawn = share;
    }
    share.permit();
    return true;
  }
}
