import type { z } from 'zod';
import type { Permission } from '../../../contracts/http/permissions';
import type { Actor } from '../../../domain/access/actor';
import type { ApiDependencies } from './api-dependencies';

/** A request that was let in: its caller may do it, and it is what its schemas say. */
export interface Call<Params, Query, Body> {
  readonly actor: Actor;
  readonly personId: string;
  readonly params: Params;
  readonly query: Query;
  readonly body: Body;
  /** What `If-Match` says; absent where the caller does not mind. */
  readonly version: number | undefined;
}

type Shape = z.ZodObject;
/** Of a route that takes nothing in this place. */
export type NoMembers = z.ZodObject<{ readonly [name: string]: z.ZodNever }>;

/** One route, as data: what it needs, what it takes, what it answers. */
export interface Definition<
  Params extends Shape,
  Query extends Shape,
  Body extends z.ZodType,
  Answer extends z.ZodType,
> {
  /** The operation's name in the OpenAPI page and in the client. */
  readonly id: string;
  readonly method: 'get' | 'post' | 'put' | 'patch' | 'delete';
  /** Below /api. */
  readonly path: `/v1/${string}`;
  readonly summary: string;
  readonly permission: Permission;
  readonly params?: Params;
  readonly query?: Query;
  readonly body?: Body;
  /** What a success answers. Nothing else leaves. @default nothing: 204 */
  readonly answer?: Answer;
  /** @default 200 */
  readonly status?: 200 | 201;
  /** Whether `If-Match` must be there, or may be. @default it is not looked at */
  readonly ifMatch?: 'required' | 'optional';
  readonly handle: (
    dependencies: ApiDependencies,
    call: Call<z.output<Params>, z.output<Query>, z.output<Body>>,
  ) => Promise<z.input<Answer>>;
}

/** Any route: what it takes and answers was checked where it was defined. */
export type Route = Omit<Definition<Shape, Shape, z.ZodType, z.ZodType>, 'handle'> & {
  readonly handle: (dependencies: ApiDependencies, call: Call<unknown, unknown, unknown>) => Promise<unknown>;
};

export function defineRoute<
  Params extends Shape = NoMembers,
  Query extends Shape = NoMembers,
  Body extends z.ZodType = z.ZodUndefined,
  Answer extends z.ZodType = z.ZodVoid,
>(definition: Definition<Params, Query, Body, Answer>): Route {
  return definition as unknown as Route;
}
