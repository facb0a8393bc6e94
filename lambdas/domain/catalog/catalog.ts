import type { CatalogData, EndpointId, Model, ProviderSettings } from '../../contracts/storage/catalog';
import { ENDPOINT_IDS } from '../../contracts/storage/catalog';
import { isKnown } from '../../contracts/storage/open-values';
import type { Route } from '../../contracts/storage/catalog-changes';
import { CatalogInvalid } from './catalog-errors';

/** One way to serve a model. */
export interface Target {
  readonly provider: ProviderSettings;
  readonly model: Model;
  /** The name that the provider knows; present if the client sent an alias of the deployment. */
  readonly sentAs?: string;
}

/** The changes that the deployment's operators made. */
export interface CatalogRules {
  /** Ids of providers that receive no requests. */
  readonly disabled: ReadonlySet<string>;
  /** Ids of models that are not served, under any name. */
  readonly hidden: ReadonlySet<string>;
  /** The deployment's own names, each for a name that is served. */
  readonly aliases: ReadonlyMap<string, string>;
  /** By the model's id. */
  readonly routes: ReadonlyMap<string, Route>;
}

const NO_RULES: CatalogRules = { disabled: new Set(), hidden: new Set(), aliases: new Map(), routes: new Map() };

/** A name that a client may send, and the provider of its model. */
export interface ListedModel {
  readonly id: string;
  /** The id of the first provider that serves it. */
  readonly provider: string;
}

type TargetsByEndpoint = { readonly [endpoint in EndpointId]?: readonly Target[] };

/**
 * The models that clients can ask for, their providers and their prices. Names must match exactly: a model without a
 * price is never served at the price of another with a similar name.
 */
export class Catalog {
  private readonly byName: ReadonlyMap<string, TargetsByEndpoint>;
  private readonly listed: readonly ListedModel[];

  /**
   * @param providers The configured providers, in the order in which they are tried.
   * @throws CatalogInvalid
   */
  constructor(data: CatalogData, providers: readonly ProviderSettings[], rules: CatalogRules = NO_RULES) {
    const byName = new Map<string, TargetsByEndpoint>();
    for (const provider of providers) {
      for (const [name, model] of namesOf(data, provider)) {
        const endpoints = rules.disabled.has(provider.id) ? [] : endpointsAt(provider, model, rules);
        for (const endpoint of endpoints) {
          const targets = byName.get(name) ?? {};
          byName.set(name, { ...targets, [endpoint]: [...(targets[endpoint] ?? []), { provider, model }] });
        }
      }
    }
    for (const [name, targets] of byName) byName.set(name, inRouteOrder(targets, rules));
    const renamed = [...rules.aliases].flatMap(([alias, name]) => {
      const targets = byName.get(name);
      return targets === undefined ? [] : [[alias, sentAs(targets, name)] as const];
    });
    for (const [alias, targets] of renamed) byName.set(alias, targets);
    this.byName = byName;
    this.listed = [...byName].flatMap(([id, targets]) => {
      const provider = Object.values(targets)[0]?.[0]?.provider.id;
      return provider === undefined ? [] : [{ id, provider }];
    });
  }

  /** Returns this catalog, which never changes; LiveCatalog does. */
  current(): this {
    return this;
  }

  /** The targets in route order; empty when no configured provider serves the name at the endpoint. */
  targets(name: string, endpoint: EndpointId): readonly Target[] {
    return this.byName.get(name)?.[endpoint] ?? [];
  }

  /** The endpoints that serve the name. They distinguish an unknown model from one requested at the wrong endpoint. */
  endpointsOf(name: string): readonly EndpointId[] {
    return Object.keys(this.byName.get(name) ?? {}) as EndpointId[];
  }

  /** Every name that a client may send. */
  models(): readonly ListedModel[] {
    return this.listed;
  }
}

/** Merges two catalogs. A provider that is in both has the second one's models. */
export function mergeCatalogs(first: CatalogData, second: CatalogData): CatalogData {
  return {
    source: `${first.source}, ${second.source}`,
    providers: { ...first.providers, ...second.providers },
  };
}

function namesOf(data: CatalogData, provider: ProviderSettings): ReadonlyMap<string, Model> {
  const list = provider.catalog ?? provider.id;
  const models = Object.hasOwn(data.providers, list) ? data.providers[list] : undefined;
  if (models === undefined) throw new CatalogInvalid(`the provider ${provider.id} has no price list "${list}"`);
  const names = new Map<string, Model>();
  for (const model of models) {
    for (const name of [model.id, ...model.aliases]) {
      if (names.has(name)) throw new CatalogInvalid(`the price list "${list}" names ${name} twice`);
      names.set(name, model);
    }
  }
  return names;
}

/** The endpoints at which the provider serves the model, as far as the operators' rules allow it. */
function endpointsAt({ id }: ProviderSettings, model: Model, { hidden, routes }: CatalogRules): readonly EndpointId[] {
  if (hidden.has(model.id)) return [];
  // A later release may have approved the model for endpoints that this one does not serve.
  const endpoints = model.endpoints.filter((endpoint) => isKnown(ENDPOINT_IDS, endpoint));
  const route = routes.get(model.id);
  if (route === undefined) return endpoints;
  if (!route.providers.includes(id)) return [];
  return endpoints.filter((endpoint) => route.endpoints?.includes(endpoint) ?? true);
}

function inRouteOrder(targets: TargetsByEndpoint, { routes }: CatalogRules): TargetsByEndpoint {
  const positionOf = ({ provider, model }: Target): number => routes.get(model.id)?.providers.indexOf(provider.id) ?? 0;
  return mapTargets(targets, (list) => list.toSorted((one, other) => positionOf(one) - positionOf(other)));
}

const sentAs = (targets: TargetsByEndpoint, name: string): TargetsByEndpoint =>
  mapTargets(targets, (list) => list.map((target) => ({ ...target, sentAs: name })));

function mapTargets(
  targets: TargetsByEndpoint,
  change: (list: readonly Target[]) => readonly Target[],
): TargetsByEndpoint {
  return Object.fromEntries(Object.entries(targets).map(([endpoint, list]) => [endpoint, change(list)]));
}
