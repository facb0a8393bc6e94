import { requestIdSchema } from '../../contracts/storage/ids';
import { NotFound } from '../errors/app-error';
import { renderUsageRecord } from '../usage/records/render-usage-record';
import type { Answerer } from './route';

/**
 * Cancels the caller's own request, which stops within a second if it is running. If it has already ended, the response
 * is its record. Only the process that serves a request knows whether it runs, so an unknown id gets the same response
 * as a request that is about to stop.
 */
export const cancelRequest: Answerer = async ({ usage, cancellations }, { caller: { accountId }, id: requestId }) => {
  if (!requestIdSchema.safeParse(requestId).success)
    throw new NotFound('Invalid request id: it must start with req_.', 'request_not_found');
  const record = await usage.get(accountId, requestId);
  if (record !== undefined) return { status: 200, body: renderUsageRecord(record) };
  await cancellations.cancel(accountId, requestId);
  return { status: 202, body: { requestId, status: 'cancelling' } };
};
