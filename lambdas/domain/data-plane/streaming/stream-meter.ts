import type { Dialect } from '../../../contracts/storage/catalog';
import { mergeAnthropic, readAnthropicUsage, readOpenaiUsage, type UsageReading } from '../../usage/provider-usage';
import { outputBytes } from './output-bytes';

/** What a stream has shown of itself so far. */
export interface StreamReading {
  readonly usage: UsageReading;
  /** An upper bound of the bytes of text that the model produced. */
  readonly outputBytes: number;
  /** Whether the dialect's last event has come. */
  readonly complete: boolean;
  /** Whether the provider reported an error in-band. */
  readonly failed: boolean;
}

const USAGE = Buffer.from('"usage"');
const OPENAI_DONE = Buffer.from('[DONE]');
const OPENAI_ERROR = Buffer.from('{"error"');
const ANTHROPIC_DONE = Buffer.from('"message_stop"');
const ANTHROPIC_ERROR = Buffer.from('event: error');
const DATA = Buffer.from('data:');
const LOWER_N = 0x6e;

/** An event that ends a stream is short; a longer one is not searched for it. */
const DONE_BYTES_MAX = 128;

/** Watches events go by. It parses only those that can carry usage; the others it merely measures. */
export class StreamMeter {
  #usage: UsageReading = { kind: 'absent' };
  #produced = 0;
  #complete = false;
  #failed = false;
  readonly #dialect: Dialect;

  constructor(dialect: Dialect) {
    this.#dialect = dialect;
  }

  /** @returns whether the event carries usage and nothing else */
  see(bytes: Buffer, start: number, end: number): boolean {
    this.#produced += outputBytes(bytes, start, end);
    const event = bytes.subarray(start, end);
    this.#seeEnd(event);
    return carriesUsage(event) && this.#seeUsage(event);
  }

  get reading(): StreamReading {
    return { usage: this.#usage, outputBytes: this.#produced, complete: this.#complete, failed: this.#failed };
  }

  #seeEnd(event: Buffer): void {
    if (this.#dialect === 'openai') {
      if (event.length <= DONE_BYTES_MAX && event.includes(OPENAI_DONE)) this.#complete ||= isDone(event);
      else if (event.subarray(0, 20).includes(OPENAI_ERROR)) this.#failed = true;
    } else if (event.length <= DONE_BYTES_MAX && event.includes(ANTHROPIC_DONE)) this.#complete = true;
    else if (event.subarray(0, ANTHROPIC_ERROR.length).equals(ANTHROPIC_ERROR)) this.#failed = true;
  }

  #seeUsage(event: Buffer): boolean {
    const data = parseData(event);
    if (data === undefined) return false;
    if (this.#dialect === 'anthropic') {
      const raw =
        data['type'] === 'message_start' ? (data['message'] as { usage?: unknown } | undefined)?.usage : data['usage'];
      this.#usage = mergeAnthropic(this.#usage, readAnthropicUsage(raw));
      return false;
    }
    const reading = readOpenaiUsage(data['usage']);
    // A later report replaces an earlier one: providers that report more than once report running totals.
    if (reading.kind !== 'absent') this.#usage = reading;
    return reading.kind !== 'absent' && Array.isArray(data['choices']) && data['choices'].length === 0;
  }
}

/** A model can write the mark into its text; then it does not stand alone. */
function isDone(event: Buffer): boolean {
  return /^data: ?\[DONE\]\s*$/m.test(event.toString('latin1'));
}

/** Some providers write a null one into a choice, in front of the event's own. */
function carriesUsage(event: Buffer): boolean {
  for (let at = event.indexOf(USAGE); at !== -1; at = event.indexOf(USAGE, at + USAGE.length)) {
    if (!isNull(event, at + USAGE.length)) return true;
  }
  return false;
}

/** OpenAI writes `"usage":null` into every event but the last: not worth parsing. */
function isNull(event: Buffer, from: number): boolean {
  let at = from;
  while (event[at] === 0x3a || event[at] === 0x20) at += 1;
  return event[at] === LOWER_N;
}

/** The event's data as JSON; undefined when it is none. Data on several lines is one value. */
function parseData(event: Buffer): { readonly [name: string]: unknown } | undefined {
  const lines = event
    .toString('utf8', event.indexOf(DATA))
    .split(/\r?\n/)
    .filter((line) => line.startsWith('data:'))
    .map((line) => line.slice('data:'.length));
  try {
    const value: unknown = JSON.parse(lines.join('\n'));
    return typeof value === 'object' && value !== null ? (value as { [name: string]: unknown }) : undefined;
  } catch {
    return undefined;
  }
}
