import { KEY_SCOPES } from '../../../lambdas/contracts/http/key-rules';
import type { DataPlaneRoute } from '../../../lambdas/domain/data-plane/route';
import { ROUTES } from '../../../lambdas/domain/data-plane/routes';
import type { FakeClient } from './fake-client';
import { GatewayStage } from './gateway-stage';

// Driven by the route table, so that a new row is tested without a change here.

let stage: GatewayStage;
beforeAll(async () => {
  stage = await GatewayStage.open();
});
afterAll(() => stage.expectBalanced());

const METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'];
const NO_KEY = { authorization: undefined };

const named = ROUTES.map((route) => [`${route.method} ${route.path}`, route] as const);
const guarded = named.flatMap(([name, route]) => (route.kind === 'probe' ? [] : [[name, route] as const]));

const send = (route: DataPlaneRoute, sent: { readonly method?: string; readonly headers?: typeof NO_KEY } = {}) =>
  stage.send({ method: route.method, path: route.path.replace('{id}', 'some-id'), body: '{}', ...sent });

const codeOf = (client: FakeClient): unknown =>
  (JSON.parse(client.text) as { readonly error?: { readonly code?: unknown } }).error?.code;

/** Whether the request was admitted: the response, whatever it was, came from the route itself. */
function isLetIn(client: FakeClient): boolean {
  return client.status < 500 && ![401, 403, 405].includes(client.status);
}

describe.each(KEY_SCOPES)('a key for %s alone', (scope) => {
  beforeAll(() => stage.useRules({ scopes: [scope] }));

  test.each(named)(`a key for ${scope} alone reaches %s only if that is its scope`, async (_name, route) => {
    const client = await send(route);
    const mayEnter = route.kind === 'probe' || route.scope === scope;
    expect(isLetIn(client)).toBe(mayEnter);
    if (mayEnter) return;
    expect([client.status, client.bodyReads, stage.providers.calls.length]).toEqual([403, 0, 0]);
    // Anthropic's shape has no code; its type serves the same purpose.
    expect(client.text).toMatch(/scope_not_allowed|permission_error/);
  });

  test(`a key with only the scope ${scope} gets 404 for an unknown path only where it may read`, async () => {
    const below = { '/v1/models/a/b': 'models', '/v1/nothing': 'requests', '/v1/requests/a/b': 'requests' };
    for (const [path, needed] of Object.entries(below)) {
      const { status } = await stage.send({ method: 'GET', path });
      expect([path, status]).toEqual([path, needed === scope ? 404 : 403]);
    }
  });
});

describe('a request without a key', () => {
  test.each(guarded)('a request without a key to %s is refused before its body is read', async (_name, route) => {
    const client = await send(route, { headers: NO_KEY });
    expect([client.status, client.bodyReads]).toEqual([401, 0]);
  });

  test('a request without a key can use the health check', async () => {
    const probes = ROUTES.filter(({ kind }) => kind === 'probe');
    expect(probes).toHaveLength(1);
    for (const route of probes) expect((await send(route, { headers: NO_KEY })).status).toBe(200);
  });

  test('a request without a key is refused at an unknown path', async () => {
    expect((await stage.send({ method: 'GET', path: '/v1/nothing', headers: NO_KEY })).status).toBe(401);
  });
});

describe('a method that a route does not support', () => {
  beforeAll(() => stage.useRules({}));

  test.each(named)('another method than that of %s is answered 405 with the right one', async (_name, route) => {
    for (const method of METHODS.filter((other) => other !== route.method)) {
      const client = await send(route, { method });
      expect([method, client.status, client.answerHeaders['allow']]).toEqual([method, 405, route.method]);
      expect(client.bodyReads).toBe(0);
    }
  });

  test.each(named)(
    'without a key, another method than that of %s tells nothing of a free route',
    async (_name, route) => {
      const method = route.method === 'GET' ? 'POST' : 'GET';
      const { status } = await send(route, { method, headers: NO_KEY });
      expect(status).toBe(route.kind === 'read' || route.kind === 'command' ? 401 : 405);
    },
  );
});

test('an unknown path returns 404 for any method', async () => {
  await stage.useRules({});
  for (const method of METHODS) {
    const client = await stage.send({ method, path: '/v1/nothing' });
    expect([client.status, codeOf(client)]).toEqual([404, 'not_found']);
  }
});
