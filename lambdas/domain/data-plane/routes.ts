import { ENDPOINTS, FREE_ENDPOINTS } from '../dialects/registry';
import { cancelRequest } from './cancel-request';
import { readReceipt, readReceiptKeys } from './reads/receipts';
import { listModels, readModel } from './reads/models';
import { readRequest } from './reads/requests';
import type { AnswerRoute, DataPlaneRoute, FreeRoute, MeteredRoute, ProbeRoute } from './route';

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

const FREE: readonly FreeRoute[] = FREE_ENDPOINTS.map((endpoint) => ({
  kind: 'free',
  method: 'POST',
  path: endpoint.path,
  scope: endpoint.servedLike,
  summary: endpoint.summary,
  endpoint,
}));

const ANSWERED: readonly AnswerRoute[] = [
  {
    kind: 'read',
    method: 'GET',
    path: '/v1/models',
    scope: 'models',
    summary: 'the models to choose from, in the dialect of the client',
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
    summary: 'its signed receipt, with its proof',
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

/** Everything that the data plane serves: the gateway dispatches by this table alone. */
export const ROUTES: readonly DataPlaneRoute[] = [PROBE, ...METERED, ...FREE, ...ANSWERED];

/** Stands for one segment of a path. */
export const PLACEHOLDER = '{id}';
const EXACT: ReadonlyMap<string, DataPlaneRoute> = new Map(
  ROUTES.filter(({ path }) => !path.includes(PLACEHOLDER)).map((route) => [route.path, route]),
);
const PARAMETERIZED = ROUTES.filter(({ path }) => path.includes(PLACEHOLDER)).map((route) => {
  const [before = '', after = ''] = route.path.split(PLACEHOLDER);
  return { route, before, after };
});

/**
 * Finds the route at a path, whatever its method.
 * @returns the route and the path's segment at `{id}`; undefined without a route
 */
export function routeAt(path: string): { readonly route: DataPlaneRoute; readonly id: string } | undefined {
  const exact = EXACT.get(path);
  if (exact) return { route: exact, id: '' };
  for (const { route, before, after } of PARAMETERIZED) {
    const id = segmentBetween(path, before, after);
    if (id !== undefined) return { route, id };
  }
  return undefined;
}

function segmentBetween(path: string, before: string, after: string): string | undefined {
  if (path.length < before.length + after.length || !path.startsWith(before) || !path.endsWith(after)) return undefined;
  const segment = path.slice(before.length, path.length - after.length);
  return segment === '' || segment.includes('/') ? undefined : segment;
}
