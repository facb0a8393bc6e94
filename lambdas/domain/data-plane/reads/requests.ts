import { requestIdSchema } from '../../../contracts/storage/ids';
import { NotFound } from '../../errors/app-error';
import { renderUsageRecord } from '../../usage/records/render-usage-record';
import type { UsageRecords } from '../../usage/records/usage-records';
import type { Cancellations } from '../cancellations';

/** A request to cancel was taken: the request it names stops within a second, if it runs. */
export interface CancelTaken {
  readonly status: 200 | 202;
  readonly body: object;
}

/**
 * Cancels the caller's own request. One that has ended stays as it ended: its record is the answer. Whether one runs
 * is known only where it runs, so a request that never was is taken like one that is about to stop.
 */
export async function cancelRequest(
  { usage, cancellations }: { readonly usage: UsageRecords; readonly cancellations: Cancellations },
  accountId: string,
  requestId: string,
): Promise<CancelTaken> {
  if (!requestIdSchema.safeParse(requestId).success) throw new NotFound('This is no request id.', 'request_not_found');
  const record = await usage.get(accountId, requestId);
  if (record !== undefined) return { status: 200, body: renderUsageRecord(record) };
  await cancellations.cancel(accountId, requestId);
  return { status: 202, body: { requestId, status: 'cancelling' } };
}

/** The caller's own usage record. Another account's request is as unknown as one that never was. */
export async function readRequest(usage: UsageRecords, accountId: string, requestId: string): Promise<object> {
  const known = requestIdSchema.safeParse(requestId).success;
  const record = known ? await usage.get(accountId, requestId) : undefined;
  if (record === undefined) throw new NotFound('There is no ended request of this id.', 'request_not_found');
  return renderUsageRecord(record);
}
