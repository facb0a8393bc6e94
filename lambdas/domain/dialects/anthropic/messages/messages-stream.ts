import type { StreamReader, StreamReading } from '../../endpoint';
import { DONE_BYTES_MAX } from '../../events/event-stream';
import { mayCarryUsage, parseData } from '../../events/event-usage';
import { outputBytes } from '../../events/output-bytes';
import { type AnthropicReading, mergeAnthropicUsage, NO_USAGE, readAnthropicUsage } from '../usage';

const DONE = Buffer.from('"message_stop"');
const ERROR = Buffer.from('event: error');

/** Reads the stream of a message. Its usage events carry more than usage, so the client sees every event. */
export class MessagesStream implements StreamReader {
  #usage: AnthropicReading = NO_USAGE;
  #outputBytes = 0;
  #complete = false;
  #failed = false;

  readEvent(bytes: Buffer, start: number, end: number): boolean {
    const event = bytes.subarray(start, end);
    this.#outputBytes += outputBytes(event);
    if (event.length <= DONE_BYTES_MAX && event.includes(DONE)) this.#complete = true;
    else if (event.subarray(0, ERROR.length).equals(ERROR)) this.#failed = true;
    if (mayCarryUsage(event)) this.#readUsage(event);
    return false;
  }

  get reading(): StreamReading {
    return {
      usage: this.#usage,
      // The input is reported first and the output last, so a stream that ends early may have produced more.
      isUsageFinal: this.#complete,
      producedTokensMax: this.#outputBytes,
      complete: this.#complete,
      failed: this.#failed,
    };
  }

  #readUsage(event: Buffer): void {
    const data = parseData(event);
    if (data === undefined) return;
    const message = data['message'] as { readonly usage?: unknown } | undefined;
    const raw = data['type'] === 'message_start' ? message?.usage : data['usage'];
    this.#usage = mergeAnthropicUsage(this.#usage, readAnthropicUsage(raw));
  }
}
