import { PERMISSIONS } from '../../lambdas/contracts/http/permissions';
import { DEPLOYMENT } from '../../lambdas/domain/access/actor';
import { ControlPlaneUnavailable } from '../../lambdas/domain/errors/refusal';
import { ROUTES } from '../../lambdas/handlers/control-plane/api/routes/routes';
import { EXAMPLES } from './api-examples';
import { ApiStage } from './api-stage';

/** A stage whose user pool has second factors for these subjects. */
const stageWith = (...subjects: readonly string[]) => {
  const lookups: string[] = [];
  const has = async (subject: string): Promise<boolean> => {
    lookups.push(subject);
    return subjects.includes(subject);
  };
  return ApiStage.open({ secondFactors: { has } }).then((stage) => ({ stage, asked: lookups }));
};

const forOperators = ROUTES.filter(({ permission }) => {
  const { scope, operators } = PERMISSIONS[permission];
  return scope !== 'self' && operators;
});

test('the list of operators’ routes has routes of the deployment and of accounts', () => {
  const scopes = new Set(forOperators.map(({ permission }) => PERMISSIONS[permission].scope));
  expect(scopes).toEqual(new Set(['account', 'deployment']));
});

test.each(forOperators.map((route) => [route.id, route] as const))(
  '%s refuses an operator without a second factor',
  async (id, route) => {
    const { stage } = await stageWith();
    const request = await EXAMPLES[id]!(stage, stage.accountId);
    const { status, body } = await stage.ask({ method: route.method.toUpperCase(), as: 'operator', ...request });
    expect([status, body['code']]).toEqual([403, 'mfa_required']);
  },
);

const ACCOUNTS = { method: 'GET', path: '/v1/accounts' };

test('an operator with a second factor is admitted', async () => {
  const { stage, asked } = await stageWith('operator');
  expect((await stage.ask({ ...ACCOUNTS, as: 'operator' })).status).toBe(200);
  expect(asked).toEqual(['operator']);
});

test('other people need no second factor, and do not learn that operators do', async () => {
  const { stage, asked } = await stageWith();
  for (const as of ['owner', 'auditor', 'stranger']) {
    expect((await stage.ask({ method: 'GET', path: '/v1/me', as })).status).toBe(200);
    expect(await stage.ask({ ...ACCOUNTS, as })).toMatchObject({ status: 403, body: { code: 'not_allowed' } });
  }
  expect((await stage.ask({ method: 'GET', path: `/v1/accounts/${stage.accountId}`, as: 'owner' })).status).toBe(200);
  expect(asked).toEqual([]);
});

test('an operator uses their role in their own account, and acts as an operator in others', async () => {
  const { stage } = await stageWith();
  await stage.parts.operators.appoint({ personId: stage.person('owner'), actor: DEPLOYMENT });
  expect((await stage.ask({ method: 'GET', path: `/v1/accounts/${stage.accountId}`, as: 'owner' })).status).toBe(200);
  const other = { method: 'GET', path: `/v1/accounts/${stage.otherAccountId}`, as: 'owner' };
  expect(await stage.ask(other)).toMatchObject({ status: 403, body: { code: 'mfa_required' } });
});

test('no operator is admitted while the user pool does not respond', async () => {
  const has = () => Promise.reject(new ControlPlaneUnavailable({ cause: new Error('unreachable') }));
  const stage = await ApiStage.open({ secondFactors: { has } });
  const response = await stage.ask({ ...ACCOUNTS, as: 'operator' });
  expect(response).toMatchObject({ status: 503, body: { code: 'service_unavailable' } });
});
