import type { Transform } from 'node:stream';
import {
  constants,
  createBrotliDecompress,
  createGunzip,
  createInflate,
  createInflateRaw,
  type ZlibOptions,
} from 'node:zlib';

/** A flush lets every event out as soon as it can be decoded, and keeps what a body without an end contains. */
const FLUSH: ZlibOptions = { flush: constants.Z_SYNC_FLUSH, finishFlush: constants.Z_SYNC_FLUSH };
const BROTLI_FLUSH = { flush: constants.BROTLI_OPERATION_FLUSH, finishFlush: constants.BROTLI_OPERATION_FLUSH };

const GZIP_FIRST_BYTE = 0x1f;
/** The low half of the first byte of zlib's format. Some servers send the data without that format. */
const ZLIB_METHOD = 0x08;

type Decoding = (firstByte: number) => Transform | undefined;

/** Some servers announce gzip and send plain text, which does not begin with the byte of gzip. */
const gzip: Decoding = (firstByte) => (firstByte === GZIP_FIRST_BYTE ? createGunzip(FLUSH) : undefined);

const DECODINGS: { readonly [encoding: string]: Decoding } = {
  gzip,
  'x-gzip': gzip,
  deflate: (firstByte) => ((firstByte & 0x0f) === ZLIB_METHOD ? createInflate(FLUSH) : createInflateRaw(FLUSH)),
  br: () => createBrotliDecompress(BROTLI_FLUSH),
};

/** Receives a decoded body. */
export interface DecodedBody {
  /** @returns false to ask for a pause until `resume` */
  onData(chunk: Buffer): boolean;
  onEnd(): void;
  /** The body is not what its encoding says. */
  onBroken(): void;
  /** There is room for more of the encoded body, after `write` has returned false. */
  onRoom(): void;
}

/**
 * Decodes a body as it arrives. It keeps a few kilobytes, whatever the body decodes to: it decodes no more than its
 * receiver takes.
 */
export class BodyDecoder {
  readonly #decoding: Decoding;
  readonly #receiver: DecodedBody;
  #isBegun = false;
  /** Absent for a body that turns out not to be encoded. */
  #stream: Transform | undefined;

  private constructor(decoding: Decoding, receiver: DecodedBody) {
    this.#decoding = decoding;
    this.#receiver = receiver;
  }

  /** @returns undefined for a body that is not encoded, or in a way that we do not know */
  static for(encoding: string | undefined, receiver: DecodedBody): BodyDecoder | undefined {
    const decoding = DECODINGS[encoding?.trim().toLowerCase() ?? ''];
    return decoding && new BodyDecoder(decoding, receiver);
  }

  /** @returns false to ask for a pause until `onRoom` */
  write(chunk: Buffer): boolean {
    const [firstByte] = chunk;
    if (firstByte === undefined) return true;
    if (!this.#isBegun) this.#begin(firstByte);
    return this.#stream ? this.#stream.write(chunk) : this.#receiver.onData(chunk);
  }

  end(): void {
    if (this.#stream) this.#stream.end();
    else this.#receiver.onEnd();
  }

  resume(): void {
    if (this.#stream) this.#stream.resume();
    else this.#receiver.onRoom();
  }

  /** Nothing is received any more. */
  destroy(): void {
    this.#stream?.destroy();
  }

  #begin(firstByte: number): void {
    this.#isBegun = true;
    const stream = this.#decoding(firstByte);
    this.#stream = stream;
    stream
      ?.on('data', (chunk: Buffer) => {
        if (!stream.destroyed && !this.#receiver.onData(chunk)) stream.pause();
      })
      .on('end', () => this.#receiver.onEnd())
      .on('error', () => this.#receiver.onBroken())
      .on('drain', () => this.#receiver.onRoom());
  }
}
