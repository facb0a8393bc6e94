import type { AnswerReading } from '../../dialects/endpoint';
import type { Headers } from '../../headers';

/** An answer that a provider gave in one piece, good or bad. */
export interface WholeAnswer {
  readonly status: number;
  readonly headers: Headers;
  readonly body: Buffer;
  /** The endpoint's reading of the body; undefined when it is not the answer that was asked for. */
  readonly reading: AnswerReading | undefined;
}
