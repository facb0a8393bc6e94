import { formatUsd } from '../../money/pico';
import type { Settled } from '../../wallet/holds/settlement';
import type { PaidRequest } from '../paid-request';
import { errorOf, type ProviderOutcome } from './outcome';
import type { Answer } from '../provider/provider-attempt';
import { unstreamedError } from '../provider/provider-errors';
import { clientHeaders } from '../provider/provider-headers';
import { respond, respondError, type ResponseHeaders } from '../respond';

/** Sends the rest of the answer: all of a whole one, or the end of a stream, with the exact cost. */
export function closeAnswer(paid: PaidRequest, outcome: ProviderOutcome, settled: Settled | undefined): void {
  const { client } = paid;
  const cost = settled === undefined ? undefined : formatUsd(settled.costPico);
  if (client?.begun) closeStream(paid, outcome, cost);
  else closeWhole(paid, outcome, cost);
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
 * Whether the client pays although it gets an error. The official clients retry errors unless told not to, and each
 * retry would be charged.
 */
function isPaidFor(answer: Answer): boolean {
  if (answer.kind === 'stopped') return answer.sent;
  return answer.kind === 'cancelled' || answer.kind === 'oversized';
}

function closeStream({ client, call }: PaidRequest, outcome: ProviderOutcome, cost: string | undefined): void {
  const { answer, target } = outcome;
  // Once keep-alives have begun a stream, it can no longer carry a whole answer.
  const error = errorOf(outcome) ?? (answer.kind === 'body' ? unstreamedError(target.provider.id, answer) : undefined);
  if (error) client?.fail(error, call.endpoint.dialect);
  if (cost !== undefined) client?.comment(`x-tollgate-cost ${cost}`);
  client?.end();
}
