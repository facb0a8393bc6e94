import type { IncomingMessage } from 'node:http';

const DELIMITER = Buffer.alloc(8);

export interface Head {
  readonly statusCode: number;
  readonly headers: Readonly<Record<string, string>>;
}

/** Reads a streamed answer as Lambda does: the head, eight NUL bytes, then the body as it arrives. */
export class FramedStream {
  readonly #pieces: AsyncIterator<Buffer>;
  #buffered = Buffer.alloc(0);

  constructor(message: IncomingMessage) {
    this.#pieces = message[Symbol.asyncIterator]() as AsyncIterator<Buffer>;
  }

  async head(): Promise<Head> {
    const end = await this.#until(DELIMITER);
    const head = JSON.parse(this.#take(end).toString()) as Head;
    this.#take(DELIMITER.length);
    return head;
  }

  /** Reads the body up to and including a text. */
  async bodyThrough(text: string): Promise<string> {
    return this.#take((await this.#until(Buffer.from(text))) + Buffer.byteLength(text)).toString();
  }

  async rest(): Promise<string> {
    while (await this.#more());
    return this.#take(this.#buffered.length).toString();
  }

  async #until(wanted: Buffer): Promise<number> {
    for (;;) {
      const at = this.#buffered.indexOf(wanted);
      if (at >= 0) return at;
      if (!(await this.#more())) throw new Error(`The answer ended without ${JSON.stringify(wanted.toString())}.`);
    }
  }

  async #more(): Promise<boolean> {
    const piece = await this.#pieces.next();
    if (piece.done === true) return false;
    this.#buffered = Buffer.concat([this.#buffered, piece.value]);
    return true;
  }

  #take(bytes: number): Buffer {
    const chunk = this.#buffered.subarray(0, bytes);
    this.#buffered = this.#buffered.subarray(bytes);
    return chunk;
  }
}
