import type { Headers } from '../../headers';
import type { AnswerReading } from '../endpoint';
import { isEventStream } from '../events/event-stream';
import type { UsageReading } from '../usage-reading';
import { parseObject } from './parse-object';

interface AnswerFormat {
  /** The member that holds the model's work, an array. */
  readonly work: string;
  readonly readUsage: (raw: unknown) => UsageReading;
}

/**
 * Reads a whole answer in JSON, parsing it once. A token is at least one byte of it. An answer in events that nobody
 * asked for is passed on as it is, and its usage is not read.
 * @returns undefined when it is not what was asked for
 */
export function readJsonAnswer(headers: Headers, body: Buffer, format: AnswerFormat): AnswerReading | undefined {
  const producedTokensMax = body.length;
  if (isEventStream(headers)) return body.length > 0 ? { usage: { kind: 'absent' }, producedTokensMax } : undefined;
  const answer = parseObject(body.toString());
  if (answer === undefined || !Array.isArray(answer[format.work])) return undefined;
  const isError = answer['error'] !== undefined && answer['error'] !== null;
  return isError ? undefined : { usage: format.readUsage(answer['usage']), producedTokensMax };
}
