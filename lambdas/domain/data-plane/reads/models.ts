import type { Dialect } from '../../../contracts/storage/catalog';
import type { Catalog, ListedModel } from '../../catalog/catalog';
import { ModelNotFound } from '../../errors/app-error';
import { allowsModel } from '../../keys/rule-checks';
import type { KeyOwner } from '../../keys/verified-keys';

/** What the caller's key may name. */
export const modelsFor = (catalog: Catalog, { rules = {} }: KeyOwner): readonly ListedModel[] =>
  catalog.models().filter(({ id }) => allowsModel(rules, id));

/** The list as OpenAI's clients read it, or as Anthropic's do. Only models with a price and a provider are in it. */
export function listModels(models: readonly ListedModel[], dialect: Dialect): object {
  const data = models.map((model) => renderModel(model, dialect));
  if (dialect === 'openai') return { object: 'list', data };
  return { data, has_more: false, first_id: models[0]?.id ?? null, last_id: models.at(-1)?.id ?? null };
}

/** @throws ModelNotFound */
export function readModel(models: readonly ListedModel[], segment: string, dialect: Dialect): object {
  const id = decodeSegment(segment);
  const model = models.find((candidate) => candidate.id === id);
  if (model === undefined)
    throw new ModelNotFound(`The model "${id.slice(0, 128)}" does not exist here or has no price.`);
  return renderModel(model, dialect);
}

/** A segment that is no valid encoding is taken as it stands. */
function decodeSegment(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment;
  }
}

/** When a model was made is not known here; both dialects want a time, so it is the epoch. */
function renderModel({ id, provider }: ListedModel, dialect: Dialect): object {
  if (dialect === 'openai') return { id, object: 'model', created: 0, owned_by: provider };
  return { type: 'model', id, display_name: id, created_at: '1970-01-01T00:00:00Z' };
}
