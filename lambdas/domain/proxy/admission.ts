import type { PriceVersion } from '../../contracts/catalog';
import type { Catalog, Target } from '../catalog/catalog';
import { priceAt } from '../catalog/price';
import { InsufficientQuota, InvalidRequest, ModelNotFound } from '../errors/app-error';
import { formatUsd } from '../money/pico';
import { affordableOutputTokens, worstCasePico } from '../usage/worst-case';
import type { Hold, HoldRequest } from '../wallet/hold';
import { InsufficientFunds } from '../wallet/wallet-errors';
import type { Wallet } from '../wallet/wallet';
import { boundInput, type InputBound } from './input-bound';
import type { MeteredRequest } from './metered-request';
import { ENDPOINT_PATHS } from './routes';

/** A wallet that affords fewer tokens than this is empty: OpenAI's own least limit. */
const OUTPUT_TOKENS_MIN = 16;

/** How often a cap is worked out again because another request took the money meanwhile. */
const CAP_TRIES_MAX = 3;

/** One way to serve the request, with what it can cost at most. */
export interface PricedTarget extends Target {
  readonly price: PriceVersion;
  readonly bound: InputBound;
  /** For all choices together. */
  readonly outputTokensMax: number;
}

/** In route order. */
export type PricedTargets = readonly [PricedTarget, ...PricedTarget[]];

/** A request that may go out: its worst case is held. */
export interface Admitted {
  readonly hold: Hold;
  readonly targets: PricedTargets;
  /** For one choice; present where the wallet affords less than the model's own limit. */
  readonly outputTokensCap: number | undefined;
}

/** @throws ModelNotFound, InvalidRequest: nothing without a price leaves for a provider */
export function priceTargets(catalog: Catalog, request: MeteredRequest, now: number): PricedTargets {
  const [first, ...others] = catalog.targets(request.model, request.route.endpoint);
  if (first === undefined) throw unknownModel(catalog, request.model);
  return [priceTarget(request, first, now), ...others.map((target) => priceTarget(request, target, now))];
}

function priceTarget(request: MeteredRequest, target: Target, now: number): PricedTarget {
  const price = priceAt(target.model, now);
  const bound = boundInput(request, target.model);
  refuseUnpricedUnits(request, price, bound);
  return { ...target, price, bound, outputTokensMax: outputBound(request, target, bound) };
}

export interface Admission {
  readonly wallet: Wallet;
  readonly request: MeteredRequest;
  readonly targets: PricedTargets;
  readonly accountId: string;
  readonly requestId: string;
  readonly deadline: number;
  readonly details: HoldRequest;
}

/**
 * Takes the worst case of the dearest target. Where the client set no limit of its own, a wallet that cannot
 * afford the model's whole output limits the output to what it can.
 * @throws InsufficientQuota
 */
export async function admit(admission: Admission): Promise<Admitted> {
  const { request, targets } = admission;
  let cap: number | undefined;
  for (let tries = 0; ; tries += 1) {
    const holdPico = dearest(targets, (target) => (cap === undefined ? target.outputTokensMax : cap * request.choices));
    try {
      return { hold: await reserve(admission, holdPico), targets, outputTokensCap: cap };
    } catch (error) {
      if (!(error instanceof InsufficientFunds)) throw error;
      cap = affordableCap(request, targets, error.availablePico);
      if (cap === undefined || tries === CAP_TRIES_MAX) throw insufficientQuota(error.availablePico, holdPico);
    }
  }
}

function reserve({ wallet, accountId, requestId, deadline, details }: Admission, holdPico: bigint): Promise<Hold> {
  return wallet.reserve({ accountId, requestId, holdPico, deadline, request: details });
}

function dearest(targets: PricedTargets, outputTokens: (target: PricedTarget) => number): bigint {
  const costs = targets.map((target) =>
    worstCasePico({ version: target.price, ...target.bound, outputTokensMax: outputTokens(target) }),
  );
  return costs.reduce((most, cost) => (cost > most ? cost : most), 0n);
}

/** @returns tokens for one choice that every target can be paid for; undefined when that is too few, or not ours to set */
function affordableCap(request: MeteredRequest, targets: PricedTargets, availablePico: bigint): number | undefined {
  if (request.outputTokensMax !== undefined || request.hasPrediction) return undefined;
  const affordable = targets.map((target) =>
    affordableOutputTokens({ version: target.price, ...target.bound, availablePico }),
  );
  const cap = Math.floor(Math.min(...affordable) / request.choices);
  return cap >= OUTPUT_TOKENS_MIN ? cap : undefined;
}

function outputBound(request: MeteredRequest, { model }: Target, bound: InputBound): number {
  if (request.route.endpoint === 'embeddings') return 0;
  const limit = Math.min(request.outputTokensMax ?? model.outputTokensMax, model.contextTokens);
  // Rejected predicted tokens are billed as output on top of the answer.
  return limit * request.choices + (request.hasPrediction ? bound.inputTokensMax : 0);
}

function refuseUnpricedUnits(request: MeteredRequest, price: PriceVersion, bound: InputBound): void {
  const priced = (unit: 'audioInput' | 'audioOutput') =>
    price.tiers.every((tier) => tier.picoPerToken[unit] !== undefined);
  if (bound.audio && !(priced('audioInput') && priced('audioOutput'))) {
    throw new InvalidRequest(`Audio has no price for the model ${request.model}.`, 'model', 'unsupported_parameter');
  }
}

function unknownModel(catalog: Catalog, name: string): ModelNotFound {
  const endpoints = catalog.endpointsOf(name);
  const shown = name.slice(0, 128);
  if (endpoints.length === 0) return new ModelNotFound(`The model "${shown}" does not exist here or has no price.`);
  return new ModelNotFound(
    `The model "${shown}" is served at ${endpoints.map((endpoint) => ENDPOINT_PATHS[endpoint]).join(' and ')}.`,
  );
}

function insufficientQuota(availablePico: bigint, holdPico: bigint): InsufficientQuota {
  return new InsufficientQuota(
    `The wallet has $${formatUsd(availablePico)} available; this request can cost up to $${formatUsd(holdPico)}.`,
  );
}
