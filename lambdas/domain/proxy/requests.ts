import { requestIdSchema } from '../../contracts/ids';
import { NotFound } from '../errors/app-error';
import { renderUsageRecord } from '../usage/render-usage-record';
import type { UsageRecords } from '../usage/usage-records';

/** The caller's own usage record. Another account's request is as unknown as one that never was. */
export async function readRequest(usage: UsageRecords, accountId: string, requestId: string): Promise<object> {
  const known = requestIdSchema.safeParse(requestId).success;
  const record = known ? await usage.get(accountId, requestId) : undefined;
  if (record === undefined) throw new NotFound('There is no ended request of this id.', 'request_not_found');
  return renderUsageRecord(record);
}
