import type { CacheWrite, Usage } from '../../../../contracts/storage/units';
import type { StreamReader, StreamReading } from '../../endpoint';
import { mayBeError, readError } from '../../events/event-error';
import { mayCarry, mayCarryUsage, parseData } from '../../events/event-usage';
import { outputBytes } from '../../events/output-bytes';
import { RunningOutput } from '../../events/running-output';
import { isFilled } from '../../json/is-filled';
import { isAboutOperator } from '../../provider-text';
import { isReport, type ProviderReport } from '../../read-counts';
import { type AnthropicReading, mergeAnthropicUsage, NO_USAGE, promptUsageOf, readAnthropicUsage } from '../usage';
import type { ServerTools } from './server-tools';

const DONE = Buffer.from('"message_stop"');
const STOP_REASON = Buffer.from('"stop_reason"');
const BLOCK_START = Buffer.from('"content_block_start"');

/** The blocks that the model writes without the provider running a tool. Any other shows that a tool ran. */
const MODEL_BLOCKS: ReadonlySet<unknown> = new Set(['text', 'thinking', 'redacted_thinking', 'tool_use']);

interface MessagesStreamOptions {
  readonly serverTools: ServerTools;
  readonly hasFixedPrompt: boolean;
  readonly dearestWrite: CacheWrite;
}

/** Reads the stream of a message. Its usage events carry more than usage, so only an error is ever hidden. */
export class MessagesStream implements StreamReader {
  readonly #options: MessagesStreamOptions;
  #usage: AnthropicReading = NO_USAGE;
  #promptUsage: Usage | undefined;
  readonly #running = new RunningOutput();
  #outputBytes = 0;
  /** Whether the last report came with or after the reason why the answer stopped. */
  #isReportLast = false;
  #hasStopped = false;
  #hasToolRun = false;
  #complete = false;
  #failed = false;
  #isErrorHidden = false;

  constructor(options: MessagesStreamOptions) {
    this.#options = options;
  }

  readEvent(bytes: Buffer, start: number, end: number): boolean {
    const event = bytes.subarray(start, end);
    this.#outputBytes += outputBytes(event);
    const isError = mayBeError(event);
    const isWorthParsing =
      isError ||
      event.includes(DONE) ||
      mayCarryUsage(event) ||
      mayCarry(event, STOP_REASON) ||
      (this.#options.serverTools !== 'none' && event.includes(BLOCK_START));
    const data = isWorthParsing ? (parseData(event) ?? {}) : undefined;
    if (isError && data !== undefined) this.#readError(event, data);
    if (data !== undefined) this.#readData(data);
    return this.#isErrorHidden;
  }

  get reading(): StreamReading {
    const isWhole = !this.#isErrorHidden && (this.#complete || this.#hasStopped);
    // The input is reported first and the output last, so a stream that ends early may have produced more.
    const isUsageFinal = this.#complete || this.#isReportLast;
    // Each round of tools and output reads the prompt again, and the first report has that of the first round only. It
    // covers the prompt of an answer in which no tool has run, because a block announces each tool before it runs.
    const hasMoreRounds = this.#hasToolRun && !isUsageFinal;
    return {
      usage: hasMoreRounds ? NO_USAGE : this.#usage,
      promptUsage: this.#promptUsage,
      reportedOutputTokens: this.#running.tokens,
      isUsageFinal,
      producedTokensMax: this.#outputBytes,
      complete: this.#complete && !this.#isErrorHidden,
      isWhole,
      failed: this.#failed,
      isErrorHidden: this.#isErrorHidden,
    };
  }

  #readError(event: Buffer, data: ProviderReport): void {
    const text = readError(event, data);
    if (text === undefined) return;
    this.#failed = true;
    this.#isErrorHidden ||= isAboutOperator(text);
  }

  #readData(data: ProviderReport): void {
    const { type, message, delta, content_block: block } = data;
    this.#hasToolRun ||= this.#options.serverTools !== 'none' && isReport(block) && !MODEL_BLOCKS.has(block['type']);
    this.#complete ||= type === 'message_stop';
    this.#hasStopped ||= type === 'message_delta' && isReport(delta) && isFilled(delta['stop_reason']);
    const { dearestWrite } = this.#options;
    const first = type === 'message_start' && isReport(message) ? message : undefined;
    const usage = (first ?? data)['usage'];
    const reading = readAnthropicUsage(usage, dearestWrite);
    if (reading.kind === 'absent') return;
    this.#usage = mergeAnthropicUsage(this.#usage, reading, dearestWrite);
    this.#running.note(this.#usage);
    this.#isReportLast = this.#hasStopped;
    if (first !== undefined && this.#options.hasFixedPrompt) this.#promptUsage = promptUsageOf(first, reading);
  }
}
