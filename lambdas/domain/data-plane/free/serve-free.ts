import { minuteCounterKey } from '../../../contracts/storage/table-keys/keys';
import { KEYS } from '../../../contracts/storage/tables';
import type { CatalogSource } from '../../catalog/catalog-source';
import type { Target } from '../../catalog/catalog';
import type { Clock } from '../../clock';
import type { FreeEndpoint, FreeRequest } from '../../dialects/free-endpoint';
import type { AppError } from '../../errors/app-error';
import type { KeyOwner } from '../../keys/verified-keys';
import type { TableStore } from '../../table/table-store';
import type { Wallet } from '../../wallet/wallet';
import { refuseBlocked } from '../admission/admission-errors';
import { unknownModel } from '../admission/priced-targets';
import { permittedTargets } from '../admission/permit';
import type { Exchange } from '../exchange';
import { MinuteLimit } from '../minute-limit';
import { isSuccess, type ProviderClient } from '../provider/provider-client';
import { failureError, statusError } from '../provider/provider-errors';
import { clientHeaders, inItsDialects, providerHeaders } from '../provider/provider-headers';
import { respond, type ResponseHeaders } from '../respond';
import { stopError, type StopReason } from '../stop-errors';
import { askProvider, type Reply } from './ask-provider';
import { emptyWallet, notOffered } from './free-errors';

/** How many requests that cost nothing an account can make in a minute. */
export const FREE_REQUESTS_PER_MINUTE_MAX = 600;

export interface FreeDependencies {
  readonly wallet: Wallet;
  readonly catalog: CatalogSource;
  readonly providers: ProviderClient;
  readonly freeLimit: MinuteLimit;
}

/** An authenticated request to a free endpoint. */
export interface FreeCall {
  readonly exchange: Exchange;
  readonly endpoint: FreeEndpoint;
  readonly caller: KeyOwner;
  /** Sent with every response to the request. */
  readonly headers: ResponseHeaders;
  /** Aborted with a StopReason when the host needs the request to end. */
  readonly stop: AbortSignal;
}

/** Counts an account's free requests beside the counters of its keys. */
export const freeLimit = (options: { readonly store: TableStore; readonly clock: Clock }): MinuteLimit =>
  new MinuteLimit({
    ...options,
    table: KEYS,
    keyAt: minuteCounterKey,
    most: FREE_REQUESTS_PER_MINUTE_MAX,
    refusal: `An account can send ${FREE_REQUESTS_PER_MINUTE_MAX} of these requests a minute.`,
  });

/**
 * Passes a request on to the first provider that serves it. Nothing is held, charged or recorded, because the provider bills
 * nothing.
 * @throws AppError
 */
export async function serveFree(dependencies: FreeDependencies, call: FreeCall): Promise<void> {
  const { exchange, endpoint, caller } = call;
  const bytes = await exchange.readBody();
  const request = endpoint.parse({ contentType: exchange.headers['content-type'] ?? '', bytes });
  const targets = await targetsFor(dependencies, call, request);
  await requireFunds(dependencies, caller);
  await dependencies.freeLimit.count(caller.accountId);
  let refusal: AppError | undefined;
  for (const target of targets) {
    const reply = await ask(dependencies, call, request, target);
    if (exchange.gone.aborted) return;
    if (reply.kind === 'ended') throw stopError(call.stop.reason as StopReason);
    refusal = refusalOf(endpoint, target, reply);
    if (refusal === undefined && reply.kind === 'body') {
      respond(exchange, reply.status, { ...clientHeaders(reply.headers), ...call.headers }, reply.body);
      return;
    }
  }
  if (refusal) throw refusal;
}

/** @throws ModelNotFound, Forbidden */
async function targetsFor(
  { catalog }: FreeDependencies,
  { endpoint, caller }: FreeCall,
  { model }: FreeRequest,
): Promise<readonly Target[]> {
  const current = await catalog.current();
  const [first, ...others] = current.targets(model, endpoint.servedLike);
  if (first === undefined) throw unknownModel(current, model);
  return permittedTargets(caller, model, [first, ...others]);
}

/**
 * An account whose money is all held is not refused, because it pays for the requests that hold it.
 * @throws Forbidden, InsufficientQuota
 */
async function requireFunds({ wallet }: FreeDependencies, { accountId }: KeyOwner): Promise<void> {
  const balance = await wallet.balance(accountId);
  refuseBlocked(balance);
  if (balance === undefined || balance.availablePico + balance.heldPico <= 0n) throw emptyWallet();
}

function ask(
  { providers }: FreeDependencies,
  { endpoint, exchange, stop }: FreeCall,
  request: FreeRequest,
  { provider, sentAs }: Target,
): Promise<Reply> {
  const body = endpoint.providerBody(request, sentAs);
  const headers = providerHeaders(exchange.headers, body);
  const path = endpoint.providerPath(request);
  const sent = inItsDialects({ provider, path, headers, body: body.bytes }, endpoint.servedLike);
  return askProvider(providers, sent, [exchange.gone, stop]);
}

/** @returns undefined when the provider's answer, or its refusal of the request, is passed on to the client unchanged */
function refusalOf(endpoint: FreeEndpoint, { provider: { id } }: Target, reply: Reply): AppError | undefined {
  if (reply.kind === 'failed') return failureError(id, reply.failure);
  if (reply.kind === 'ended' || isGood(endpoint, reply)) return undefined;
  if (isNotOffered(endpoint, reply)) return notOffered(id, endpoint.does);
  return statusError(id, { ...reply, reading: undefined });
}

type Body = Extract<Reply, { readonly kind: 'body' }>;

const isGood = (endpoint: FreeEndpoint, { status, body }: Body): boolean =>
  isSuccess(status) && endpoint.isAnswer(body);

/** Compatible providers answer an unknown path with a page, or in words of their web server. */
const isNotOffered = (endpoint: FreeEndpoint, { status, body }: Body): boolean =>
  status === 405 || status === 501 || (status === 404 && !endpoint.isError(body));
