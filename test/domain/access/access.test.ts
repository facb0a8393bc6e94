import { allows, PERMISSION_IDS, PERMISSIONS } from '../../../lambdas/contracts/http/permissions';
import type { Standing } from '../../../lambdas/contracts/http/roles';
import { GRANTED_ROLES, ROLES, STANDINGS } from '../../../lambdas/contracts/http/roles';
import type { Actor } from '../../../lambdas/domain/access/actor';
import { AccountStage } from '../accounts/account-stage';

const inScope = (scope: string) => PERMISSION_IDS.filter((id) => PERMISSIONS[id].scope === scope);

/** An account with a member of each role, an operator, and a person with no access to it. */
async function peopled() {
  const stage = new AccountStage();
  const { accountId, owner } = await stage.account();
  const standing = new Map<Standing, string>([['owner', owner.personId]]);
  for (const role of GRANTED_ROLES) standing.set(role, (await stage.join(accountId, owner, role)).personId);
  standing.set('operator', (await stage.operator()).personId);
  return { stage, accountId, standing, stranger: await stage.person(), other: await stage.account() };
}

const outcome = (asked: Promise<Actor>): Promise<string> =>
  asked.then(
    (actor) => (actor.kind === 'member' ? actor.role : actor.kind),
    (error: unknown) => (error as Error).name,
  );

describe('the table of permissions', () => {
  test('the table of permissions is as it was reviewed', () => {
    const rows = [...inScope('account'), ...inScope('deployment')].map((id) =>
      [id, ...STANDINGS.filter((standing) => allows(id, standing))].join(' '),
    );
    expect(rows).toEqual([
      'account.read owner admin developer billing auditor operator',
      'account.rename owner admin',
      'account.transfer owner',
      'account.suspend operator',
      'account.resume operator',
      'account.holds operator',
      'account.appoint operator',
      'billing.read owner admin billing auditor',
      'billing.update owner admin billing',
      'wallet.read owner admin billing auditor operator',
      'usage.read owner admin developer billing auditor operator',
      'wallet.grant operator',
      'wallet.lend operator',
      // Only the deployment's own monthly run does this.
      'statement.issue',
      'payment.create owner admin billing',
      'payment.automate owner billing',
      'payment.refund owner operator',
      'member.read owner admin developer billing auditor',
      'member.change owner admin',
      'member.remove owner admin',
      'member.leave owner admin developer billing auditor',
      'invitation.read owner admin',
      'invitation.create owner admin',
      'invitation.revoke owner admin',
      'key.read owner admin developer auditor',
      'key.create owner admin developer',
      'key.change owner admin developer',
      'key.rotate owner admin developer',
      'key.revoke owner admin developer operator',
      // Only the deployment's own spend watch does this: no route checks a person's permission for it.
      'key.suspend',
      'key.resume owner admin operator',
      'spending.read owner admin developer billing auditor',
      'spending.change owner admin',
      'federation.read owner admin auditor',
      'federation.create owner admin',
      'federation.change owner admin',
      'federation.delete owner admin',
      'export.create owner admin',
      'export.assist operator',
      'export.read owner admin operator',
      'export.reveal owner admin',
      // Only the workflow of exports does this.
      'export.deliver',
      'erasure.request owner',
      'erasure.assist operator',
      'erasure.read owner admin operator',
      'erasure.cancel owner operator',
      'erasure.resolve operator',
      'erasure.hold operator',
      'erasure.lift operator',
      'erasure.begin',
      'erasure.certify',
      // Every member sees why no key works.
      'restriction.read owner admin developer billing auditor operator',
      'restriction.set owner',
      'restriction.assist operator',
      'restriction.lift owner operator',
      'alert.read owner admin',
      'alert.change owner admin',
      'webhook.read owner admin',
      'webhook.create owner admin',
      'webhook.change owner admin',
      'webhook.enable owner admin',
      'webhook.disable owner admin',
      'webhook.rotate owner admin',
      'webhook.deliver owner admin',
      'webhook.delete owner admin',
      'audit.read owner admin auditor operator',
      'deployment.accounts operator',
      'deployment.audit operator',
      'deployment.statistics operator',
      'catalog.read operator',
      'catalog.change operator',
      'catalog.approve operator',
      'payment.exceptions operator',
      'payment.resolve operator',
      'policy.publish operator',
      'support.read operator',
      'support.answer operator',
      'support.close operator',
      'child.read operator',
      'child.erase operator',
      'child.dismiss operator',
      'coupon.read operator',
      'coupon.create operator',
      'coupon.delete operator',
      'operator.read operator',
      'operator.appoint operator',
      'operator.dismiss operator',
    ]);
  });

  test('an auditor can only read', () => {
    const allowed = inScope('account').filter((id) => allows(id, 'auditor'));
    expect(allowed.filter((id) => !id.endsWith('.read'))).toEqual(['member.leave']);
  });

  test('a person who is neither a member nor an operator can act only on their own data', () => {
    expect(PERMISSION_IDS.filter((id) => allows(id, undefined))).toEqual(inScope('self'));
  });
});

describe('access', () => {
  test('access is granted exactly as the table of permissions says', async () => {
    const { stage, accountId, standing } = await peopled();
    for (const permission of inScope('account')) {
      for (const [who, personId] of standing) {
        const expected = allows(permission, who) ? who : 'NotAllowed';
        const access = stage.access.inAccount(permission, accountId, personId);
        expect([permission, who, await outcome(access)]).toEqual([permission, who, expected]);
      }
    }
  });

  test('another account looks as if it did not exist, except to an operator', async () => {
    const { stage, accountId, standing, stranger, other } = await peopled();
    standing.delete('operator');
    const missing = 'acc_01JD0000000000000000000000';
    for (const permission of inScope('account')) {
      for (const personId of [...standing.values(), stranger]) {
        for (const foreign of [other.accountId, missing]) {
          expect(await outcome(stage.access.inAccount(permission, foreign, personId))).toBe('AccountNotFound');
        }
      }
      expect(await outcome(stage.access.inAccount(permission, accountId, stranger))).toBe('AccountNotFound');
    }
  });

  test('only operators have access to the deployment', async () => {
    const { stage, standing, stranger } = await peopled();
    for (const permission of inScope('deployment')) {
      for (const role of ROLES) {
        expect(await outcome(stage.access.inDeployment(permission, standing.get(role)!))).toBe('NotAllowed');
      }
      expect(await outcome(stage.access.inDeployment(permission, stranger))).toBe('NotAllowed');
      expect(await outcome(stage.access.inDeployment(permission, standing.get('operator')!))).toBe('operator');
    }
  });

  test('a person’s access ends with their membership', async () => {
    const { stage, accountId, standing } = await peopled();
    const personId = standing.get('admin')!;
    const actor = { kind: 'member', personId: standing.get('owner')!, role: 'owner' } as const;
    await stage.members.remove({ accountId, personId, actor });
    expect(await outcome(stage.access.inAccount('account.read', accountId, personId))).toBe('AccountNotFound');
  });

  test('an operator who is also a member acts with whichever permission suffices', async () => {
    const { stage, accountId, standing } = await peopled();
    const personId = standing.get('developer')!;
    await stage.operators.appoint({ personId, actor: { kind: 'deployment' } });
    expect(await outcome(stage.access.inAccount('key.create', accountId, personId))).toBe('developer');
    expect(await outcome(stage.access.inAccount('account.suspend', accountId, personId))).toBe('operator');
    expect(await outcome(stage.access.inAccount('account.transfer', accountId, personId))).toBe('NotAllowed');
  });

  test('a permission can be checked only in its own scope', async () => {
    const { stage, accountId, stranger } = await peopled();
    await expect(stage.access.inAccount('operator.read', accountId, stranger)).rejects.toThrow('not about an account');
    await expect(stage.access.inDeployment('key.read', stranger)).rejects.toThrow('not about the deployment');
  });
});
