import { nowMicros, sentAtMicros } from './traffic';

const EVENT_END = '\n\n';

/** Counts the events of one stream, and reports the delay of each event that carries its time of sending. */
export class StreamReader {
  /** The number of events so far. Comments, such as keep-alives, do not count. */
  events = 0;
  private unread = '';
  private readonly onDelay: (micros: number) => void;

  constructor(onDelay: (micros: number) => void) {
    this.onDelay = onDelay;
  }

  push(bytes: Buffer): void {
    const arrivedAt = nowMicros();
    const text = this.unread + bytes.toString('latin1');
    let start = 0;
    for (let end = text.indexOf(EVENT_END); end !== -1; end = text.indexOf(EVENT_END, start)) {
      this.readEvent(text.slice(start, end), arrivedAt);
      start = end + EVENT_END.length;
    }
    this.unread = text.slice(start);
  }

  private readEvent(event: string, arrivedAt: number): void {
    if (!event.startsWith('data:')) return;
    this.events += 1;
    const sentAt = sentAtMicros(event);
    if (sentAt !== undefined) this.onDelay(arrivedAt - sentAt);
  }
}
