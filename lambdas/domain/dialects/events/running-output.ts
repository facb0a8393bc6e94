import { OUTPUT_UNITS } from '../../../contracts/storage/units';
import { tokensIn, type UsageReading } from '../usage-reading';

/**
 * The output of a stream by the reports that arrive while it runs. The first may be a placeholder, such as the one in
 * Anthropic's `message_start`, so only one that is higher than an earlier one counts. Where a report is lower than the one
 * before, the provider counts something else (each event, for example), so none counts any more.
 */
export class RunningOutput {
  #lastTokens: number | undefined;
  #hasGrown = false;
  #isUnreliable = false;

  note(reading: UsageReading): void {
    if (reading.kind !== 'reported') {
      this.#isUnreliable ||= reading.kind === 'malformed';
      return;
    }
    const tokens = tokensIn(reading.usage, OUTPUT_UNITS);
    // A report without output is about the prompt alone.
    if (tokens === 0 && this.#lastTokens !== undefined) return;
    this.#isUnreliable ||= tokens < (this.#lastTokens ?? 0);
    this.#hasGrown ||= tokens > (this.#lastTokens ?? tokens);
    this.#lastTokens = tokens;
  }

  /** Undefined if the provider does not report while it runs. */
  get tokens(): number | undefined {
    return this.#hasGrown && !this.#isUnreliable ? this.#lastTokens : undefined;
  }
}
