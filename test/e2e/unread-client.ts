import { connect, type Socket } from 'node:net';

/** A client that has sent a request and does not read the answer. */
export class UnreadClient {
  readonly #socket: Socket;
  readonly #closed: Promise<unknown>;

  private constructor(socket: Socket) {
    this.#socket = socket;
    this.#closed = new Promise((resolve) => socket.on('close', resolve));
  }

  /** @param text the request, byte for byte */
  static send(port: number, text: string): UnreadClient {
    const socket = connect(port, '127.0.0.1');
    socket.on('error', () => undefined);
    socket.write(text);
    return new UnreadClient(socket);
  }

  /** @param url the gateway's base URL */
  static post(url: string, apiKey: string, body: object): UnreadClient {
    const { port, pathname } = new URL(`${url}/chat/completions`);
    const json = JSON.stringify(body);
    const head = [
      `POST ${pathname} HTTP/1.1`,
      'host: gateway.test',
      `authorization: Bearer ${apiKey}`,
      'content-type: application/json',
      `content-length: ${Buffer.byteLength(json)}`,
    ];
    return UnreadClient.send(Number(port), `${head.join('\r\n')}\r\n\r\n${json}`);
  }

  /**
   * Reads what is left on the connection.
   * @returns the number of bytes, once the gateway has ended the connection
   */
  async readToEnd(): Promise<number> {
    let received = 0;
    this.#socket.on('data', (chunk: Buffer) => (received += chunk.length));
    await this.#closed;
    return received;
  }

  close(): void {
    this.#socket.destroy();
  }
}
