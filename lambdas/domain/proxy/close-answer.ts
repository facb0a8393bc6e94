import { formatUsd } from '../money/pico';
import type { Settlement } from '../wallet/settlement';
import type { PaidRequest } from './paid-request';
import { errorOf, type Outcome } from './outcome';
import { failureError } from './provider-errors';
import { clientHeaders } from './provider-headers';
import { respond, respondError, type ResponseHeaders } from './respond';

/** Sends what the client has not had yet: a whole answer, or the end of its stream, with the exact cost. */
export function closeAnswer(paid: PaidRequest, outcome: Outcome, settlement: Settlement | undefined): void {
  const { client, call } = paid;
  const cost = settlement === undefined ? undefined : formatUsd(settlement.costPico);
  if (client?.begun) return closeStream(paid, outcome, cost);
  client?.close();
  const error = errorOf(outcome);
  if (error) return respondError(call.exchange, error, call.route.dialect, call.headers);
  const { answer } = outcome;
  if (answer.kind !== 'body') return;
  const costHeader: ResponseHeaders = cost === undefined ? {} : { 'x-tollgate-cost': cost };
  respond(call.exchange, answer.status, { ...clientHeaders(answer.headers), ...call.headers, ...costHeader }, answer.body);
}

function closeStream({ client, call }: PaidRequest, outcome: Outcome, cost: string | undefined): void {
  const { answer, target } = outcome;
  // A stream that was begun only to keep the client alive cannot carry a whole answer any more.
  const error = errorOf(outcome) ?? (answer.kind === 'body' ? failureError(target.provider.id, 'broken') : undefined);
  if (error) client?.fail(error, call.route.dialect);
  if (cost !== undefined) client?.comment(`x-tollgate-cost ${cost}`);
  client?.end();
}
