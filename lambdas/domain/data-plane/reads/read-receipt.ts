import { requestIdSchema } from '../../../contracts/storage/ids';
import type { Clock } from '../../clock';
import { NotFound } from '../../errors/app-error';
import type { Receipts } from '../../receipts/receipts';
import type { UsageRecords } from '../../usage/records/usage-records';

/** How often a seal is made. */
const SEAL_SECONDS = 60;
/** For half of it the stream repeats what could not be taken from it; the rest is for the operator, who is then told. */
const SEALED_WITHIN_MS = 24 * 3_600_000;

export interface ReceiptReadDependencies {
  readonly usage: UsageRecords;
  readonly receipts: Receipts;
  readonly clock: Clock;
}

/** What a read comes to: what was asked for, or that it is on its way. */
export interface ReadAnswer {
  readonly status: 200 | 202;
  readonly body: object;
  readonly retryAfterSeconds?: number;
}

/** The caller's own receipt. Another account's request is as unknown as one that never was. */
export async function readReceipt(
  { usage, receipts, clock }: ReceiptReadDependencies,
  accountId: string,
  requestId: string,
): Promise<ReadAnswer> {
  const known = requestIdSchema.safeParse(requestId).success;
  const record = known ? await usage.get(accountId, requestId) : undefined;
  if (record === undefined) throw new NotFound('There is no ended request of this id.', 'request_not_found');
  const proof = await receipts.find(record);
  if (proof !== undefined) return { status: 200, body: proof };
  if (clock() > Date.parse(record.at) + record.durationMs + SEALED_WITHIN_MS)
    throw new NotFound('There is no receipt of this request.', 'receipt_not_found');
  return { status: 202, body: { requestId, status: 'pending' }, retryAfterSeconds: SEAL_SECONDS };
}
