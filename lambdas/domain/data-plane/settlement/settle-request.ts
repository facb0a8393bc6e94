import { OUTPUT_UNITS } from '../../../contracts/storage/units';
import { tokensIn } from '../../dialects/usage-reading';
import { errorName, type Log } from '../../log';
import { chargeFor } from '../../usage/charge';
import type { Settled, Settlement, ShortSource, UsageRecordDraft } from '../../wallet/holds/settlement';
import { capped } from '../admission/worst-case';
import { elapsedMs, type MeteredDependencies, type PaidRequest } from '../paid-request';
import { logOverrun } from './log-overrun';
import { logSettled } from './log-settled';
import { type Metered, meter } from './metering';
import { type ProviderOutcome, statusSent } from './outcome';

/**
 * Settles a paid request, however it ended: works out what it used, then charges that and writes the usage record in one
 * transaction. Streams that were cancelled, cut or abandoned by their client are settled here too.
 * @returns undefined when it could not be settled now; unsettled-requests.ts takes over then. Never rejects.
 */
export async function settleRequest(
  dependencies: MeteredDependencies,
  paid: PaidRequest,
  outcome: ProviderOutcome,
): Promise<Settled | undefined> {
  const { requestId } = paid.call;
  let settlement: Settlement | undefined;
  try {
    // Begins before anything can fail, so that no timer goes on to extend the hold of a request that is over.
    const ending = paid.rolling?.end();
    const metered = meterOutcome(paid, outcome);
    learnPace(dependencies, paid, outcome, metered);
    const hold = (await ending) ?? paid.admitted.hold;
    const { costPico, unpriced } = chargeFor(metered.usage, outcome.target.price);
    report(dependencies.log, requestId, metered, unpriced);
    settlement = {
      hold,
      shortOf: shortOf(outcome),
      ...(metered.status === 'provider_error' ? { kind: 'release', costPico: 0n } : { kind: 'charge', costPico }),
      record: usageRecordOf(paid, outcome, metered, dependencies.clock()),
    };
    const settled = await dependencies.wallet.settle(settlement);
    logOverrun(dependencies.log, requestId, settled);
    const { record } = settlement;
    logSettled(dependencies.log, paid.call.endpoint.operation, { record, outcome, costPico: settled.costPico });
    return settled;
  } catch (error) {
    dependencies.log.error('SETTLE_FAILED', { requestId, cause: errorName(error) });
    if (settlement !== undefined) dependencies.unsettled.settleFailed(settlement, error);
    return undefined;
  }
}

function meterOutcome({ call, request, admitted, rolling }: PaidRequest, { answer, target }: ProviderOutcome): Metered {
  const bound = capped(target.bound, request, admitted.outputTokensCap);
  const outputTokensMax = Math.min(bound.outputTokensMax, rolling?.producedTokensMax ?? Infinity);
  return meter(answer, call.exchange.gone.aborted, { ...bound, outputTokensMax });
}

/** Tells how fast the provider was. Only its own report of the output counts. */
function learnPace(
  { paces }: MeteredDependencies,
  { request, rolling }: PaidRequest,
  { target }: ProviderOutcome,
  { usage, estimated, malformed }: Metered,
): void {
  const outputTokens = tokensIn(usage, OUTPUT_UNITS);
  if (rolling === undefined || estimated || malformed || outputTokens === 0) return;
  paces?.observe(target, request, { outputTokens, elapsedMs: rolling.elapsedMs });
}

/** The source of money that ended the request. */
function shortOf({ answer }: ProviderOutcome): ShortSource | undefined {
  const end = answer.kind === 'stopped' ? answer.reason : answer.kind === 'stream' ? answer.end : undefined;
  return end === 'account' || end === 'budget' ? end : undefined;
}

function usageRecordOf(paid: PaidRequest, outcome: ProviderOutcome, metered: Metered, now: number): UsageRecordDraft {
  const { admitted, output } = paid;
  const { hold } = admitted;
  const { target, failedAttempts, firstByteMs } = outcome;
  return {
    ...hold.request,
    requestId: hold.requestId,
    accountId: hold.accountId,
    // The hold names the first target, but another target may have answered.
    model: target.model.id,
    provider: target.provider.id,
    priceVersion: target.price.version,
    status: metered.status,
    httpStatus: statusSent(outcome, output),
    usage: metered.usage,
    estimated: metered.estimated,
    ...(failedAttempts.length > 0 && { failedAttempts: [...failedAttempts] }),
    ...(firstByteMs === undefined ? {} : { firstByteMs }),
    durationMs: elapsedMs(paid, now),
  };
}

function report(log: Log, requestId: string, metered: Metered, unpriced: readonly string[]): void {
  if (metered.malformed) log.error('USAGE_MALFORMED', { requestId });
  else if (metered.estimated && metered.status === 'completed') log.warn('USAGE_ABSENT', { requestId });
  for (const unit of [...unpriced, ...metered.unbilled]) log.error('UNIT_UNPRICED', { requestId, cause: unit });
}
