import type { StreamReader, StreamReading } from '../../endpoint';
import { DONE_BYTES_MAX } from '../../events/event-stream';
import { mayCarryUsage, parseData } from '../../events/event-usage';
import { outputBytes } from '../../events/output-bytes';
import type { UsageReading } from '../../usage-reading';
import { readOpenaiUsage } from '../usage';

const DONE = Buffer.from('[DONE]');
const ERROR = Buffer.from('{"error"');

/** An error is the first member of its event's data. */
const ERROR_WITHIN_BYTES = 20;

/** Reads the stream of a chat completion. */
export class ChatStream implements StreamReader {
  #usage: UsageReading = { kind: 'absent' };
  #outputBytes = 0;
  #complete = false;
  #failed = false;
  readonly #hidesUsage: boolean;

  /** @param options.wantsUsage whether the client asked for the usage event itself */
  constructor({ wantsUsage }: { readonly wantsUsage: boolean }) {
    this.#hidesUsage = !wantsUsage;
  }

  readEvent(bytes: Buffer, start: number, end: number): boolean {
    const event = bytes.subarray(start, end);
    this.#outputBytes += outputBytes(event);
    if (event.length <= DONE_BYTES_MAX && event.includes(DONE)) this.#complete ||= isDone(event);
    else if (event.subarray(0, ERROR_WITHIN_BYTES).includes(ERROR)) this.#failed = true;
    return mayCarryUsage(event) && this.#readUsage(event) && this.#hidesUsage;
  }

  get reading(): StreamReading {
    return {
      usage: this.#usage,
      // Usage is reported once, for the whole answer. Some providers send it but never send the last event.
      isUsageFinal: this.#usage.kind === 'reported',
      producedTokensMax: this.#outputBytes,
      complete: this.#complete,
      failed: this.#failed,
    };
  }

  /** @returns whether the event carries usage and nothing else */
  #readUsage(event: Buffer): boolean {
    const data = parseData(event);
    if (data === undefined) return false;
    const reading = readOpenaiUsage(data['usage']);
    if (reading.kind === 'absent') return false;
    // A later report replaces an earlier one: providers that report more than once report running totals.
    this.#usage = reading;
    return Array.isArray(data['choices']) && data['choices'].length === 0;
  }
}

/** A model can write the marker into its text, but then it is not on a separate line. */
function isDone(event: Buffer): boolean {
  return /^data: ?\[DONE\]\s*$/m.test(event.toString('latin1'));
}
