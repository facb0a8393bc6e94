import { createRoute, type RouteConfig } from '@hono/zod-openapi';
import type { Context } from 'hono';
import { ulid } from 'ulid';
import { z } from 'zod';
import type { IdempotentRequest } from '../../../adapters/idempotency/idempotency';
import { CLIENT_ADDRESS_HEADER } from '../../../contracts/deployment/edge';
import { PERMISSIONS } from '../../../contracts/http/permissions';
import type { Actor } from '../../../domain/access/actor';
import { InvalidInput, PreconditionRequired } from '../control-plane-errors';
import type { ApiDependencies } from './api-dependencies';
import type { Api, ApiEnv } from './api-env';
import { Download, type Route } from './define-route';
import { faultsOf } from './faults';

const IDEMPOTENCY_KEY = /^[\x21-\x7e]{1,255}$/;
const ETAG = /^"(0|[1-9]\d{0,14})"$/;
/** The input of a route that accepts none. */
const NOTHING = z.strictObject({});

/** Checks the caller's permission, runs the route's handler, and sends the handler's result. */
export function serveRoute(api: Api, dependencies: ApiDependencies, route: Route, operation: RouteConfig): void {
  const { request: { headers: _headers, ...parts } = {}, ...openApi } = operation;
  api.openapi(createRoute({ ...openApi, request: { query: NOTHING, ...parts } }), async (context) => {
    const { personId, signedInAt } = context.var;
    if (!route.body) expectNoMembers(await context.req.text());
    const valid = context.req as unknown as { valid(part: 'param' | 'query' | 'json'): unknown };
    const params = (route.params ? valid.valid('param') : {}) as { readonly accountId?: string };
    const address = dependencies.keepAddress(context.req.header(CLIENT_ADDRESS_HEADER));
    const actor = await actorOf(dependencies, route, params.accountId, personId);
    const request = await idempotentOf(context, route);
    const call = {
      onceId: request ? dependencies.idempotency.idOf(request) : ulid(dependencies.clock()),
      params,
      personId,
      signedInAt,
      actor: address === undefined ? actor : { ...actor, address },
      query: route.query ? valid.valid('query') : {},
      body: route.body ? valid.valid('json') : undefined,
      version: versionOf(context, route),
    };
    if (route.downloads) {
      const answer = await answerOf(dependencies, route, call);
      return answer instanceof Download ? send(context, answer) : respond(context, 200, answerIn(answer));
    }
    const answer = await runIdempotently(dependencies, request, () => answerOf(dependencies, route, call));
    return route.answer ? respond(context, route.status ?? 200, answer) : context.body(null, 204);
  });
}

/** Clients that send a body with every request send an empty object. */
function expectNoMembers(body: string): void {
  const { error } = NOTHING.safeParse(body === '' ? {} : JSON.parse(body));
  if (error) throw new InvalidInput(faultsOf(error.issues, 'json'));
}

function actorOf(
  dependencies: ApiDependencies,
  route: Route,
  accountId: string | undefined,
  personId: string,
): Promise<Actor> {
  switch (PERMISSIONS[route.permission].scope) {
    case 'self':
      return Promise.resolve({ kind: 'self', personId });
    case 'deployment':
      return dependencies.access.inDeployment(route.permission, personId);
    case 'account':
      if (accountId === undefined) throw new Error(`${route.id} names no account`);
      return dependencies.access.inAccount(route.permission, accountId, personId);
  }
}

/** Parses the result by its schema, so that no other member is sent by accident. */
async function answerOf(
  dependencies: ApiDependencies,
  route: Route,
  call: Parameters<Route['handle']>[1],
): Promise<unknown> {
  const answer = await route.handle(dependencies, call);
  return answer instanceof Download ? answer : route.answer?.parse(answer);
}

/** The request as its repetitions are recognised. @returns undefined if it has no Idempotency-Key */
async function idempotentOf(context: Context<ApiEnv>, route: Route): Promise<IdempotentRequest | undefined> {
  const idempotencyKey = context.req.header('idempotency-key');
  if (route.method !== 'post' || route.downloads || idempotencyKey === undefined) return undefined;
  if (!IDEMPOTENCY_KEY.test(idempotencyKey)) {
    throw new InvalidInput([{ pointer: 'Idempotency-Key', detail: 'must be 1 to 255 visible ASCII characters' }]);
  }
  const { personId } = context.var;
  const operation = `${route.method} ${context.req.path}`;
  return { personId, operation, idempotencyKey, body: await context.req.text() };
}

/** Runs the route's handler, but only once for requests that repeat an Idempotency-Key. */
async function runIdempotently(
  { idempotency }: ApiDependencies,
  request: IdempotentRequest | undefined,
  act: () => Promise<unknown>,
): Promise<Answer> {
  if (request === undefined) return answerIn(await act());
  const run: { answer?: Answer } = {};
  const text = await idempotency.run(request, async () => {
    run.answer = answerIn(await act());
    return run.answer.text;
  });
  // A replay runs nothing, so the version is read from the stored text.
  return run.answer ?? { text, version: versionIn(JSON.parse(text)) };
}

/** A response as it is sent. */
interface Answer {
  readonly text: string;
  /** The version of the item in the response, if it has one. */
  readonly version: number | undefined;
}

const answerIn = (answer: unknown): Answer => ({ text: JSON.stringify(answer ?? null), version: versionIn(answer) });

const versionIn = (answer: unknown): number | undefined =>
  (answer as { readonly version?: number } | null | undefined)?.version;

function versionOf(context: Context<ApiEnv>, route: Route): number | undefined {
  if (route.ifMatch === undefined) return undefined;
  const ifMatch = context.req.header('if-match');
  if (ifMatch === undefined && route.ifMatch === 'required') throw new PreconditionRequired();
  if (ifMatch === undefined || ifMatch === '*') return undefined;
  const version = ETAG.exec(ifMatch)?.[1];
  if (version === undefined)
    throw new InvalidInput([{ pointer: 'If-Match', detail: 'must be the ETag of the item as you read it' }]);
  return Number(version);
}

/** A file is never shown as a page of ours, so nothing in it can act for a person who is signed in. */
function send(context: Context<ApiEnv>, { type, name, text, next }: Download): Response {
  if (next !== undefined) context.header('link', `<${nextOf(context.req.url, next)}>; rel="next"`);
  return context.body(text, 200, {
    'content-type': `${type}; charset=utf-8`,
    'content-disposition': `attachment; filename="${name}"`,
    'content-security-policy': "default-src 'none'; style-src 'unsafe-inline'; sandbox",
    'x-content-type-options': 'nosniff',
  });
}

/** The same request for the next file, as a relative reference. */
function nextOf(url: string, next: string): string {
  const { searchParams } = new URL(url);
  searchParams.set('after', next);
  return `?${searchParams.toString()}`;
}

function respond(context: Context<ApiEnv>, status: 200 | 201, { text, version }: Answer): Response {
  if (version !== undefined) context.header('etag', `"${version}"`);
  return context.body(text, status, { 'content-type': 'application/json' });
}
