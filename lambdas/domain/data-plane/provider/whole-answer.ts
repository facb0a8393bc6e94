import type { AnswerReading } from '../../dialects/endpoint';
import type { Headers } from '../../headers';

/** An answer that a provider sent in one piece, successful or not. */
export interface WholeAnswer {
  readonly status: number;
  readonly headers: Headers;
  readonly body: Buffer;
  /** The endpoint's reading of the body; undefined when the body is not a valid answer. */
  readonly reading: AnswerReading | undefined;
}
