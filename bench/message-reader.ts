/** Is called with the HTTP/1.1 messages on a connection, one after the other. */
export interface MessageListener {
  /** @param head the first line and the headers, without the empty line */
  onHead?(head: string): void;
  /** @param bytes a part of the body, without chunk framing */
  onBody(bytes: Buffer): void;
  onEnd(): void;
}

type ReaderState = 'head' | 'body' | 'chunk-size' | 'chunk' | 'chunk-end' | 'last-chunk-end';

const EMPTY = Buffer.alloc(0);
const LINE_END = '\r\n';
const HEAD_END = '\r\n\r\n';

/**
 * A minimal HTTP parser that costs little CPU time. It supports neither trailers nor bodies that end with their
 * connection.
 */
export class MessageReader {
  private readonly listener: MessageListener;
  private state: ReaderState = 'head';
  private bytesLeft = 0;
  private unread: Buffer = EMPTY;

  constructor(listener: MessageListener) {
    this.listener = listener;
  }

  push(bytes: Buffer): void {
    let rest = this.unread.length === 0 ? bytes : Buffer.concat([this.unread, bytes]);
    while (rest.length > 0) {
      const used = this.read(rest);
      if (used === 0) break;
      rest = rest.subarray(used);
    }
    this.unread = rest;
  }

  /** @returns the number of bytes consumed; 0 when more must arrive first */
  private read(bytes: Buffer): number {
    switch (this.state) {
      case 'head':
        return this.readHead(bytes);
      case 'body':
        return this.readBody(bytes, () => this.end());
      case 'chunk-size':
        return this.readChunkSize(bytes);
      case 'chunk':
        return this.readBody(bytes, () => (this.state = 'chunk-end'));
      case 'chunk-end':
        return this.readLineEnd(bytes, () => (this.state = 'chunk-size'));
      case 'last-chunk-end':
        return this.readLineEnd(bytes, () => this.end());
    }
  }

  private readHead(bytes: Buffer): number {
    const end = bytes.indexOf(HEAD_END);
    if (end === -1) return 0;
    const head = bytes.toString('latin1', 0, end);
    this.bytesLeft = Number(/\r\ncontent-length: *(\d+)/i.exec(head)?.[1] ?? 0);
    const isChunked = /\r\ntransfer-encoding: *chunked/i.test(head);
    this.state = isChunked ? 'chunk-size' : 'body';
    this.listener.onHead?.(head);
    if (!isChunked && this.bytesLeft === 0) this.end();
    return end + HEAD_END.length;
  }

  private readBody(bytes: Buffer, next: () => void): number {
    const used = Math.min(this.bytesLeft, bytes.length);
    this.bytesLeft -= used;
    this.listener.onBody(bytes.subarray(0, used));
    if (this.bytesLeft === 0) next();
    return used;
  }

  private readChunkSize(bytes: Buffer): number {
    const end = bytes.indexOf(LINE_END);
    if (end === -1) return 0;
    this.bytesLeft = Number.parseInt(bytes.toString('latin1', 0, end), 16);
    this.state = this.bytesLeft === 0 ? 'last-chunk-end' : 'chunk';
    return end + LINE_END.length;
  }

  private readLineEnd(bytes: Buffer, next: () => void): number {
    if (bytes.length < LINE_END.length) return 0;
    next();
    return LINE_END.length;
  }

  private end(): void {
    this.state = 'head';
    this.listener.onEnd();
  }
}
