import type { Headers } from '../../headers';
import type { AnswerReading } from '../endpoint';
import { isEventStream } from '../events/event-stream';
import type { ProviderReport } from '../read-counts';
import type { UsageReading } from '../usage-reading';
import { isFilled } from './is-filled';
import { parseObject } from './parse-object';

interface AnswerFormat {
  /** The member with the model's output, an array. */
  readonly outputMember: string;
  /** Finds and reads the usage in the answer, which some providers put elsewhere. */
  readonly readUsage: (answer: ProviderReport) => UsageReading;
}

/**
 * Reads a whole answer in JSON, parsing it once. A token is at least one of its bytes. If the provider answers with a
 * stream that was not requested, the stream is passed on unchanged, and its usage is not read.
 */
export function readJsonAnswer(headers: Headers, body: Buffer, format: AnswerFormat): AnswerReading | undefined {
  const producedTokensMax = body.length;
  if (isEventStream(headers)) return body.length > 0 ? { usage: { kind: 'absent' }, producedTokensMax } : undefined;
  const answer = parseObject(body.toString());
  if (answer === undefined || !Array.isArray(answer[format.outputMember])) return undefined;
  return isFilled(answer['error']) ? undefined : { usage: format.readUsage(answer), producedTokensMax };
}
