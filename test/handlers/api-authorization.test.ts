import type { Permission } from '../../lambdas/contracts/http/permissions';
import { allows, PERMISSIONS } from '../../lambdas/contracts/http/permissions';
import type { Standing } from '../../lambdas/contracts/http/roles';
import { STANDINGS } from '../../lambdas/contracts/http/roles';
import { ROUTES } from '../../lambdas/handlers/control-plane/api/routes/routes';
import { EXAMPLES } from './api-examples';
import { ApiStage } from './api-stage';

type Outcome = readonly [status: number, code?: unknown];

/** The expected response by the table of permissions. */
function expectedOf(permission: Permission, standing: Standing, isOwn: boolean): 'done' | Outcome {
  const { scope } = PERMISSIONS[permission];
  if (scope === 'self') return 'done';
  const isMemberOfAnother = scope === 'account' && standing !== 'operator' && !isOwn;
  if (isMemberOfAnother) return [404, 'account_not_found'];
  return allows(permission, standing) ? 'done' : [403, 'not_allowed'];
}

const cells = ROUTES.flatMap((route) =>
  STANDINGS.flatMap((standing) => [true, false].map((isOwn) => ({ route, standing, isOwn }))),
);

test.each(cells.map((cell) => [cell.route.id, cell.standing, cell.isOwn ? 'their own' : 'another', cell] as const))(
  'promise-22 %s by %s in %s account is decided by the table of permissions',
  async (id, as, _which, { route, standing, isOwn }) => {
    const stage = await ApiStage.open();
    const example = EXAMPLES[id];
    if (example === undefined) throw new Error(`${id} needs an example`);
    const request = await example(stage, isOwn ? stage.accountId : stage.otherAccountId);
    const { status, body } = await stage.ask({ method: route.method.toUpperCase(), as, ...request });
    const expected = expectedOf(route.permission, standing, isOwn);
    if (expected === 'done') {
      // Admitted: any refusal now is about the request, not about the caller.
      if (id === 'appointOwner') expect([status, body['code']]).toEqual([409, 'owner_exists']);
      else if (id === 'leaveAccount' && as === 'owner') expect([status, body['code']]).toEqual([409, 'owner_is_fixed']);
      else expect(status).toBe(route.answer ? (route.status ?? 200) : 204);
    } else {
      expect([status, body['code']]).toEqual(expected);
    }
  },
);

test('an operator appoints the first owner of an account', async () => {
  const stage = await ApiStage.open();
  const path = `/v1/accounts/${await stage.parts.accounts.create()}/owner`;
  const request = { method: 'PUT', path, as: 'operator', body: { personId: stage.person('admin') } };
  expect(await stage.ask(request)).toMatchObject({ status: 200, body: { ownerId: stage.person('admin') } });
});

test.each(ROUTES.map((route) => [route.id, route] as const))(
  '%s refuses callers without a token',
  async (id, route) => {
    const stage = await ApiStage.open();
    const request = await EXAMPLES[id]!(stage, stage.accountId);
    for (const authorization of [undefined, 'Bearer wrong', 'Bearer ', 'Basic b3duZXI6', 'owner']) {
      const headers = { ...request.headers, ...(authorization !== undefined && { authorization }) };
      const {
        status,
        body,
        headers: answered,
      } = await stage.ask({
        ...request,
        method: route.method.toUpperCase(),
        headers,
      });
      expect([status, body['code'], answered['www-authenticate']]).toEqual([401, 'unauthenticated', 'Bearer']);
    }
  },
);

test('routes have unique names, and each is in the OpenAPI document', () => {
  expect(new Set(ROUTES.map(({ id }) => id)).size).toBe(ROUTES.length);
  expect(Object.keys(EXAMPLES).sort()).toEqual(ROUTES.map(({ id }) => id).sort());
});
