import { EVENT_BYTES_MAX } from '../../../lambdas/domain/data-plane/streaming/sse-events';

/** The most that one answer keeps: its longest event, the pieces that it is joined from, and garbage of both. */
export const ANSWER_BYTES_MAX = 4 * EVENT_BYTES_MAX;

/** The memory that shares are parts of; see BodyMemory. */
interface SharedMemory {
  /** Called when a share keeps more or less than before. */
  add(bytes: number): void;
  /** Whether the share may grow further. */
  hasRoomFor(share: MemoryShare): boolean;
  /** Resumes what waits and has room by now. */
  wakeSoon(): void;
  close(share: MemoryShare): void;
}

/** One request's share of the memory for bodies. */
export class MemoryShare {
  readonly #memory: SharedMemory;
  #bodyBytes = 0;
  #answerBytes = 0;
  #hasPermit = false;
  #onRoom: (() => void) | undefined;
  #checksWaited = 0;

  constructor(memory: SharedMemory) {
    this.#memory = memory;
  }

  get bytes(): number {
    return this.#bodyBytes + this.#answerBytes;
  }

  get answerBytes(): number {
    return this.#answerBytes;
  }

  /** The most that the answer may still add. */
  get missingBytes(): number {
    return Math.max(0, ANSWER_BYTES_MAX - this.#answerBytes);
  }

  get hasPermit(): boolean {
    return this.#hasPermit;
  }

  get isWaiting(): boolean {
    return this.#onRoom !== undefined;
  }

  /**
   * Sets how many bytes of the request's body are kept.
   * @param onRoom called once there is room, never from within this call
   * @returns false when there is no room for more
   */
  keepBody(bytes: number, onRoom?: () => void): boolean {
    const added = bytes - this.#bodyBytes;
    this.#bodyBytes = bytes;
    return this.#add(added, onRoom);
  }

  /** Sets how many bytes of the answer are kept; otherwise like `keepBody`. */
  keepAnswer(bytes: number, onRoom?: () => void): boolean {
    const added = bytes - this.#answerBytes;
    this.#answerBytes = bytes;
    if (added < 0) this.#hasPermit = false;
    return this.#add(added, onRoom);
  }

  permit(): void {
    this.#hasPermit = true;
  }

  /** The request has been answered, so its body is no longer needed, and the answer does not grow any more. */
  answered(): void {
    this.#hasPermit = false;
    this.keepBody(0);
    this.#memory.wakeSoon();
  }

  /** @returns for how many checks the share has been waiting */
  countCheck(): number {
    this.#checksWaited += 1;
    return this.#checksWaited;
  }

  wake(): void {
    this.#checksWaited = 0;
    const onRoom = this.#onRoom;
    this.#onRoom = undefined;
    onRoom?.();
  }

  /** Keeps nothing any more. */
  free(): void {
    this.keepBody(0);
    this.keepAnswer(0);
  }

  close(): void {
    this.free();
    this.#memory.close(this);
  }

  #add(bytes: number, onRoom: (() => void) | undefined): boolean {
    this.#memory.add(bytes);
    const hasRoom = bytes <= 0 || this.#memory.hasRoomFor(this);
    this.#onRoom = hasRoom ? undefined : onRoom;
    return hasRoom;
  }
}
