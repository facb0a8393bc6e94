import type { z } from 'zod';
import type { Permission } from '../../../contracts/http/permissions';
import type { Actor } from '../../../domain/access/actor';
import type { ApiDependencies } from './api-dependencies';

/** A request whose caller may make it and whose parts match the route's schemas. */
export interface Call<Params, Query, Body> {
  readonly actor: Actor;
  readonly personId: string;
  /** When the caller last proved who they are, in epoch milliseconds. */
  readonly signedInAt: number;
  readonly params: Params;
  readonly query: Query;
  readonly body: Body;
  /**
   * Identifies the request, the same for each repetition with its Idempotency-Key. A change that is named after it is made
   * once, even if its process ended before it could keep the answer.
   */
  readonly onceId: string;
  /** The version in `If-Match`; undefined if the caller accepts any. */
  readonly version: number | undefined;
}

/** A text file that a route sends instead of JSON. Browsers save it. */
export class Download {
  readonly type: string;
  readonly name: string;
  readonly text: string;
  /** The position at which the next file of the same list begins, for the query parameter `after`. */
  readonly next: string | undefined;

  /**
   * @param file.type a media type; the text is sent as UTF-8
   * @param file.next @default nothing follows
   */
  constructor(file: {
    readonly type: string;
    readonly name: string;
    readonly text: string;
    readonly next?: string | undefined;
  }) {
    this.type = file.type;
    this.name = file.name;
    this.text = file.text;
    this.next = file.next;
  }
}

type Shape = z.ZodObject;
/** For routes that accept no input here. */
export type NoMembers = z.ZodObject<{ readonly [name: string]: z.ZodNever }>;

/** One route as data: the permission it needs, its input and its response. */
export interface Definition<
  Params extends Shape,
  Query extends Shape,
  Body extends z.ZodType,
  Answer extends z.ZodType,
> {
  /** The operation's name in the OpenAPI document and in the client. */
  readonly id: string;
  readonly method: 'get' | 'post' | 'put' | 'patch' | 'delete';
  /** Below /api. */
  readonly path: `/v1/${string}`;
  readonly summary: string;
  readonly permission: Permission;
  readonly params?: Params;
  readonly query?: Query;
  readonly body?: Body;
  /** The schema of a successful response. Members that are not in it are removed. @default none: 204 */
  readonly answer?: Answer;
  /** The media types of the files that the route can send instead of its JSON. @default none */
  readonly downloads?: readonly string[];
  /** @default 200 */
  readonly status?: 200 | 201;
  /** Whether `If-Match` is required or optional. @default it is ignored */
  readonly ifMatch?: 'required' | 'optional';
  readonly handle: (
    dependencies: ApiDependencies,
    call: Call<z.output<Params>, z.output<Query>, z.output<Body>>,
  ) => Promise<z.input<Answer> | Download>;
}

/** Any route. The types of its input and response were checked where it was defined. */
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
