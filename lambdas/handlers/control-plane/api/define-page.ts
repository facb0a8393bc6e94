import type { z } from 'zod';
import { pageOf, pageQuerySchema } from '../../../contracts/http/page';
import type { PageOf, PageRequest } from '../../../domain/table/page';
import type { ApiDependencies } from './api-dependencies';
import type { Call, Definition, NoMembers, Route } from './define-route';
import { defineRoute } from './define-route';

type Shape = z.ZodObject;
type PageDefinition<Params extends Shape, Item extends z.ZodType> = Pick<
  Definition<Params, Shape, z.ZodType, Item>,
  'id' | 'path' | 'summary' | 'permission' | 'params'
> & {
  readonly item: Item;
  readonly read: (
    dependencies: ApiDependencies,
    call: Pick<Call<z.output<Params>, unknown, unknown>, 'params' | 'personId'>,
    page: PageRequest,
  ) => Promise<PageOf<z.input<Item>>>;
};

/** Defines a route that lists items page by page. A cursor is valid only for the caller and the list that it came from. */
export function definePage<Item extends z.ZodType, Params extends Shape = NoMembers>(
  definition: PageDefinition<Params, Item>,
): Route {
  const { id, path, summary, permission, params, item, read } = definition;
  return defineRoute({
    id,
    method: 'get',
    path,
    summary,
    permission,
    query: pageQuerySchema,
    answer: pageOf(item),
    ...(params && { params }),
    handle: async (dependencies, call) => {
      const { limit, after: cursor } = call.query;
      const list = JSON.stringify([id, call.params, call.personId]);
      const after = cursor === undefined ? undefined : dependencies.cursors.open(list, cursor);
      const { items, next } = await read(dependencies, call, { limit, after });
      return { items: [...items], ...(next && { next: dependencies.cursors.seal(list, next) }) };
    },
  });
}
