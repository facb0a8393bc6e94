import type { CatalogData, EndpointId, Model, ProviderSettings } from '../../contracts/storage/catalog';
import type { Route } from '../../contracts/storage/catalog-changes';
import { CatalogInvalid } from './catalog-errors';

/** One way to serve a model. */
export interface Target {
  readonly provider: ProviderSettings;
  readonly model: Model;
  /** The name that the provider knows; present where the client sent one of the deployment's own. */
  readonly sentAs?: string;
}

/** What the deployment's operators changed. */
export interface CatalogRules {
  /** Ids of providers that get nothing. */
  readonly disabled: ReadonlySet<string>;
  /** Ids of models that are not served, under any name. */
  readonly hidden: ReadonlySet<string>;
  /** Names of their own, each for a name that is served. */
  readonly aliases: ReadonlyMap<string, string>;
  /** By the model's id. */
  readonly routes: ReadonlyMap<string, Route>;
}

const NO_RULES: CatalogRules = { disabled: new Set(), hidden: new Set(), aliases: new Map(), routes: new Map() };

/** A name that a client may send, and whose model it is. */
export interface ListedModel {
  readonly id: string;
  /** The id of the first provider that serves it. */
  readonly provider: string;
}

type TargetsByEndpoint = { readonly [endpoint in EndpointId]?: readonly Target[] };

/**
 * What can be asked for, where it is served, and at what price. Only exact names are known: a model that nobody
 * priced is not served at the price of one whose name begins alike.
 */
export class Catalog {
  private readonly byName: ReadonlyMap<string, TargetsByEndpoint>;
  private readonly listed: readonly ListedModel[];

  /**
   * @param providers Those that are configured, in the order in which they are tried.
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

  /** This catalog never changes; one that does is a LiveCatalog. */
  current(): this {
    return this;
  }

  /** In route order; empty when no configured provider serves the name there. */
  targets(name: string, endpoint: EndpointId): readonly Target[] {
    return this.byName.get(name)?.[endpoint] ?? [];
  }

  /** Where the name is served: it tells a model that is unknown from one asked for at the wrong place. */
  endpointsOf(name: string): readonly EndpointId[] {
    return Object.keys(this.byName.get(name) ?? {}) as EndpointId[];
  }

  /** Every name that a client may send. */
  models(): readonly ListedModel[] {
    return this.listed;
  }
}

/** One catalog of both; a provider in both has the second's models. */
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

/** Where the provider serves the model; nowhere when a rule is against it. */
function endpointsAt({ id }: ProviderSettings, model: Model, { hidden, routes }: CatalogRules): readonly EndpointId[] {
  if (hidden.has(model.id)) return [];
  const route = routes.get(model.id);
  if (route === undefined) return model.endpoints;
  if (!route.providers.includes(id)) return [];
  return model.endpoints.filter((endpoint) => route.endpoints?.includes(endpoint) ?? true);
}

function inRouteOrder(targets: TargetsByEndpoint, { routes }: CatalogRules): TargetsByEndpoint {
  const placeOf = ({ provider, model }: Target): number => routes.get(model.id)?.providers.indexOf(provider.id) ?? 0;
  return mapTargets(targets, (list) => list.toSorted((one, other) => placeOf(one) - placeOf(other)));
}

const sentAs = (targets: TargetsByEndpoint, name: string): TargetsByEndpoint =>
  mapTargets(targets, (list) => list.map((target) => ({ ...target, sentAs: name })));

function mapTargets(
  targets: TargetsByEndpoint,
  change: (list: readonly Target[]) => readonly Target[],
): TargetsByEndpoint {
  return Object.fromEntries(Object.entries(targets).map(([endpoint, list]) => [endpoint, change(list)]));
}
