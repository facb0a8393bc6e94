import { NotFound } from '../../errors/app-error';
import type { Answerer } from '../route';
import { endedRequest } from './requests';

/** How often a seal is made. */
const SEAL_SECONDS = 60;
/**
 * When a request has no receipt by then, it gets none. For half of that time the stream repeats a record that could not
 * be processed; the other half is for the operator, who is alerted then.
 */
const SEALED_WITHIN_MS = 24 * 3_600_000;

/** The receipt of the caller's own request, or that it is on its way. */
export const readReceipt: Answerer = async ({ usage, receipts, clock }, call) => {
  const record = await endedRequest(usage, call);
  const proof = await receipts.find(record);
  if (proof !== undefined) return { status: 200, body: proof };
  if (clock() > Date.parse(record.at) + record.durationMs + SEALED_WITHIN_MS)
    throw new NotFound('There is no receipt of this request.', 'receipt_not_found');
  const { requestId } = record;
  return { status: 202, body: { requestId, status: 'pending' }, retryAfterSeconds: SEAL_SECONDS };
};

/** The public keys that receipts can be verified with. */
export const readReceiptKeys: Answerer = async ({ receipts }) => ({
  status: 200,
  body: { keys: await receipts.keys() },
});
