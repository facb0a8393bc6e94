import type { Target } from '../../catalog/catalog';
import type { InputCount, MeteredEndpoint, MeteredRequest, RequestBound } from '../../dialects/endpoint';
import type { KeyOwner } from '../../keys/verified-keys';
import type { Exchange } from '../exchange';
import { askProvider } from '../free/ask-provider';
import { isSuccess, type ProviderClient } from '../provider/provider-client';
import { inItsDialects, providerHeaders } from '../provider/provider-headers';
import { stopError, type StopReason } from '../stop-errors';
import type { CountLimit } from './count-limit';

/** The time limit for the counts of all targets together, because the client waits for them before its answer begins. */
export const COUNT_TIMEOUT_MS = 500;

/** A count is an estimate: the provider may bill this many percent, and this many tokens, more. */
const MARGIN_PERCENT = 3;
const MARGIN_TOKENS = 200;

export interface CountDependencies {
  readonly providers: ProviderClient;
  readonly countLimit: CountLimit;
}

/** An authenticated request to a metered endpoint. */
interface CountingCall {
  readonly exchange: Exchange;
  readonly endpoint: MeteredEndpoint;
  readonly caller: KeyOwner;
  /** Aborted with a StopReason when the host needs the request to end. */
  readonly stop: AbortSignal;
}

interface BoundedTarget extends Target {
  readonly bound: RequestBound;
}

type Targets<Bounded> = readonly [Bounded, ...Bounded[]];

/**
 * Asks the targets' providers how many tokens the prompt has, because its bytes are a much higher bound. It is the only
 * call to a provider without a hold, so it is for requests that the account could pay for if their bound were tighter.
 * @param targets those that the rules of the caller's key permit
 * @returns the targets in the same order, with a tighter bound where a provider counted in time; undefined when no bound
 * is tighter, so that another attempt at the hold would be of no use
 * @throws RequestStopped when the host ends the request meanwhile
 */
export async function countInput<Bounded extends BoundedTarget>(
  dependencies: CountDependencies,
  call: CountingCall,
  request: MeteredRequest,
  targets: Targets<Bounded>,
): Promise<Targets<Bounded> | undefined> {
  const { endpoint, caller, stop } = call;
  const { inputCount } = endpoint;
  const covered = new Set(targets.filter((target) => inputCount?.covers(request, target)));
  if (inputCount === undefined || covered.size === 0) return undefined;
  if (!dependencies.countLimit.take(caller.accountId, covered.size)) return undefined;
  const timeUp = new AbortController();
  const timer = setTimeout(() => timeUp.abort(), COUNT_TIMEOUT_MS);
  const ask = asker(dependencies.providers, call, { inputCount, request, timeUp: timeUp.signal });
  const tighten = async (target: Bounded): Promise<Bounded> =>
    covered.has(target) ? tightened(target, await ask(target)) : target;
  const [first, ...others] = targets;
  const counted: Targets<Bounded> = await Promise.all([tighten(first), ...others.map(tighten)]);
  clearTimeout(timer);
  if (stop.aborted) throw stopError(stop.reason as StopReason);
  return someChanged(targets, counted);
}

/**
 * Counts the prompt of one request at most once, however often its targets are read again.
 * @returns a function like `countInput` for the targets of that request
 */
export function countOnce(
  dependencies: CountDependencies,
  call: CountingCall,
  request: MeteredRequest,
): <Bounded extends BoundedTarget>(targets: Targets<Bounded>) => Promise<Targets<Bounded> | undefined> {
  let counting: Promise<Targets<BoundedTarget> | undefined> | undefined;
  return async (targets) => {
    counting ??= countInput(dependencies, call, request, targets);
    const counted = await counting;
    const limited = <Bounded extends BoundedTarget>(target: Bounded): Bounded => {
      const { provider, model } = target;
      const same = counted?.find((other) => other.provider.id === provider.id && other.model.id === model.id);
      return limitInput(target, same?.bound.inputTokensMax);
    };
    const [first, ...others] = targets;
    return someChanged(targets, [limited(first), ...others.map(limited)]);
  };
}

interface Question {
  readonly inputCount: InputCount;
  readonly request: MeteredRequest;
  readonly timeUp: AbortSignal;
}

/** @returns a function that asks one provider, and resolves to undefined when it gives no count */
function asker(
  providers: ProviderClient,
  { endpoint, exchange, stop }: CountingCall,
  { inputCount, request, timeUp }: Question,
): (target: Target) => Promise<number | undefined> {
  const { path } = inputCount;
  return async ({ provider, sentAs }) => {
    const body = inputCount.body(request, sentAs);
    const headers = providerHeaders(exchange.headers, body);
    const sent = inItsDialects({ provider, path, headers, body: body.bytes }, endpoint.id);
    const reply = await askProvider(providers, sent, [exchange.gone, stop, timeUp]);
    return reply.kind === 'body' && isSuccess(reply.status) ? inputCount.read(reply.body) : undefined;
  };
}

const tightened = <Bounded extends BoundedTarget>(target: Bounded, countedTokens: number | undefined): Bounded =>
  limitInput(target, countedTokens === undefined ? undefined : withMargin(countedTokens));

function limitInput<Bounded extends BoundedTarget>(target: Bounded, inputTokensMax: number | undefined): Bounded {
  if (inputTokensMax === undefined || inputTokensMax >= target.bound.inputTokensMax) return target;
  return { ...target, bound: { ...target.bound, inputTokensMax } };
}

function someChanged<Bounded>(before: Targets<Bounded>, after: Targets<Bounded>): Targets<Bounded> | undefined {
  return after.every((target, index) => target === before[index]) ? undefined : after;
}

/** Rounds up to whole tokens, without a fraction in between. */
function withMargin(tokens: number): number {
  const hundredths = BigInt(tokens) * BigInt(100 + MARGIN_PERCENT);
  return Number((hundredths + 99n) / 100n) + MARGIN_TOKENS;
}
