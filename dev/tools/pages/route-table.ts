import type { DataPlaneRoute } from '../../../lambdas/domain/data-plane/route';
import { ROUTES } from '../../../lambdas/domain/data-plane/routes';
import { code, table } from './table';

/** Renders the routes of the data plane from the table by which it dispatches. */
export function routeTable(): string {
  const rows = ROUTES.map((route) => [
    code(`${route.method} ${route.path}`),
    route.summary,
    route.kind,
    scopeOf(route),
  ]);
  return table(['request', 'what it serves', 'kind', 'scope of the key'], rows);
}

const scopeOf = (route: DataPlaneRoute): string => ('scope' in route ? code(route.scope) : 'no key');
