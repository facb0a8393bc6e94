import type { FailedAttempt } from '../../contracts/storage/usage-record';
import { errorName } from '../log';
import { MINUTE_MS, monotonicClock } from '../clock';
import type { MeteredRequest } from '../dialects/endpoint';
import type { AppError } from '../errors/app-error';
import { type SpendingRules, withSpendingRules } from '../keys/spending/known-spending-rules';
import { systemSleep } from '../table/retry';
import { type Admission, admit, type Admitted, type Offer, shortageOf } from './admission/admission';
import { countOnce } from './admission/counted-input';
import { permittedTargets } from './admission/permit';
import { type PricedTarget, type PricedTargets, priceTargets } from './admission/priced-targets';
import { oncePerKey } from './idempotency/once-per-key';
import { elapsedMs, type MeteredCall, type MeteredDependencies, type PaidRequest } from './paid-request';
import type { Answer } from './provider/answer';
import { attempt } from './provider/provider-attempt';
import { faultOf, shouldTryNextTarget } from './provider/provider-errors';
import { providerHeaders } from './provider/provider-headers';
import type { CutReason } from './rolling/cut-reason';
import { outputPlanOf } from './admission/first-hold';
import { endUserOf } from './end-user';
import { RollingOutput } from './rolling/rolling-output';
import { closeAnswer } from './settlement/close-answer';
import type { ProviderOutcome } from './settlement/outcome';
import { settleRequest } from './settlement/settle-request';
import { ClientOutput, wholeKeepAlive } from './streaming/client-output';
import { ClientStream } from './streaming/client-stream';
import { EventRelay } from './streaming/event-relay';

/** A hold outlives its request's deadline by this much, so that a settle never races the sweeper. */
const HOLD_MARGIN_MS = MINUTE_MS;

/**
 * The life of a paid request: parse, admit, call the provider, settle, close. The client's last byte is sent after the charge is
 * committed, so a client with a complete answer finds the charge in the ledger
 * (docs/adr/0004-settle-before-the-last-byte.md).
 * @throws AppError before anything is held; never after
 */
export async function serveMetered(dependencies: MeteredDependencies, call: MeteredCall): Promise<void> {
  const { body, ...asked } = await parse(dependencies, call);
  const { request } = asked;
  const { admitted, admittedAt, waitedMs } = await oncePerKey(dependencies, call, {
    body,
    holdDeadline: holdDeadlineOf(call),
    check: () => check(dependencies, asked, dependencies.clock()),
    hold: () =>
      withSpendingRules(dependencies.spending, call.caller.accountId, (rules) => hold(dependencies, asked, rules)),
  });
  const client = request.stream ? new ClientStream(call.exchange, call.headers, waitedMs) : undefined;
  const output = client ?? new ClientOutput(call.exchange, call.headers, wholeKeepAlive(call.endpoint.whole), waitedMs);
  const money = new AbortController();
  const rolling = rollingOutputOf(dependencies, admitted, (reason) => money.abort(reason));
  const paid: PaidRequest = { call, request, admitted, admittedAt, rolling, output, client };
  const watch = dependencies.cancellations.watch(call.caller.accountId, call.requestId);
  const outcome = await callProviders(dependencies, paid, { cancelled: watch.signal, money: money.signal });
  watch.end();
  // A later keep-alive could commit the response to a 200 after another status was recorded.
  output.stopKeepAlive();
  const settled = await settleRequest(dependencies, paid, outcome);
  try {
    closeAnswer(paid, outcome, settled);
  } catch {
    // The client has disconnected. The request is charged, but the answer cannot be sent.
    dependencies.log.warn('ANSWER_NOT_SENT', { requestId: call.requestId });
  }
}

/** A request that its endpoint has parsed. */
interface Asked {
  readonly call: MeteredCall;
  readonly request: MeteredRequest;
  /** Tightens the bounds of targets by a count of the prompt, which is made once. */
  readonly count: ReturnType<typeof countOnce>;
}

async function parse(dependencies: MeteredDependencies, call: MeteredCall): Promise<Asked & { readonly body: Buffer }> {
  const { endpoint, exchange } = call;
  const body = await exchange.readBody();
  const request = endpoint.parse({ contentType: exchange.headers['content-type'] ?? '', bytes: body });
  return { body, call, request, count: countOnce(dependencies, call, request) };
}

const holdDeadlineOf = ({ exchange }: MeteredCall): number => exchange.deadline + HOLD_MARGIN_MS;

/** @throws ModelNotFound, InvalidRequest, Forbidden */
async function targetsOf(
  dependencies: MeteredDependencies,
  { call: { caller, endpoint, exchange }, request }: Asked,
  now: number,
): Promise<PricedTargets> {
  const catalog = await dependencies.catalog.current();
  const parsed = { endpoint, request, headers: exchange.headers };
  return permittedTargets(caller, request.model, priceTargets(catalog, parsed, now));
}

/**
 * @returns the refusal of a request that the account cannot afford
 * @throws ModelNotFound, InvalidRequest, Forbidden
 */
async function check(dependencies: MeteredDependencies, asked: Asked, now: number): Promise<AppError | undefined> {
  const { call, request } = asked;
  const { caller } = call;
  const { wallet } = dependencies;
  const offer = offerOf(dependencies, asked, await targetsOf(dependencies, asked, now));
  const rules = dependencies.spending.of(caller.accountId);
  return shortageOf({ wallet, request, ...offer, caller, rules, now, timeLimitMs: timeLimitOf(call, now) });
}

async function hold(
  dependencies: MeteredDependencies,
  asked: Asked,
  rules: SpendingRules,
): Promise<{ admitted: Admitted; admittedAt: number }> {
  const { call, request } = asked;
  const { caller, endpoint, requestId } = call;
  const now = dependencies.clock();
  const targets = await targetsOf(dependencies, asked, now);
  const [{ model, provider, price }] = targets;
  const labels = caller.rules?.labels;
  const endUser = endUserOf(rules, request, call.exchange.headers);
  const details = {
    keyId: caller.keyId,
    endpoint: endpoint.id,
    model: model.id,
    provider: provider.id,
    streamed: request.stream,
    at: new Date(now).toISOString(),
    priceVersion: price.version,
    ...(labels && { labels }),
    ...(caller.payer !== undefined && { payer: caller.payer }),
    ...(endUser !== undefined && { endUser }),
  };
  const { wallet, shortAccounts, sleep = systemSleep } = dependencies;
  const admitted = await admit({
    wallet,
    shortAccounts,
    request,
    ...offerOf(dependencies, asked, targets),
    caller,
    rules,
    requestId,
    deadline: holdDeadlineOf(call),
    details,
    now,
    timeLimitMs: timeLimitOf(call, now),
    wait: async (milliseconds) => {
      await sleep(milliseconds);
      return !call.stop.aborted && !call.exchange.gone.aborted;
    },
  });
  return { admitted, admittedAt: now };
}

const timeLimitOf = ({ exchange }: MeteredCall, now: number): number => exchange.deadline - now;

function offerOf(
  { paces }: MeteredDependencies,
  { request, count }: Asked,
  targets: PricedTargets,
): Offer & Pick<Admission, 'count'> {
  const offer = (some: PricedTargets): Offer => ({ targets: some, plan: paces && outputPlanOf(paces, request, some) });
  const countTargets = async (): Promise<Offer | undefined> => {
    const counted = await count(targets);
    return counted && offer(counted);
  };
  return { ...offer(targets), count: countTargets };
}

function rollingOutputOf(
  { wallet, shortAccounts }: MeteredDependencies,
  { hold, plan, isAmple = false }: Admitted,
  onCut: (reason: CutReason) => void,
): RollingOutput | undefined {
  const isShort = (): boolean => shortAccounts.has(hold.accountId);
  return (
    plan && new RollingOutput({ wallet, clock: monotonicClock, hold, plan, returnsRest: !isAmple, isShort, onCut })
  );
}

/** Tries the targets in order until one gives an answer that no other target could improve on. */
async function callProviders(
  dependencies: MeteredDependencies,
  paid: PaidRequest,
  { cancelled, money }: { readonly cancelled: AbortSignal; readonly money: AbortSignal },
): Promise<ProviderOutcome> {
  const { call, request, admitted, rolling } = paid;
  const { endpoint, exchange } = call;
  // Only a hold that rolls can fall short.
  const stop = admitted.hold.rolling ? AbortSignal.any([call.stop, money]) : call.stop;
  const failedAttempts: FailedAttempt[] = [];
  let firstByteMs: number | undefined;
  const onFirstByte = (): void => {
    firstByteMs ??= elapsedMs(paid, dependencies.clock());
  };
  let [target] = admitted.targets;
  try {
    const body = endpoint.providerBody(request, { outputTokensCap: admitted.outputTokensCap, model: target.sentAs });
    const headers = providerHeaders(exchange.headers, body);
    for (const next of admitted.targets) {
      target = next;
      const path = endpoint.providerPath(request, target.sentAs ?? request.model);
      const answer = await answerOf(dependencies, paid, {
        target,
        attempt: {
          request: { provider: target.provider, path, headers, body: body.bytes },
          endpoint,
          asked: request,
          relay: relayFor(paid),
          output: paid.output,
          rolling,
          exchange,
          stop,
          cancelled,
          onFirstByte,
        },
      });
      if (!shouldTryNextTarget(answer) || stop.aborted || target === admitted.targets.at(-1))
        return { answer, target, failedAttempts, firstByteMs };
      failedAttempts.push({ provider: target.provider.id, ...faultOf(answer) });
    }
  } catch (error) {
    // A bug in the gateway must not leave the hold behind.
    dependencies.log.error('REQUEST_FAILED', {
      requestId: call.requestId,
      cause: errorName(error),
    });
  }
  return { answer: { kind: 'failed', failure: 'broken' }, target, failedAttempts, firstByteMs };
}

/** The answer of one target, which may be that it does not get the request. */
async function answerOf(
  { providers }: MeteredDependencies,
  { rolling }: PaidRequest,
  { target, attempt: options }: { readonly target: PricedTarget; readonly attempt: Parameters<typeof attempt>[1] },
): Promise<Answer> {
  const failure = await providers.refusal?.(target.provider);
  if (failure !== undefined) return { kind: 'failed', failure };
  rolling?.sent(target.price);
  return attempt(providers, options);
}

/** A stream reader serves one attempt, so the next provider's stream gets a new one. */
function relayFor({ call, request, client }: PaidRequest): EventRelay | undefined {
  const reader = client && call.endpoint.stream?.(request);
  return client && reader && new EventRelay(client, reader);
}
