import type { ClientOutput } from '../streaming/client-output';
import type { WholeReading } from './answer';
import { AnswerUnusable } from './answer-unusable';
import type { BodyReader } from './body-reader';

/** Up to this size, a whole answer is kept until its charge is known, and its cost is in a header. */
export const KEPT_BYTES_MAX = 256 * 1024;

/**
 * A whole answer on its way to the client. The last chunk, and with it the last byte of the answer itself, is held back
 * until the charge is committed (docs/adr/0004-settle-before-the-last-byte.md).
 */
export class PassingBody {
  #output: ClientOutput | undefined;
  readonly #reader: BodyReader;
  readonly #isPassedOn: boolean;
  #held: Buffer | undefined;
  #blankBytes = 0;

  /** @param output absent when the answer is only read */
  constructor(output: ClientOutput | undefined, reader: BodyReader) {
    this.#output = output;
    this.#isPassedOn = output !== undefined;
    this.#reader = reader;
  }

  get hasPassed(): boolean {
    return this.#isPassedOn;
  }

  get keptBytes(): number {
    return (this.#held?.length ?? 0) + (this.#output?.waitingBytes ?? 0);
  }

  get isClientSlow(): boolean {
    return (this.#output?.waitingBytes ?? 0) > 0;
  }

  /** The end of the answer, once all of it has arrived; undefined when nothing was passed on. */
  get rest(): Buffer | undefined {
    return this.#output && this.#held;
  }

  /**
   * @param onRoom called once the client accepts more, after this returned false
   * @returns false when the client is slower than the provider
   * @throws AnswerUnusable
   */
  push(chunk: Buffer, onRoom: () => void): boolean {
    const wasComplete = this.#reader.isComplete;
    this.#reader.push(chunk);
    if (this.#reader.isBroken) throw new AnswerUnusable('broken');
    if (this.#output === undefined) return true;
    const held = this.#held;
    if (held !== undefined && wasComplete) return this.#holdBlanks(held, chunk);
    this.#held = chunk;
    return held === undefined || this.#output.write(held, onRoom);
  }

  clientGone(): void {
    this.#output = undefined;
    this.#held = undefined;
  }

  /** @returns undefined when the bytes were not a complete answer */
  end(): WholeReading | undefined {
    return this.#reader.end();
  }

  /** Blanks may follow an answer, but not without end. */
  #holdBlanks(held: Buffer, blanks: Buffer): boolean {
    this.#blankBytes += blanks.length;
    if (this.#blankBytes > KEPT_BYTES_MAX) throw new AnswerUnusable('broken');
    this.#held = Buffer.concat([held, blanks]);
    return true;
  }
}
