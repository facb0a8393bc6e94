import type { List } from '../state/kinds';
import { invalidParameter, noSuch } from './stripe-failure';
import type { Params } from './params';

const LIMIT_DEFAULT = 10;
const LIMIT_MAX = 100;

interface Listed {
  readonly id: string;
  readonly created?: number;
}

/**
 * One page of objects, as the parameters of the request ask for.
 *
 * @param objects all that match, the newest first
 */
export function page<T extends Listed>(params: Params, url: string, objects: readonly T[]): List<T> {
  const limit = params.integer('limit') ?? LIMIT_DEFAULT;
  if (limit < 1 || limit > LIMIT_MAX)
    throw invalidParameter('limit', 'This value must be between 1 and 100.', 'parameter_invalid_integer');
  const found = objects.filter(createdWithin(params));
  const after = params.text('starting_after');
  const before = params.text('ending_before');
  if (before !== undefined) {
    const end = positionOf(found, before, 'ending_before');
    const start = Math.max(0, end - limit);
    return { object: 'list', data: found.slice(start, end), has_more: start > 0, url };
  }
  const start = after === undefined ? 0 : positionOf(found, after, 'starting_after') + 1;
  return { object: 'list', data: found.slice(start, start + limit), has_more: found.length > start + limit, url };
}

function positionOf(objects: readonly Listed[], id: string, param: string): number {
  const position = objects.findIndex((object) => object.id === id);
  if (position === -1) throw noSuch('object', id, param);
  return position;
}

/** `created=1` or `created[gte]=1&created[lt]=2`, in seconds. */
function createdWithin(params: Params): (object: Listed) => boolean {
  if (!params.has('created')) return () => true;
  const exact = params.isGroup('created') ? undefined : params.integer('created');
  const range = params.isGroup('created') ? params.group('created') : undefined;
  const [gt, gte, lt, lte] = ['gt', 'gte', 'lt', 'lte'].map((name) => range?.integer(name));
  return ({ created = 0 }) =>
    (exact === undefined || created === exact) &&
    (gt === undefined || created > gt) &&
    (gte === undefined || created >= gte) &&
    (lt === undefined || created < lt) &&
    (lte === undefined || created <= lte);
}

/** A filter by those of `names` that the request has: `customer=cus_1` leaves the customer's objects. */
export function matching<T extends object>(
  params: Params,
  names: readonly (keyof T & string)[],
): (object: T) => boolean {
  const wanted = names.flatMap((name) => {
    const value = params.text(name);
    return value === undefined ? [] : [[name, value] as const];
  });
  return (object) => wanted.every(([name, value]) => String(object[name]) === value);
}

/** A whole list in an object, such as a session's line items. */
export const wholeList = <T>(url: string, data: T[]): List<T> => ({ object: 'list', data, has_more: false, url });
