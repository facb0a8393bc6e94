import { DAY_MS } from '../../clock';
import { NotFound } from '../../errors/app-error';
import type { Answerer } from '../route';
import { endedRequest } from './requests';

/** How often a seal is made. */
const SEAL_SECONDS = 60;
/**
 * A request that has no receipt by then will not get one. The stream retries a record that it could not process for
 * half of that time; then the operator is alerted and has the other half.
 */
const SEALED_WITHIN_MS = DAY_MS;

/** The receipt of the caller's own request; 202 until it is sealed. */
export const readReceipt: Answerer = async ({ usage, receipts, clock }, call) => {
  const record = await endedRequest(usage, call);
  const proof = await receipts.find(record);
  if (proof !== undefined) return { status: 200, body: proof };
  if (clock() > Date.parse(record.at) + record.durationMs + SEALED_WITHIN_MS)
    throw new NotFound('This request has no receipt.', 'receipt_not_found');
  const { requestId } = record;
  return { status: 202, body: { requestId, status: 'pending' }, retryAfterSeconds: SEAL_SECONDS };
};

/** The public keys that receipts can be verified with. */
export const readReceiptKeys: Answerer = async ({ receipts }) => ({
  status: 200,
  body: { keys: await receipts.keys() },
});
