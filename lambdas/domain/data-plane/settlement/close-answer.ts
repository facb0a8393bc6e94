import { formatUsd } from '../../money/pico';
import type { Settled } from '../../wallet/holds/settlement';
import type { PaidRequest } from '../paid-request';
import { errorOf, type ProviderOutcome } from './outcome';
import type { Answer } from '../provider/answer';
import { unstreamedError } from '../provider/provider-errors';
import { clientHeaders } from '../provider/provider-headers';
import type { ClientOutput } from '../streaming/client-output';
import type { ClientStream } from '../streaming/client-stream';
import { respond, respondError, type ResponseHeaders } from '../respond';

/**
 * Sends the rest of the answer: all of a small one, or the end of a large one or of a stream. The exact cost is in a
 * header, or in a stream's last comment; the other responses that have begun have no place for it.
 */
export function closeAnswer(paid: PaidRequest, outcome: ProviderOutcome, settled: Settled | undefined): void {
  const { output, client } = paid;
  const { answer } = outcome;
  const cost = settled === undefined ? undefined : formatUsd(settled.costPico);
  if (!output.begun) return closeWhole(paid, outcome, cost);
  const rest = answer.kind === 'passed' ? answer.rest : undefined;
  if (rest !== undefined) closeBegun(output, rest);
  else if (client && !output.isWhole) closeStream(client, paid, outcome, cost);
  else if (answer.kind === 'body' && answer.reading !== undefined) closeBegun(output, answer.body);
  else if (!client && isPaidFor(answer)) closePaid(output);
  // An error after a status of 200 would look like an answer.
  else output.breakOff();
}

function closeBegun(output: ClientOutput, rest: Buffer): void {
  output.write(rest, () => undefined);
  output.end();
}

/**
 * Ends a whole response where it is: blanks, or JSON without its end, which no parser accepts and no client retries. Some
 * clients (openai-python, anthropic-python) read the body within the request that they retry, so each broken connection
 * would be charged again.
 */
function closePaid(output: ClientOutput): void {
  output.end();
}

function closeWhole({ call }: PaidRequest, outcome: ProviderOutcome, cost: string | undefined): void {
  const { answer } = outcome;
  const error = errorOf(outcome);
  const costHeader: ResponseHeaders = cost === undefined ? {} : { 'x-tollgate-cost': cost };
  if (error) {
    const noRetry: ResponseHeaders = isPaidFor(answer) ? { 'x-should-retry': 'false' } : {};
    respondError(call.exchange, error, call.endpoint.dialect, { ...call.headers, ...costHeader, ...noRetry });
  } else if (answer.kind === 'body') {
    const headers = { ...clientHeaders(answer.headers), ...call.headers, ...costHeader };
    respond(call.exchange, answer.status, headers, answer.body);
  }
}

/**
 * Whether the client pays although it gets no answer. The official clients retry errors unless told not to, and each
 * retry would be charged.
 */
function isPaidFor(answer: Answer): boolean {
  if (answer.kind === 'stopped') return answer.sent;
  if (answer.kind === 'broken_off') return answer.wasClientSlow;
  return answer.kind === 'cancelled' || answer.kind === 'oversized';
}

function closeStream(
  client: ClientStream,
  { call, request }: PaidRequest,
  outcome: ProviderOutcome,
  cost: string | undefined,
): void {
  const { answer, target } = outcome;
  // Once keep-alives have begun a stream, it can no longer carry a whole answer.
  const isWhole = answer.kind === 'body' || answer.kind === 'passed';
  const error = errorOf(outcome) ?? (isWhole ? unstreamedError(target.provider.id, answer) : undefined);
  const reading = answer.kind === 'stream' ? answer.reading : undefined;
  if (error) client.fail(error, { endpoint: call.endpoint, model: request.model, reading });
  if (cost !== undefined) client.comment(`x-tollgate-cost ${cost}`);
  client.end();
}
