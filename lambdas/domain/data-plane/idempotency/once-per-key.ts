import type { MeteredCall, MeteredDependencies } from '../paid-request';
import { idempotencyKeyOf } from './idempotency-header';

/** The steps of a request's admission. */
interface Admission<Admitted extends object> {
  readonly body: Buffer;
  /** Epoch milliseconds. */
  readonly holdDeadline: number;
  /** Refuses a request that could never be admitted, so that it does not write a claim. */
  readonly check: () => Promise<unknown>;
  readonly hold: () => Promise<Admitted>;
}

interface Waited {
  /** How long the request waited for an earlier one, while its client saw nothing. */
  readonly waitedMs: number;
}

/**
 * Holds the money of a request, unless an earlier attempt with the same Idempotency-Key was charged or runs for too
 * long. A request without that header is held at once.
 * @throws InvalidRequest, AttemptEnded, AttemptRunning, IdempotencyKeyReused, and the errors of `hold`
 */
export async function oncePerKey<Admitted extends object>(
  { idempotency }: Pick<MeteredDependencies, 'idempotency'>,
  { exchange, caller, endpoint, requestId, stop }: MeteredCall,
  { body, holdDeadline, check, hold }: Admission<Admitted>,
): Promise<Admitted & Waited> {
  const idempotencyKey = idempotencyKeyOf(exchange.headers);
  if (idempotencyKey === undefined) return { ...(await hold()), waitedMs: 0 };
  await check();
  const { accountId, keyId, counterId = keyId } = caller;
  const claimed = await idempotency.claim({
    accountId,
    counterId,
    idempotencyKey,
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
