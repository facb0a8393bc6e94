import type { StreamReader, StreamReading } from '../../endpoint';
import { mayBeError, readError } from '../../events/event-error';
import { DONE_BYTES_MAX } from '../../events/event-stream';
import { mayCarry, mayCarryUsage, parseData } from '../../events/event-usage';
import { outputBytes } from '../../events/output-bytes';
import { RunningOutput } from '../../events/running-output';
import { isFilled } from '../../json/is-filled';
import { errorText, isAboutOperator } from '../../provider-text';
import { isReport, type ProviderReport } from '../../read-counts';
import { laterUsage, type UsageReading } from '../../usage-reading';
import { choicesOf, isOnlyUsage, readChatUsage } from './chat-usage';

const DONE = Buffer.from('[DONE]');
const FINISH_REASON = Buffer.from('"finish_reason"');

interface ChatStreamOptions {
  /** How many choices were asked for. */
  readonly choices: number;
  /** Whether the client asked for the usage event itself. */
  readonly wantsUsage: boolean;
}

/** Reads the stream of a chat completion. */
export class ChatStream implements StreamReader {
  readonly #options: ChatStreamOptions;
  #usage: UsageReading = { kind: 'absent' };
  readonly #running = new RunningOutput();
  #reports = 0;
  /** Whether the last report came in an event of its own. */
  #isReportAlone = false;
  #outputBytes = 0;
  #outputBytesReported = 0;
  /** The indexes of the choices that have stopped. */
  readonly #stopped = new Set<unknown>();
  #complete = false;
  #failed = false;
  #isErrorHidden = false;

  constructor(options: ChatStreamOptions) {
    this.#options = options;
  }

  readEvent(bytes: Buffer, start: number, end: number): boolean {
    const event = bytes.subarray(start, end);
    this.#outputBytes += outputBytes(event);
    if (event.length <= DONE_BYTES_MAX && event.includes(DONE)) this.#complete ||= isDone(event);
    const isError = mayBeError(event);
    const isWorthParsing = isError || mayCarryUsage(event) || mayCarry(event, FINISH_REASON);
    const data = isWorthParsing ? (parseData(event) ?? {}) : undefined;
    if (isError && data !== undefined) this.#readError(event, data);
    const isHidden = data !== undefined && this.#readData(data);
    return isHidden || this.#isErrorHidden;
  }

  get reading(): StreamReading {
    // Text after a report is not in it.
    const isReportLast = this.#usage.kind === 'reported' && this.#outputBytes === this.#outputBytesReported;
    // Running reports say nothing about the end. A single one in an event of its own is the one that was asked for.
    const isReportTheEnd = isReportLast && this.#isReportAlone && this.#reports === 1 && this.#outputBytes > 0;
    const complete = this.#complete && !this.#isErrorHidden;
    const isWhole = !this.#isErrorHidden && (this.#complete || this.#hasStopped || isReportTheEnd);
    return {
      usage: this.#usage,
      reportedOutputTokens: this.#running.tokens,
      isUsageFinal: isReportLast && isWhole,
      producedTokensMax: this.#outputBytes,
      complete,
      isWhole,
      failed: this.#failed,
      isErrorHidden: this.#isErrorHidden,
    };
  }

  get #hasStopped(): boolean {
    return this.#stopped.size >= this.#options.choices;
  }

  #readError(event: Buffer, data: ProviderReport): void {
    // Some providers put an error into a choice, and Groq into its own member.
    const inner = [...choicesOf(data), data['x_groq']].find((part) => isReport(part) && isFilled(part['error']));
    const text = readError(event, data) ?? (isReport(inner) ? errorText(inner) : undefined);
    if (text === undefined) return;
    this.#failed = true;
    this.#isErrorHidden ||= isAboutOperator(text);
  }

  /** @returns whether to hide the event */
  #readData(data: ProviderReport): boolean {
    const isAlone = isOnlyUsage(data, this.#hasStopped);
    const choices = choicesOf(data);
    for (const choice of choices) if (isFilled(choice['finish_reason'])) this.#stopped.add(choice['index']);
    const reading = readChatUsage(data, this.#options.choices);
    if (reading.kind !== 'absent') {
      this.#usage = laterUsage(this.#usage, reading);
      // While several choices are written, vLLM reports the output of a single one with each event.
      if (this.#options.choices === 1) this.#running.note(reading);
      this.#reports += 1;
      this.#isReportAlone = isAlone;
      this.#outputBytesReported = this.#outputBytes;
    }
    return isAlone && !this.#options.wantsUsage;
  }
}

/** A model can write the marker into its text, but then it is not on a separate line. */
function isDone(event: Buffer): boolean {
  return /^data: ?\[DONE\]\s*$/m.test(event.toString('latin1'));
}
