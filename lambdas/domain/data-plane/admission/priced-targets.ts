import type { PriceVersion } from '../../../contracts/storage/catalog';
import type { Unit } from '../../../contracts/storage/units';
import type { Catalog, Target } from '../../catalog/catalog';
import { ModelNotFound } from '../../catalog/model-not-found';
import { priceAt } from '../../catalog/price';
import type { MeteredEndpoint, MeteredRequest, RequestBound } from '../../dialects/endpoint';
import { ENDPOINTS } from '../../dialects/registry';
import { InvalidRequest } from '../../errors/app-error';
import type { Headers } from '../../headers';
import { boundWithHeaders } from './raised-bound';

/** One way to serve the request, with its price and its worst case. */
export interface PricedTarget extends Target {
  readonly price: PriceVersion;
  readonly bound: RequestBound;
}

/** In route order. */
export type PricedTargets = readonly [PricedTarget, ...PricedTarget[]];

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
