import fc from 'fast-check';
import { ROUTES } from '../../lambdas/handlers/control-plane/api/routes/routes';
import { LaterStore } from '../domain/later-release/later-store';
import { extendedBy, laterMembers } from '../domain/later-release/later-members';
import { EXAMPLES } from './api-examples';
import { ApiStage, type Answered } from './api-stage';

/** Sends the route's example as a person who may. */
async function answerOf(route: (typeof ROUTES)[number], stage: ApiStage): Promise<Answered> {
  const request = await EXAMPLES[route.id]!(stage, stage.accountId);
  const as = route.permission.startsWith('deployment.') || /^(catalog|operator)\./.test(route.permission);
  const isOperators =
    as || ['account.suspend', 'account.resume', 'account.holds', 'account.appoint'].includes(route.permission);
  return stage.ask({ method: route.method.toUpperCase(), as: isOperators ? 'operator' : 'owner', ...request });
}

test.each(ROUTES.map((route) => [route.id, route] as const))(
  '%s answers as usual when every stored record has fields of a later release',
  async (_id, route) => {
    const usual = await answerOf(route, await ApiStage.open());
    await fc.assert(
      fc.asyncProperty(laterMembers, async (members) => {
        const stage = await ApiStage.open({ wrap: (store) => new LaterStore(store, extendedBy(members)) });
        const { status, body, text } = await answerOf(route, stage);
        expect([status, body['code'], Object.keys(body).toSorted()]).toEqual([
          usual.status,
          usual.body['code'],
          Object.keys(usual.body).toSorted(),
        ]);
        expect(text).not.toContain('"later');
      }),
      { numRuns: 5 },
    );
  },
);
