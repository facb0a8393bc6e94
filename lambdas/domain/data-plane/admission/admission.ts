import type { PriceVersion } from '../../../contracts/storage/catalog';
import type { Unit } from '../../../contracts/storage/units';
import type { Catalog, Target } from '../../catalog/catalog';
import { priceAt } from '../../catalog/price';
import { type AppError, InvalidRequest } from '../../errors/app-error';
import { ModelNotFound } from '../../catalog/model-not-found';
import { countingOf } from '../../keys/counting';
import type { KeyOwner } from '../../keys/verified-keys';
import type { MeteredEndpoint, MeteredRequest, RequestBound } from '../../dialects/endpoint';
import { ENDPOINTS } from '../../dialects/registry';
import type { Headers } from '../../headers';
import { affordableOutputTokens, worstCasePico } from '../../usage/worst-case';
import type { Hold, HoldRequest } from '../../wallet/holds/hold';
import type { Wallet } from '../../wallet/wallet';
import { InsufficientFunds } from '../../wallet/wallet-errors';
import { accountSuspended } from './admission-errors';
import { boundWithHeaders } from './raised-bound';
import { refuseTooLarge, toShortage, type WorstCase } from './refusals';

/** A wallet that affords fewer tokens than this counts as empty. It is the lowest limit that OpenAI accepts. */
const OUTPUT_TOKENS_MIN = 16;

/** How often a cap is recomputed after another request took the money. */
const CAP_TRIES_MAX = 3;

/** One way to serve the request, with its price and its worst case. */
export interface PricedTarget extends Target {
  readonly price: PriceVersion;
  readonly bound: RequestBound;
}

/** In route order. */
export type PricedTargets = readonly [PricedTarget, ...PricedTarget[]];

/** A request that may be sent, because its worst case is held. */
export interface Admitted {
  readonly hold: Hold;
  readonly targets: PricedTargets;
  /** The output limit for one choice; set when the wallet can afford less than the model's own limit. */
  readonly outputTokensCap: number | undefined;
}

/** A request that its endpoint has parsed. */
interface ParsedRequest {
  readonly endpoint: MeteredEndpoint;
  readonly request: MeteredRequest;
  /** The client's headers: those of the protocol reach the provider and can raise a model's limits. */
  readonly headers: Headers;
}

/**
 * Finds the targets that could serve the request. A request without a price is never sent to a provider.
 * @throws ModelNotFound, InvalidRequest
 */
export function priceTargets(catalog: Catalog, parsed: ParsedRequest, now: number): PricedTargets {
  const { endpoint, request } = parsed;
  const [first, ...others] = catalog.targets(request.model, endpoint.id);
  if (first === undefined) throw unknownModel(catalog, request.model);
  return [priceTarget(parsed, first, now), ...others.map((target) => priceTarget(parsed, target, now))];
}

function priceTarget(parsed: ParsedRequest, target: Target, now: number): PricedTarget {
  const { request } = parsed;
  const price = priceAt(target.model, now);
  const bound = boundWithHeaders(parsed, target, price);
  refuseUnpricedUnits(request, price, bound);
  return { ...target, price, bound };
}

export interface Admission {
  readonly wallet: Wallet;
  readonly request: MeteredRequest;
  readonly targets: PricedTargets;
  readonly caller: KeyOwner;
  readonly requestId: string;
  readonly deadline: number;
  readonly details: HoldRequest;
  /** The time of admission in epoch milliseconds. */
  readonly now: number;
}

/**
 * Holds the worst case of the most expensive target, and counts it against the key's limits. If the client set no limit
 * and the wallet or a budget cannot afford the model's whole output, the output is limited to what is affordable.
 * @throws InsufficientQuota, RateLimited, Forbidden
 */
export async function admit(admission: Admission): Promise<Admitted> {
  const { request, targets } = admission;
  let cap: number | undefined;
  for (let tries = 0; ; tries += 1) {
    const worst = worstCase(request, targets, cap);
    try {
      return { hold: await reserve(admission, worst), targets, outputTokensCap: cap };
    } catch (error) {
      const shortage = toShortage(error, admission, worst);
      cap = affordableCap(request, targets, shortage.affordedPico);
      if (cap === undefined || tries === CAP_TRIES_MAX) throw shortage.refusal;
    }
  }
}

/**
 * Looks whether the account could hold a request at all, without a write. Money that is held counts too, because a lease
 * holds it for later requests.
 * @returns the refusal of a request that the account cannot afford
 * @throws Forbidden when the account is suspended
 */
export async function shortageOf(
  admission: Pick<Admission, 'wallet' | 'request' | 'targets' | 'caller' | 'now'>,
): Promise<AppError | undefined> {
  const { wallet, request, targets, caller } = admission;
  const balance = await wallet.balance(caller.accountId);
  if (balance?.suspendedAt !== undefined) throw accountSuspended();
  const { availablePico, heldPico } = balance ?? { availablePico: 0n, heldPico: 0n };
  const worst = worstCase(request, targets, undefined);
  const mostPico = availablePico + heldPico;
  if (worst.pico <= mostPico || affordableCap(request, targets, mostPico) !== undefined) return undefined;
  return toShortage(new InsufficientFunds({ availablePico, hasDrawers: false }), admission, worst).refusal;
}

/** @throws RateLimited when the request is larger than the limit of a minute */
function reserve({ wallet, caller, requestId, deadline, details, now }: Admission, worst: WorstCase): Promise<Hold> {
  const { accountId } = caller;
  const counting = countingOf(caller, { now, tokens: worst.tokens });
  if (counting?.minute) refuseTooLarge(counting.minute);
  return wallet.reserve({ accountId, requestId, holdPico: worst.pico, deadline, request: details, counting });
}

/** The worst case over all targets, because any of them may serve the request. */
function worstCase(request: MeteredRequest, targets: PricedTargets, cap: number | undefined): WorstCase {
  const cases = targets.map((target) => {
    const bound = capped(target.bound, request, cap);
    const pico = worstCasePico({ version: target.price, ...bound });
    return { pico, tokens: bound.inputTokensMax + bound.outputTokensMax };
  });
  return {
    pico: cases.reduce((most, { pico }) => (pico > most ? pico : most), 0n),
    tokens: Math.max(...cases.map(({ tokens }) => tokens)),
  };
}

/**
 * @returns the tokens of one choice that are affordable at every target; undefined when they are too few, or the limit
 * is the client's
 */
function affordableCap(request: MeteredRequest, targets: PricedTargets, availablePico: bigint): number | undefined {
  if (!request.isOutputOpen) return undefined;
  const affordable = targets.map((target) =>
    affordableOutputTokens({ version: target.price, ...target.bound, availablePico }),
  );
  const cap = Math.floor(Math.min(...affordable) / request.choices);
  return cap >= OUTPUT_TOKENS_MIN ? cap : undefined;
}

/** @param cap a limit on the output of one choice */
export function capped(bound: RequestBound, { choices }: MeteredRequest, cap: number | undefined): RequestBound {
  return cap === undefined ? bound : { ...bound, outputTokensMax: cap * choices };
}

function refuseUnpricedUnits(request: MeteredRequest, price: PriceVersion, bound: RequestBound): void {
  const isPriced = (unit: Unit) => price.tiers.every((tier) => tier.picoPerToken[unit] !== undefined);
  const unpriced = bound.pricedUnits.find((unit) => !isPriced(unit));
  if (unpriced === undefined) return;
  const message = `The request can use ${unpriced}, which has no price for the model ${request.model}.`;
  throw new InvalidRequest(message, 'model', 'unsupported_parameter');
}

/** The error for a name that the catalog does not serve at the endpoint. */
export function unknownModel(catalog: Catalog, name: string): ModelNotFound {
  const paths = catalog.endpointsOf(name).map((id) => ENDPOINTS[id].path);
  const shown = name.slice(0, 128);
  if (paths.length === 0) return new ModelNotFound(`The model "${shown}" does not exist here or has no price.`);
  return new ModelNotFound(`The model "${shown}" is served at ${paths.join(' and ')}.`);
}
