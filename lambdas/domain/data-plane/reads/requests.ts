import { requestIdSchema } from '../../../contracts/storage/ids';
import type { UsageRecord } from '../../../contracts/storage/usage-record';
import { NotFound } from '../../errors/app-error';
import { renderUsageRecord } from '../../usage/records/render-usage-record';
import type { AnswerCall, Answerer, AnswerDependencies } from '../route';

/** The caller's own usage record. */
export const readRequest: Answerer = async ({ usage }, call) => ({
  status: 200,
  body: renderUsageRecord(await endedRequest(usage, call)),
});

/**
 * The record of a request of the caller's account. A request of another account is as unknown as one that never
 * existed.
 * @throws NotFound
 */
export async function endedRequest(
  usage: AnswerDependencies['usage'],
  { caller, id }: AnswerCall,
): Promise<UsageRecord> {
  const isRequestId = requestIdSchema.safeParse(id).success;
  const record = isRequestId ? await usage.get(caller.accountId, id) : undefined;
  if (record === undefined) throw new NotFound('There is no ended request with this id.', 'request_not_found');
  return record;
}
