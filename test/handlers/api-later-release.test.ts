import fc from 'fast-check';
import { allows } from '../../lambdas/contracts/http/permissions';
import { ROUTES } from '../../lambdas/handlers/control-plane/api/routes/routes';
import { LaterStore } from '../domain/later-release/later-store';
import { extendedBy, laterMembers } from '../domain/later-release/later-members';
import { EXAMPLES } from './api-examples';
import { ApiStage, type Answered } from './api-stage';

/** Sends the route's example as a person who may. */
async function answerOf(route: (typeof ROUTES)[number], stage: ApiStage): Promise<Answered> {
  const request = await EXAMPLES[route.id]!(stage, stage.accountId);
  const as = allows(route.permission, 'owner') ? 'owner' : 'operator';
  return stage.ask({ method: route.method.toUpperCase(), as, ...request });
}

/** The code of a refusal. A coupon's own code differs each time. */
const codeOf = ({ status, body }: Pick<Answered, 'status' | 'body'>): unknown =>
  status < 400 ? undefined : body['code'];

test.each(ROUTES.map((route) => [route.id, route] as const))(
  '%s answers as usual when every stored record has fields of a later release',
  async (_id, route) => {
    const usual = await answerOf(route, await ApiStage.open());
    await fc.assert(
      fc.asyncProperty(laterMembers, async (members) => {
        const stage = await ApiStage.open({ wrap: (store) => new LaterStore(store, extendedBy(members)) });
        const { status, body, text } = await answerOf(route, stage);
        expect([status, codeOf({ status, body }), Object.keys(body).toSorted()]).toEqual([
          usual.status,
          codeOf(usual),
          Object.keys(usual.body).toSorted(),
        ]);
        expect(text).not.toContain('"later');
      }),
      { numRuns: 5 },
    );
  },
);
