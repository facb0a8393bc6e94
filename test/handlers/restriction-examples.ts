import { DEPLOYMENT } from '../../lambdas/domain/access/actor';
import { at, type Example } from './example';

const OF_ACCOUNT = '/v1/accounts/{accountId}/restriction';
const OWN = '/v1/me/restriction';

export const RESTRICTION_EXAMPLES: { readonly [id: string]: Example } = {
  getRestriction: at(OF_ACCOUNT),
  setRestriction: at(OF_ACCOUNT),
  setAssistedRestriction: at('/v1/accounts/{accountId}/assisted-restriction', {
    body: { identityCheck: 'verified_email' },
  }),
  liftRestriction: async (stage, accountId) => {
    await stage.parts.restrictions.set({ ownerId: accountId, actor: DEPLOYMENT });
    return { path: OF_ACCOUNT.replace('{accountId}', accountId) };
  },
  getMyRestriction: at(OWN),
  setMyRestriction: at(OWN),
  // Any person may be the caller.
  liftMyRestriction: async (stage) => {
    for (const personId of stage.people.values())
      await stage.parts.restrictions.set({ ownerId: personId, actor: DEPLOYMENT });
    return { path: OWN };
  },
};
