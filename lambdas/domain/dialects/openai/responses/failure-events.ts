import type { AppError } from '../../../errors/app-error';
import type { FailedStream } from '../../endpoint';
import { errorDetails } from '../openai';

/**
 * The last events of a response that fails after it has begun. OpenAI sends both: `error` is what its own clients throw,
 * and `response.failed` ends the response for clients that follow its life, such as Codex, which would retry a stream that
 * just ends. The reference has the details of an error in the event itself, and OpenAI sends them in its member `error`.
 */
export function failureEvents(error: AppError, { requestId, model, reading }: FailedStream): string {
  const details = errorDetails(error);
  const { code, message, param } = details;
  const next = reading?.eventCount ?? 0;
  // Clients refuse a last event that is about another response.
  const id = reading?.answerId ?? `resp_${requestId}`;
  const response = { id, object: 'response', status: 'failed', error: { code, message }, model, usage: null };
  return [
    named('error', { code, message, param, error: details, sequence_number: next }),
    named('response.failed', { response, sequence_number: next + 1 }),
  ].join('');
}

const named = (type: string, data: object): string => `event: ${type}\ndata: ${JSON.stringify({ type, ...data })}\n\n`;
