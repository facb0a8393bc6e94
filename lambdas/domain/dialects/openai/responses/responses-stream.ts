import type { StreamReader, StreamReading } from '../../endpoint';
import { mayBeError, readError } from '../../events/event-error';
import { mayCarryUsage, parseData } from '../../events/event-usage';
import { outputBytes, stringBytes } from '../../events/output-bytes';
import { RunningOutput } from '../../events/running-output';
import { isAboutOperator } from '../../provider-text';
import { isReport, type ProviderReport } from '../../read-counts';
import { laterUsage, type UsageReading } from '../../usage-reading';
import { readResponseUsage } from './response-usage';

/** Names of events are short and come first, so only the beginning of an event is searched for them. */
const NAME_BYTES_MAX = 128;
const ITEM_DONE = Buffer.from('response.output_item.done');
const ITEM = Buffer.from('"item"');
const LIFE = [
  Buffer.from('response.created'),
  Buffer.from('response.completed'),
  Buffer.from('response.incomplete'),
  Buffer.from('response.failed'),
];

/** Reads the stream of a response. Its usage comes in its last event, so only an error is ever hidden. */
export class ResponsesStream implements StreamReader {
  #usage: UsageReading = { kind: 'absent' };
  readonly #running = new RunningOutput();
  #answerId: string | undefined;
  #eventCount = 0;
  /** The output of the items that are done. */
  #doneBytes = 0;
  /** The output of the deltas since. */
  #deltaBytes = 0;
  #isUsageFinal = false;
  #complete = false;
  #failed = false;
  #isErrorHidden = false;

  readEvent(bytes: Buffer, start: number, end: number): boolean {
    const event = bytes.subarray(start, end);
    const head = event.subarray(0, NAME_BYTES_MAX);
    if (head.includes(ITEM_DONE)) this.#endItem(event);
    else this.#deltaBytes += outputBytes(event);
    const isError = mayBeError(event);
    const isWorthParsing = isError || mayCarryUsage(event) || LIFE.some((name) => head.includes(name));
    const data = isWorthParsing ? (parseData(event) ?? {}) : undefined;
    if (isError && data !== undefined) this.#readError(event, data);
    if (data !== undefined) this.#readData(event, data);
    if (!this.#isErrorHidden) this.#eventCount += 1;
    return this.#isErrorHidden;
  }

  get reading(): StreamReading {
    const complete = this.#complete && !this.#isErrorHidden;
    return {
      usage: this.#usage,
      reportedOutputTokens: this.#running.tokens,
      isUsageFinal: this.#isUsageFinal,
      producedTokensMax: this.#doneBytes + this.#deltaBytes,
      complete,
      isWhole: complete,
      failed: this.#failed,
      isErrorHidden: this.#isErrorHidden,
      answerId: this.#answerId,
      eventCount: this.#eventCount,
    };
  }

  /**
   * The last event of an item repeats all of it. Some providers send no deltas, or none of a part of it, such as encrypted
   * reasoning.
   */
  #endItem(event: Buffer): void {
    const at = event.indexOf(ITEM);
    const itemBytes = at === -1 ? 0 : stringBytes(event, at + ITEM.length);
    this.#doneBytes += Math.max(this.#deltaBytes, itemBytes);
    this.#deltaBytes = 0;
  }

  #readError(event: Buffer, data: ProviderReport): void {
    const { type, response } = data;
    const text =
      type === 'response.failed' && isReport(response) ? (readError(event, response) ?? '') : readError(event, data);
    if (text === undefined) return;
    this.#failed = true;
    this.#isErrorHidden ||= isAboutOperator(text);
  }

  #readData(event: Buffer, { type, response }: ProviderReport): void {
    if (!isReport(response)) return;
    const { id } = response;
    if (typeof id === 'string') this.#answerId ??= id;
    const isEnd = type === 'response.completed' || type === 'response.incomplete';
    this.#complete ||= isEnd;
    this.#failed ||= type === 'response.failed';
    const reading = readResponseUsage(response);
    if (reading.kind !== 'absent') {
      this.#usage = laterUsage(this.#usage, reading);
      this.#running.note(reading);
      this.#isUsageFinal = isEnd || type === 'response.failed';
    } else if (isEnd && this.#doneBytes + this.#deltaBytes === 0) {
      // The provider has sent the whole answer in its last event.
      this.#doneBytes = event.length;
    }
  }
}
