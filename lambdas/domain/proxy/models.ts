import type { Dialect } from '../../contracts/catalog';
import type { Catalog, ListedModel } from '../catalog/catalog';
import { ModelNotFound } from '../errors/app-error';

/** The list as OpenAI's clients read it, or as Anthropic's do. Only models with a price and a provider are in it. */
export function listModels(catalog: Catalog, dialect: Dialect): object {
  const data = catalog.models().map((model) => renderModel(model, dialect));
  if (dialect === 'openai') return { object: 'list', data };
  const models = catalog.models();
  return { data, has_more: false, first_id: models[0]?.id ?? null, last_id: models.at(-1)?.id ?? null };
}

/** @throws ModelNotFound */
export function readModel(catalog: Catalog, segment: string, dialect: Dialect): object {
  const id = decodeSegment(segment);
  const model = catalog.models().find((candidate) => candidate.id === id);
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
