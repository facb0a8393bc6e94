import type { AppError } from '../../errors/app-error';
import type { MeteredCall, MeteredDependencies } from '../paid-request';
import { idempotencyKeyOf } from './idempotency-header';

/** The steps of a request's admission. */
interface Admission<Admitted extends object> {
  readonly body: Buffer;
  /** Epoch milliseconds. */
  readonly holdDeadline: number;
  /**
   * Throws for a request that could never be admitted, so that it does not write a claim.
   * @returns the refusal of a request that the account cannot afford
   */
  readonly check: () => Promise<AppError | undefined>;
  readonly hold: () => Promise<Admitted>;
}

interface Waited {
  /** How long the request waited for an earlier one, while its client saw nothing. */
  readonly waitedMs: number;
}

/**
 * Holds the money of a request, unless an earlier request with the same Idempotency-Key was charged or runs for too
 * long. A request without that header is held at once.
 * @throws InvalidRequest, KeyedRequestEnded, KeyedRequestRunning, IdempotencyKeyReused, and the errors of `hold`
 */
export async function oncePerKey<Admitted extends object>(
  { idempotency }: Pick<MeteredDependencies, 'idempotency'>,
  { exchange, caller, endpoint, requestId, stop }: MeteredCall,
  { body, holdDeadline, check, hold }: Admission<Admitted>,
): Promise<Admitted & Waited> {
  const idempotencyKey = idempotencyKeyOf(exchange.headers);
  if (idempotencyKey === undefined) return { ...(await hold()), waitedMs: 0 };
  const shortage = await check();
  const { accountId, keyId, counterId = keyId } = caller;
  const key = { accountId, counterId, idempotencyKey };
  // The earlier request may have spent the last money, and its retry is to learn that.
  if (shortage !== undefined && !(await idempotency.isClaimed(key))) throw shortage;
  const claimed = await idempotency.claim({
    ...key,
    endpoint: endpoint.id,
    body,
    requestId,
    holdDeadline,
    isOver: () => stop.aborted || exchange.gone.aborted,
  });
  try {
    return { ...(await hold()), waitedMs: claimed.waitedMs };
  } catch (error) {
    await claimed.release();
    throw error;
  }
}
