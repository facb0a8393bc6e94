import { ACCOUNTS_OF_PERSON_MAX } from '../../../lambdas/domain/accounts/memberships';
import { AccountStage } from './account-stage';

const ALL = { limit: 100 };

const DAY_MS = 86_400_000;

describe('a member', () => {
  test('the person who creates an account becomes its owner', async () => {
    const stage = new AccountStage();
    const { accountId, owner } = await stage.account();
    expect(await stage.membersOf(accountId)).toEqual([
      { personId: owner.personId, role: 'owner', joinedAt: '2026-11-20T10:00:00.000Z', version: 1 },
    ]);
    expect(await stage.accounts.get(accountId)).toMatchObject({ name: 'Example', ownerId: owner.personId, version: 1 });
  });

  test('a person can be a member of several accounts, which are listed page by page', async () => {
    const stage = new AccountStage();
    const { accountId, owner } = await stage.account();
    const own = [];
    for (let count = 0; count < 4; count += 1) {
      stage.now += 1;
      own.push(await stage.accounts.create({ ownerId: owner.personId }));
    }
    const listed = [];
    let page = await stage.members.accountsOf(owner.personId, { limit: 2 });
    listed.push(...page.items);
    while (page.next) {
      page = await stage.members.accountsOf(owner.personId, { limit: 2, after: page.next });
      listed.push(...page.items);
    }
    expect(listed.map((membership) => membership.accountId)).toEqual([accountId, ...own]);
    expect(listed.every(({ role }) => role === 'owner')).toBe(true);
  });

  test('a person cannot join more accounts than the limit', async () => {
    const stage = new AccountStage();
    const ownerId = await stage.person();
    for (let count = 0; count < ACCOUNTS_OF_PERSON_MAX; count += 1) {
      await stage.accounts.create({ ownerId });
      stage.now += DAY_MS;
    }
    await expect(stage.accounts.create({ ownerId })).rejects.toMatchObject({ code: 'limit_reached', status: 409 });
    const { accountId, owner } = await stage.account();
    const invitation = { accountId, email: 'new@example.test', role: 'auditor' as const, actor: owner };
    const { token } = await stage.invitations.create(invitation);
    await expect(stage.invitations.accept({ token, personId: ownerId })).rejects.toMatchObject({
      code: 'limit_reached',
    });
  });

  test('a change of role changes both items of the membership', async () => {
    const stage = new AccountStage();
    const { accountId, owner } = await stage.account();
    const { personId } = await stage.join(accountId, owner, 'developer');
    const changed = await stage.members.changeRole({ accountId, personId, role: 'admin', actor: owner, version: 1 });
    expect(changed).toMatchObject({ role: 'admin', version: 2 });
    expect(await stage.members.get(accountId, personId)).toEqual(changed);
    expect((await stage.members.accountsOf(personId, ALL)).items).toMatchObject([{ accountId, role: 'admin' }]);
    expect((await stage.events(accountId)).at(-1)).toMatchObject({
      action: 'member.change',
      actor: owner.personId,
      target: personId,
      before: { role: 'developer' },
      after: { role: 'admin' },
    });
  });

  test('a change of role fails when another change came first', async () => {
    const stage = new AccountStage();
    const { accountId, owner } = await stage.account();
    const { personId } = await stage.join(accountId, owner, 'developer');
    const change = { accountId, personId, actor: owner, version: 1 };
    await stage.members.changeRole({ ...change, role: 'billing' });
    await expect(stage.members.changeRole({ ...change, role: 'admin' })).rejects.toMatchObject({
      name: 'VersionMismatch',
      status: 412,
    });
    const meanwhile = () => stage.members.changeRole({ accountId, personId, actor: owner, role: 'auditor' });
    stage.store.plan(meanwhile);
    const late = stage.members.changeRole({ accountId, personId, actor: owner, role: 'admin' });
    await expect(late).rejects.toMatchObject({ name: 'VersionMismatch' });
    expect(await stage.members.get(accountId, personId)).toMatchObject({ role: 'auditor', version: 3 });
  });

  test('a person who is not a member of the account can be neither changed nor removed', async () => {
    const stage = new AccountStage();
    const { accountId, owner } = await stage.account();
    const { owner: stranger } = await stage.account();
    const change = { accountId, personId: stranger.personId, actor: owner };
    await expect(stage.members.changeRole({ ...change, role: 'admin' })).rejects.toMatchObject({ status: 404 });
    await expect(stage.members.remove(change)).rejects.toMatchObject({ code: 'member_not_found' });
  });

  test('removing a member deletes both items of the membership, and leaving is recorded as another action', async () => {
    const stage = new AccountStage();
    const { accountId, owner } = await stage.account();
    const [removed, leaving] = [
      await stage.join(accountId, owner, 'developer'),
      await stage.join(accountId, owner, 'auditor'),
    ];
    await stage.members.remove({ accountId, personId: removed.personId, actor: owner });
    await stage.members.remove({ accountId, personId: leaving.personId, actor: leaving });
    expect(await stage.membersOf(accountId)).toHaveLength(1);
    expect((await stage.members.accountsOf(removed.personId, ALL)).items).toEqual([]);
    const events = await stage.events(accountId);
    expect(events.slice(-2).map(({ action }) => action)).toEqual(['member.remove', 'member.leave']);
  });

  test('a member who has just lost a permission can no longer use it', async () => {
    const stage = new AccountStage();
    const { accountId, owner } = await stage.account();
    const [admin, other] = [await stage.join(accountId, owner, 'admin'), await stage.join(accountId, owner, 'auditor')];
    const demote = () =>
      stage.members.changeRole({ accountId, personId: admin.personId, role: 'auditor', actor: owner });
    stage.store.plan(demote);
    const change = { accountId, personId: other.personId, role: 'admin' as const, actor: admin };
    await expect(stage.members.changeRole(change)).rejects.toMatchObject({ name: 'NotAllowed', status: 403 });
    // They cannot restore their own role either.
    const regain = { accountId, personId: admin.personId, role: 'admin' as const, actor: admin };
    await expect(stage.members.changeRole(regain)).rejects.toMatchObject({ name: 'VersionMismatch' });
    const roles = (await stage.membersOf(accountId)).map(({ role }) => role);
    expect(roles.toSorted()).toEqual(['auditor', 'auditor', 'owner']);
  });
});

describe('ownership', () => {
  test('a member who has just become the owner cannot be removed', async () => {
    const stage = new AccountStage();
    const { accountId, owner } = await stage.account();
    const [admin, heir] = [await stage.join(accountId, owner, 'admin'), await stage.join(accountId, owner, 'auditor')];
    stage.store.plan(() => stage.ownership.transfer({ accountId, to: heir.personId, actor: owner }));
    const removal = stage.members.remove({ accountId, personId: heir.personId, actor: admin });
    await expect(removal).rejects.toMatchObject({ name: 'VersionMismatch' });
    expect(await stage.members.get(accountId, heir.personId)).toMatchObject({ role: 'owner' });
  });

  test('a transfer needs the version of the account that was read', async () => {
    const stage = new AccountStage();
    const { accountId, owner } = await stage.account();
    const { personId: to } = await stage.join(accountId, owner, 'admin');
    await stage.accounts.rename({ accountId, name: 'Renamed', actor: owner });
    const transfer = stage.ownership.transfer({ accountId, to, actor: owner, version: 1 });
    await expect(transfer).rejects.toMatchObject({ code: 'version_mismatch' });
    expect(await stage.accounts.get(accountId)).toMatchObject({ ownerId: owner.personId });
  });

  test('a transfer makes another member the owner and the previous owner an admin', async () => {
    const stage = new AccountStage();
    const { accountId, owner } = await stage.account();
    const { personId: to } = await stage.join(accountId, owner, 'billing');
    const { version } = (await stage.accounts.get(accountId))!;
    await stage.ownership.transfer({ accountId, to, actor: owner, version });
    expect(await stage.members.get(accountId, to)).toMatchObject({ role: 'owner' });
    expect(await stage.members.get(accountId, owner.personId)).toMatchObject({ role: 'admin' });
    expect((await stage.members.accountsOf(to, ALL)).items).toMatchObject([{ role: 'owner' }]);
    expect(await stage.accounts.get(accountId)).toMatchObject({ ownerId: to });
  });

  test('ownership cannot be given up, taken, transferred twice or transferred to a stranger', async () => {
    const stage = new AccountStage();
    const { accountId, owner } = await stage.account();
    const [first, second] = [await stage.join(accountId, owner, 'admin'), await stage.join(accountId, owner, 'admin')];
    const ofOwner = { accountId, personId: owner.personId };
    await expect(stage.members.remove({ ...ofOwner, actor: owner })).rejects.toMatchObject({ code: 'owner_is_fixed' });
    await expect(stage.members.changeRole({ ...ofOwner, role: 'admin', actor: first })).rejects.toMatchObject({
      code: 'owner_is_fixed',
    });
    await expect(stage.ownership.transfer({ accountId, to: first.personId, actor: first })).rejects.toMatchObject({
      code: 'not_allowed',
    });
    const stranger = await stage.person();
    await expect(stage.ownership.transfer({ accountId, to: stranger, actor: owner })).rejects.toMatchObject({
      code: 'member_not_found',
    });
    const transfer = (to: string) => stage.ownership.transfer({ accountId, to, actor: owner });
    const outcomes = await Promise.allSettled([transfer(first.personId), transfer(second.personId)]);
    expect(outcomes.map(({ status }) => status).toSorted()).toEqual(['fulfilled', 'rejected']);
    const owners = (await stage.membersOf(accountId)).filter(({ role }) => role === 'owner');
    expect(owners.map(({ personId }) => personId)).toEqual([(await stage.accounts.get(accountId))?.ownerId]);
  });

  test('an operator appoints the first owner of an account that a command created, once', async () => {
    const stage = new AccountStage();
    const accountId = await stage.accounts.create();
    const [actor, personId, other] = [await stage.operator(), await stage.person(), await stage.person()];
    await stage.ownership.appoint({ accountId, personId, actor });
    expect(await stage.membersOf(accountId)).toMatchObject([{ personId, role: 'owner' }]);
    await expect(stage.ownership.appoint({ accountId, personId: other, actor })).rejects.toMatchObject({
      code: 'owner_exists',
    });
    const nobody = { accountId: await stage.accounts.create(), personId: 'per_01JD0000000000000000000000', actor };
    await expect(stage.ownership.appoint(nobody)).rejects.toMatchObject({ code: 'person_not_found' });
    const nowhere = { accountId: 'acc_01JD0000000000000000000000', personId: other, actor };
    await expect(stage.ownership.appoint(nowhere)).rejects.toMatchObject({ code: 'account_not_found' });
  });
});
