import type { Actor } from '../../../../lambdas/domain/access/actor';
import { DEPLOYMENT } from '../../../../lambdas/domain/access/actor';
import { Trusts } from '../../../../lambdas/domain/federation/trusts';
import { Keys } from '../../../../lambdas/domain/keys/keys';
import { SpendingRulesAdministration } from '../../../../lambdas/domain/keys/spending/spending-rules';
import { ACCOUNT } from '../../wallet/wallet-stage';
import type { WorkflowStage } from './workflow-stage';

/** Lets a member of the account pay for a key and a trust, and gives them a budget. */
export async function payingMember(stage: WorkflowStage, personId: string) {
  const { store, clock, people } = stage;
  const options = { store, clock, audit: stage.audit() };
  const keys = new Keys({ ...options, pepper: 'a pepper of sufficient length' });
  const trusts = new Trusts(options);
  const spending = new SpendingRulesAdministration(options);
  await people.attestAdult(personId);
  const actor: Actor = { kind: 'member', personId, role: 'developer' };
  const { keyId } = await keys.create({ accountId: ACCOUNT, actor });
  const { trustId } = await trusts.create({
    accountId: ACCOUNT,
    trust: {
      name: 'CI',
      issuer: 'https://ci.example.com',
      audience: 'tollgate',
      subject: 'build',
      claims: {},
      singleUse: true,
      keySeconds: 900,
      payer: personId,
    },
    actor: DEPLOYMENT,
  });
  const budget = { of: 'member', personId, limitPico: '1000', window: 'total' } as const;
  await spending.set({ accountId: ACCOUNT, actor: DEPLOYMENT, rules: { endUsers: false, budgets: [budget] } });
  return {
    /** The persons who pay for the key and the trust, and those with a budget. */
    payers: async () => [
      (await keys.get(ACCOUNT, keyId))?.payer,
      (await trusts.get(ACCOUNT, trustId))?.payer,
      ...(await spending.get(ACCOUNT)).budgets.map((each) => each.of === 'member' && each.personId),
    ],
  };
}
