import type { AnswerReading } from '../endpoint';
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

/** Reads a whole answer in JSON, parsing it once. A token is at least one of its bytes. */
export function readJsonAnswer(body: Buffer, format: AnswerFormat): AnswerReading | undefined {
  const answer = parseObject(body.toString());
  if (answer === undefined || !Array.isArray(answer[format.outputMember])) return undefined;
  return isFilled(answer['error']) ? undefined : { usage: format.readUsage(answer), producedTokensMax: body.length };
}
