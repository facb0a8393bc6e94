import type { ShownModel } from '../../catalog/shown-models';
import { InvalidRequest } from '../../errors/app-error';

const LIMIT_DEFAULT = 20;
const LIMIT_MAX = 1_000;
/** Anthropic's own value for a release date that it does not know. */
const DATE_UNKNOWN = '1970-01-01T00:00:00Z';

export function renderModel({ id, displayName, released }: ShownModel): object {
  const createdAt = released === undefined ? DATE_UNKNOWN : `${released}T00:00:00Z`;
  return { type: 'model', id, display_name: displayName, created_at: createdAt };
}

/**
 * One page of the list, as the query asks for it with `limit` and `after_id` or `before_id`.
 * @throws InvalidRequest naming the parameter that is wrong
 */
export function renderModels(models: readonly ShownModel[], query: URLSearchParams): object {
  const limit = limitOf(query);
  const after = indexOf(models, query, 'after_id');
  const before = indexOf(models, query, 'before_id');
  if (after !== undefined && before !== undefined)
    throw new InvalidRequest('after_id and before_id cannot be combined.', 'before_id');
  const start = before === undefined ? (after ?? -1) + 1 : Math.max(0, before - limit);
  const end = before ?? Math.min(models.length, start + limit);
  const page = models.slice(start, end);
  return {
    data: page.map(renderModel),
    has_more: before === undefined ? end < models.length : start > 0,
    first_id: page[0]?.id ?? null,
    last_id: page.at(-1)?.id ?? null,
  };
}

function limitOf(query: URLSearchParams): number {
  const text = query.get('limit');
  if (text === null) return LIMIT_DEFAULT;
  const limit = /^\d{1,4}$/.test(text) ? Number(text) : 0;
  if (limit < 1 || limit > LIMIT_MAX)
    throw new InvalidRequest(`limit must be a whole number from 1 to ${LIMIT_MAX}.`, 'limit');
  return limit;
}

/** The index of the model that a cursor names. */
function indexOf(models: readonly ShownModel[], query: URLSearchParams, name: string): number | undefined {
  const cursor = query.get(name);
  if (cursor === null) return undefined;
  const index = models.findIndex(({ id }) => id === cursor);
  if (index === -1) throw new InvalidRequest(`${name} must be the ID of a model in this list.`, name);
  return index;
}
