import { encodeTime, TIME_LEN } from 'ulid';
import { requestIdSchema } from '../../contracts/storage/ids';
import { MINUTE_MS } from '../clock';
import { NotFound } from '../errors/app-error';
import { renderUsageRecord } from '../usage/records/render-usage-record';
import { blockedError } from './admission/admission-errors';
import { KEPT_MS } from './cancellations';
import type { Answerer, AnswerDependencies } from './route';

/** The clocks of two processes differ by less than this. */
const CLOCK_SKEW_MS = MINUTE_MS;

/**
 * Cancels the caller's own request, which stops within a second if it is running. If it has already ended, the response
 * is its record. Only the process that serves a request knows whether it runs, so an unknown ID of the last minutes gets
 * the same response as a request that is about to stop.
 */
export const cancelRequest: Answerer = async (dependencies, { caller: { accountId }, id: requestId }) => {
  const { usage, cancellations, wallet, clock } = dependencies;
  if (!requestIdSchema.safeParse(requestId).success)
    throw new NotFound('Invalid request ID: it must start with req_.', 'request_not_found');
  const record = await usage.get(accountId, requestId);
  if (record !== undefined) return { status: 200, body: renderUsageRecord(record) };
  if (!mayBeRunning(requestId, clock()))
    throw new NotFound('There is no running request with this ID.', 'request_not_found');
  await requireActive(wallet, accountId);
  await cancellations.cancel(accountId, requestId);
  return { status: 202, body: { requestId, status: 'cancelling' } };
};

/** A request's ID begins with the time of the request. As text, these times sort in order. */
function mayBeRunning(requestId: string, now: number): boolean {
  const begun = requestId.slice('req_'.length).slice(0, TIME_LEN);
  return begun >= encodeTime(now - KEPT_MS) && begun <= encodeTime(now + CLOCK_SKEW_MS);
}

async function requireActive(wallet: AnswerDependencies['wallet'], accountId: string): Promise<void> {
  try {
    await wallet.expectActive(accountId);
  } catch (error) {
    throw blockedError(error) ?? error;
  }
}
