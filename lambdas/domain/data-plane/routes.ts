import type { KeyScope } from '../../contracts/http/key-rules';
import { ENDPOINTS } from '../dialects/registry';
import { cancelRequest } from './cancel-request';
import { readReceipt, readReceiptKeys } from './reads/receipts';
import { listModels, readModel } from './reads/models';
import { readRequest } from './reads/requests';
import type { AnswerRoute, MeteredRoute, ProbeRoute, Route } from './route';

const PROBE: ProbeRoute = {
  kind: 'probe',
  method: 'GET',
  path: '/healthz',
  summary: 'whether the gateway runs',
  body: { status: 'ok' },
};

const METERED: readonly MeteredRoute[] = Object.values(ENDPOINTS).map((endpoint) => ({
  kind: 'metered',
  method: 'POST',
  path: endpoint.path,
  scope: endpoint.id,
  summary: endpoint.summary,
  endpoint,
}));

const ANSWERED: readonly AnswerRoute[] = [
  {
    kind: 'read',
    method: 'GET',
    path: '/v1/models',
    scope: 'models',
    summary: 'the models that have a price, in the dialect of the client',
    answer: listModels,
  },
  {
    kind: 'read',
    method: 'GET',
    path: '/v1/models/{id}',
    scope: 'models',
    summary: 'one of them',
    answer: readModel,
  },
  {
    kind: 'read',
    method: 'GET',
    path: '/v1/requests/{id}',
    scope: 'requests',
    summary: 'the caller’s own usage record',
    answer: readRequest,
  },
  {
    kind: 'read',
    method: 'GET',
    path: '/v1/requests/{id}/receipt',
    scope: 'requests',
    summary: 'its signed receipt, with what proves it',
    answer: readReceipt,
  },
  {
    kind: 'read',
    method: 'GET',
    path: '/v1/receipts/keys',
    scope: 'requests',
    summary: 'the public keys of receipts',
    answer: readReceiptKeys,
  },
  {
    kind: 'command',
    method: 'POST',
    path: '/v1/requests/{id}/cancel',
    scope: 'requests',
    summary: 'stops the caller’s own running request',
    answer: cancelRequest,
  },
];

/** Everything that the data plane serves. The gateway dispatches by this table, and there is no other way in. */
export const ROUTES: readonly Route[] = [PROBE, ...METERED, ...ANSWERED];

const isPattern = ({ path }: Route): boolean => path.includes('{id}');
const EXACT: ReadonlyMap<string, Route> = new Map(
  ROUTES.filter((route) => !isPattern(route)).map((route) => [route.path, route]),
);
const PATTERNS = ROUTES.filter(isPattern).map((route) => ({ route, pattern: patternOf(route.path) }));

/** A last segment may be empty: `/v1/requests/` asks for a request without an id, and there is none. */
function patternOf(path: string): RegExp {
  return new RegExp(`^${path.replace(/\{id\}$/, '([^/]*)').replace('{id}', '([^/]+)')}$`);
}

/** @returns the route at the path, whatever its method, with what stands for its `{id}`; undefined where there is nothing */
export function routeAt(path: string): { readonly route: Route; readonly id: string } | undefined {
  const exact = EXACT.get(path);
  if (exact) return { route: exact, id: '' };
  for (const { route, pattern } of PATTERNS) {
    const match = pattern.exec(path);
    if (match) return { route, id: match[1] ?? '' };
  }
  return undefined;
}

/** The scope that a key needs to be told that there is nothing at a path: that of the read above it. */
export function scopeOfNothing(path: string): KeyScope {
  return ANSWERED.find((route) => path.startsWith(`${route.path}/`))?.scope ?? 'requests';
}
