import { connect, type Socket } from 'node:net';
import { MessageReader } from './message-reader';

/** The result of one request: its HTTP status, or `broken` when the connection failed before the response ended. */
export type Outcome = number | 'broken';

export interface Exchange {
  onBody?(bytes: Buffer): void;
  onEnd(outcome: Outcome): void;
}

/** A keep-alive connection that carries one request at a time. It opens on first use, and again after a failure. */
export class Connection {
  private readonly port: number;
  private socket: Socket | undefined;
  private exchange: Exchange | undefined;

  constructor(port: number) {
    this.port = port;
  }

  send(request: Buffer, exchange: Exchange): void {
    this.exchange = exchange;
    this.socket ??= this.open();
    this.socket.write(request);
  }

  close(): void {
    this.exchange = undefined;
    this.socket?.destroy();
  }

  private open(): Socket {
    const socket = connect({ port: this.port, host: '127.0.0.1', noDelay: true });
    let status = 0;
    let isLast = false;
    const reader = new MessageReader({
      onHead: (head) => {
        status = Number(head.slice(9, 12));
        isLast = /\r\nconnection: *close/i.test(head);
      },
      onBody: (bytes) => this.exchange?.onBody?.(bytes),
      onEnd: () => {
        if (isLast) this.forget(socket);
        this.finish(status);
      },
    });
    socket.on('data', (bytes) => reader.push(bytes));
    socket.on('error', () => socket.destroy());
    socket.on('close', () => {
      if (this.socket !== socket) return;
      this.socket = undefined;
      this.finish('broken');
    });
    return socket;
  }

  private forget(socket: Socket): void {
    this.socket = undefined;
    socket.destroy();
  }

  private finish(outcome: Outcome): void {
    const exchange = this.exchange;
    this.exchange = undefined;
    exchange?.onEnd(outcome);
  }
}
