import type { Log } from '../../log';
import { chargeFor } from '../../usage/charge';
import type { Settlement } from '../../wallet/holds/settlement';
import { capped } from '../admission/admission';
import { elapsedMs, type MeteredDependencies, type PaidRequest } from '../paid-request';
import { type Metered, meter } from './metering';
import { type Outcome, statusSent } from './outcome';
import { type RequestEnd, writeEnd } from './request-end';
import { isWorthAnotherTry } from './unsettled-requests';

/**
 * Charges what was used and writes the usage record, in one transaction. Where the wallet cannot be reached, the
 * client's answer goes out without the cost, an alarm rings, and the end is kept to be tried again. Never rejects.
 */
export async function settleOutcome(
  dependencies: MeteredDependencies,
  paid: PaidRequest,
  outcome: Outcome,
): Promise<Settlement | undefined> {
  const { requestId } = paid.call;
  let end: RequestEnd | undefined;
  try {
    const metered = meterOutcome(paid, outcome);
    const { costPico, unpriced } = chargeFor(metered.usage, outcome.target.price);
    report(dependencies.log, requestId, metered, unpriced);
    end = { hold: paid.admitted.hold, costPico, record: recordOf(paid, outcome, metered, dependencies.clock()) };
    const settled = await writeEnd(dependencies, end);
    dependencies.log.info('REQUEST_SETTLED', { requestId, status: metered.status, costPico: settled.costPico });
    return settled;
  } catch (error) {
    dependencies.log.error('SETTLE_FAILED', { requestId, cause: error instanceof Error ? error.name : 'Unknown' });
    if (end !== undefined && isWorthAnotherTry(error)) dependencies.unsettled.keep(end);
    return undefined;
  }
}

function meterOutcome({ call, request, admitted }: PaidRequest, { answer, target }: Outcome): Metered {
  const bound = capped(target.bound, request, admitted.outputTokensCap);
  return meter(answer, call.exchange.gone.aborted, bound);
}

function recordOf(paid: PaidRequest, outcome: Outcome, metered: Metered, now: number) {
  const { admitted, client } = paid;
  const { hold } = admitted;
  const { target, firstByteMs } = outcome;
  return {
    ...hold.request,
    requestId: hold.requestId,
    accountId: hold.accountId,
    // The hold names the first target; the answer may be another's.
    model: target.model.id,
    provider: target.provider.id,
    priceVersion: target.price.version,
    status: metered.status,
    httpStatus: statusSent(outcome, client),
    usage: metered.usage,
    estimated: metered.estimated,
    ...(firstByteMs === undefined ? {} : { firstByteMs }),
    durationMs: elapsedMs(paid, now),
  };
}

function report(log: Log, requestId: string, metered: Metered, unpriced: readonly string[]): void {
  if (metered.malformed) log.error('USAGE_MALFORMED', { requestId });
  else if (metered.estimated && metered.status === 'completed') log.warn('USAGE_ABSENT', { requestId });
  for (const unit of [...unpriced, ...metered.unbilled]) log.error('UNIT_UNPRICED', { requestId, cause: unit });
}
