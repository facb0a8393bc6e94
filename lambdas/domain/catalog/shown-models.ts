import type { EndpointId } from '../../contracts/storage/catalog';
import type { Catalog, ListedModel } from './catalog';
import { dayIn, PUBLISHED_MODELS } from './published-models';

/** A model as clients see it in a list. */
export interface ShownModel extends ListedModel {
  readonly endpoints: readonly EndpointId[];
  /** The name that people read. */
  readonly displayName: string;
  /** The day of the release, ISO 8601; absent if it is unknown. */
  readonly released?: string;
}

/** Every name that a client may send. */
export const everyModel = (catalog: Catalog): readonly ShownModel[] =>
  catalog.models().map((model) => shown(catalog, model));

/**
 * The names for a list to choose from, the newest first. It leaves out names that have a price but that the provider does not
 * know, because price sources invent spellings and keep retired models; a client that sends one gets the provider's answer.
 */
export const modelsToChoose = (catalog: Catalog): readonly ShownModel[] =>
  everyModel(catalog)
    .filter(({ id }) => aliasedBy(catalog, id) !== undefined || PUBLISHED_MODELS.get(id) !== null)
    .toSorted((one, other) => compareText(other.released ?? '', one.released ?? ''));

function shown(catalog: Catalog, model: ListedModel): ShownModel {
  const { id } = model;
  const published = PUBLISHED_MODELS.get(aliasedBy(catalog, id) ?? id);
  const released = published?.released ?? dayIn(id);
  return {
    ...model,
    endpoints: catalog.endpointsOf(id),
    displayName: aliasedBy(catalog, id) === undefined ? (published?.name ?? id) : id,
    ...(released !== undefined && { released }),
  };
}

/** The name behind an alias of the deployment; undefined for a name of the provider. */
function aliasedBy(catalog: Catalog, id: string): string | undefined {
  const [endpoint] = catalog.endpointsOf(id);
  return endpoint && catalog.targets(id, endpoint)[0]?.sentAs;
}

/** Days sort as text. */
function compareText(one: string, other: string): number {
  return one < other ? -1 : Number(one > other);
}
