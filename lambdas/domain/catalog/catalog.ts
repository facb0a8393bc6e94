import type { CatalogData, Endpoint, Model, ProviderSettings } from '../../contracts/catalog';

/** One way to serve a model. */
export interface Target {
  readonly provider: ProviderSettings;
  readonly model: Model;
}

/** A name that a client may send, and whose model it is. */
export interface ListedModel {
  readonly id: string;
  /** The id of the first provider that serves it. */
  readonly provider: string;
}

/** A provider's price list is missing, or names a model twice. */
export class CatalogInvalid extends Error {
  override readonly name = 'CatalogInvalid';
}

type TargetsByEndpoint = { readonly [endpoint in Endpoint]?: readonly Target[] };

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
  constructor(data: CatalogData, providers: readonly ProviderSettings[]) {
    const byName = new Map<string, TargetsByEndpoint>();
    const listed = new Map<string, ListedModel>();
    for (const provider of providers) {
      for (const [name, model] of namesOf(data, provider)) {
        byName.set(name, withTarget(byName.get(name) ?? {}, { provider, model }));
        if (!listed.has(name)) listed.set(name, { id: name, provider: provider.id });
      }
    }
    this.byName = byName;
    this.listed = [...listed.values()];
  }

  /** In route order; empty when no configured provider serves the name there. */
  targets(name: string, endpoint: Endpoint): readonly Target[] {
    return this.byName.get(name)?.[endpoint] ?? [];
  }

  /** Where the name is served: it tells a model that is unknown from one asked for at the wrong place. */
  endpointsOf(name: string): readonly Endpoint[] {
    return Object.keys(this.byName.get(name) ?? {}) as Endpoint[];
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

function withTarget(targets: TargetsByEndpoint, target: Target): TargetsByEndpoint {
  const added = target.model.endpoints.map((endpoint) => [endpoint, [...(targets[endpoint] ?? []), target]]);
  return { ...targets, ...(Object.fromEntries(added) as TargetsByEndpoint) };
}
