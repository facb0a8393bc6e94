import type { StoredErasure } from '../../lambdas/contracts/storage/erasure';
import { erasureKey } from '../../lambdas/contracts/storage/table-keys/privacy';
import { ACCOUNTS } from '../../lambdas/contracts/storage/tables';
import { DEPLOYMENT } from '../../lambdas/domain/access/actor';
import { ErasureRunning } from '../../lambdas/domain/privacy/erasure/erasure-errors';
import type { ApiStage } from './api-stage';
import { at, type Example } from './example';

/** An erasure in its grace period. */
export async function anErasure({ parts }: ApiStage, ownerId: string): Promise<string> {
  try {
    return (await parts.erasures.request({ ownerId, actor: DEPLOYMENT })).erasureId;
  } catch (error) {
    // An earlier example on the same stage has requested it.
    if (error instanceof ErasureRunning) return error.erasureId;
    throw error;
  }
}

/** An erasure that waits for an operator. */
export async function aStoppedErasure(
  stage: ApiStage,
  ownerId: string,
  stoppedBecause: NonNullable<StoredErasure['stoppedBecause']> = 'policy',
): Promise<string> {
  const erasureId = await anErasure(stage, ownerId);
  const set = { state: 'frozen', step: 'balance', stoppedBecause };
  const change = { set, remove: ['resolution'] };
  await stage.store.write({ table: ACCOUNTS, update: erasureKey(ownerId, erasureId), change });
  return erasureId;
}

const ofAccount =
  (more = ''): Example =>
  async (stage, accountId) => ({
    path: `/v1/accounts/${accountId}/erasures/${await anErasure(stage, accountId)}${more}`,
  });

const justSignedIn =
  (example: Example): Example =>
  (stage, accountId) => {
    stage.signedInAt = stage.now;
    return example(stage, accountId);
  };

/** Any person may be the caller, so each has an erasure with this ID. */
const ofEach =
  (more = ''): Example =>
  async (stage) => {
    const erasureId = await anErasure(stage, stage.person('billing'));
    const item = await stage.store.get({ table: ACCOUNTS, key: erasureKey(stage.person('billing'), erasureId) });
    for (const personId of stage.people.values()) {
      await stage.store.write({ table: ACCOUNTS, put: { ...item, ...erasureKey(personId, erasureId) } });
    }
    return { path: `/v1/me/erasures/${erasureId}${more}` };
  };

const HOLD = '/v1/accounts/{accountId}/legal-hold';

export const ERASURE_EXAMPLES: { readonly [id: string]: Example } = {
  createErasure: justSignedIn(at('/v1/accounts/{accountId}/erasures')),
  createAssistedErasure: at('/v1/accounts/{accountId}/assisted-erasures', {
    body: { identityCheck: 'verified_email' },
  }),
  listErasures: at('/v1/accounts/{accountId}/erasures'),
  getErasure: ofAccount(),
  cancelErasure: ofAccount('/cancel'),
  resolveErasure: async (stage, accountId) => ({
    path: `/v1/accounts/${accountId}/erasures/${await aStoppedErasure(stage, accountId)}/resolve`,
    body: { decision: 'forfeit' },
  }),
  getLegalHold: at(HOLD),
  placeLegalHold: at(HOLD),
  liftLegalHold: async (stage, accountId) => {
    await stage.parts.legalHolds.place({ ownerId: accountId, actor: DEPLOYMENT });
    return { path: HOLD.replace('{accountId}', accountId) };
  },
  createMyErasure: async (stage) => {
    stage.signedInAt = stage.now;
    // A person who owns an account is asked to have it erased first.
    for (const accountId of [stage.accountId, stage.otherAccountId]) await anErasure(stage, accountId);
    return { path: '/v1/me/erasures' };
  },
  listMyErasures: at('/v1/me/erasures'),
  getMyErasure: ofEach(),
  cancelMyErasure: ofEach('/cancel'),
};
