import type { StreamReader, StreamReading } from '../../endpoint';
import { isErrorData, isNamedError, mayBeError } from '../../events/event-error';
import { mayCarry, mayCarryUsage, parseData } from '../../events/event-usage';
import { outputBytes } from '../../events/output-bytes';
import { isFilled } from '../../json/is-filled';
import { isReport, type ProviderReport } from '../../read-counts';
import { type AnthropicReading, mergeAnthropicUsage, NO_USAGE, readAnthropicUsage } from '../usage';
import type { ServerTools } from './server-tools';

const DONE = Buffer.from('"message_stop"');
const STOP_REASON = Buffer.from('"stop_reason"');

interface MessagesStreamOptions {
  readonly serverTools: ServerTools;
}

/** Reads the stream of a message. Its usage events carry more than usage, so the client sees every event. */
export class MessagesStream implements StreamReader {
  readonly #options: MessagesStreamOptions;
  #usage: AnthropicReading = NO_USAGE;
  #outputBytes = 0;
  /** Whether the last report came with or after the reason why the answer stopped. */
  #isReportLast = false;
  #hasStopped = false;
  #complete = false;
  #failed = false;

  constructor(options: MessagesStreamOptions) {
    this.#options = options;
  }

  readEvent(bytes: Buffer, start: number, end: number): boolean {
    const event = bytes.subarray(start, end);
    this.#outputBytes += outputBytes(event);
    this.#failed ||= isNamedError(event);
    const isWorthParsing =
      event.includes(DONE) || mayCarryUsage(event) || mayCarry(event, STOP_REASON) || mayBeError(event);
    const data = isWorthParsing ? parseData(event) : undefined;
    if (data !== undefined) this.#readData(data);
    return false;
  }

  get reading(): StreamReading {
    const isWhole = this.#complete || this.#hasStopped;
    // The input is reported first and the output last, so a stream that ends early may have produced more.
    const isUsageFinal = this.#complete || this.#isReportLast;
    // Each round of tools and output reads the prompt again, and the first report has that of the first round only.
    const hasMoreRounds = this.#options.serverTools !== 'none' && !isUsageFinal && this.#outputBytes > 0;
    return {
      usage: hasMoreRounds ? NO_USAGE : this.#usage,
      isUsageFinal,
      producedTokensMax: this.#outputBytes,
      complete: this.#complete,
      isWhole,
      failed: this.#failed,
    };
  }

  #readData(data: ProviderReport): void {
    const { type, message, delta } = data;
    this.#failed ||= isErrorData(data);
    this.#complete ||= type === 'message_stop';
    this.#hasStopped ||= type === 'message_delta' && isReport(delta) && isFilled(delta['stop_reason']);
    const reading = readAnthropicUsage(
      type === 'message_start' && isReport(message) ? message['usage'] : data['usage'],
    );
    if (reading.kind === 'absent') return;
    this.#usage = mergeAnthropicUsage(this.#usage, reading);
    this.#isReportLast = this.#hasStopped;
  }
}
