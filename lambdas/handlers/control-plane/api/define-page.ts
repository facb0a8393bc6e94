import type { z } from 'zod';
import { pageOf, pageQuerySchema } from '../../../contracts/http/page';
import type { PageOf, PageRequest } from '../../../domain/table/page';
import type { ApiDependencies } from './api-dependencies';
import type { Call, Definition, NoMembers, Route } from './define-route';
import { defineRoute } from './define-route';

type Shape = z.ZodObject;
type PageDefinition<Params extends Shape, Item extends z.ZodType, Filter extends Shape> = Pick<
  Definition<Params, Shape, z.ZodType, Item>,
  'id' | 'path' | 'summary' | 'permission' | 'params'
> & {
  readonly item: Item;
  /** Query parameters that select items. @default none */
  readonly filter?: Filter;
  readonly read: (
    dependencies: ApiDependencies,
    call: Pick<Call<z.output<Params>, unknown, unknown>, 'params' | 'personId'> & { readonly filter: z.output<Filter> },
    page: PageRequest,
  ) => Promise<PageOf<z.input<Item>>>;
};

/**
 * Defines a route that lists items page by page. A cursor is valid only for the caller, the list and the filter that it
 * came from.
 */
export function definePage<Item extends z.ZodType, Params extends Shape = NoMembers, Filter extends Shape = NoMembers>(
  definition: PageDefinition<Params, Item, Filter>,
): Route {
  const { id, path, summary, permission, params, item, filter: filterSchema, read } = definition;
  return defineRoute({
    id,
    method: 'get',
    path,
    summary,
    permission,
    query: pageQuerySchema.extend(filterSchema?.shape ?? {}) as typeof pageQuerySchema,
    answer: pageOf(item),
    ...(params && { params }),
    handle: async (dependencies, call) => {
      const { limit, after: cursor, ...filter } = call.query;
      const isFiltered = Object.keys(filter).length > 0;
      const list = JSON.stringify([id, call.params, call.personId, ...(isFiltered ? [filter] : [])]);
      const after = cursor === undefined ? undefined : dependencies.cursors.open(list, cursor);
      const { items, next } = await read(
        dependencies,
        { ...call, filter: filter as z.output<Filter> },
        { limit, after },
      );
      return { items: [...items], ...(next && { next: dependencies.cursors.seal(list, next) }) };
    },
  });
}
