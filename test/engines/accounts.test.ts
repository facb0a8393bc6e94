import { AccountStage } from '../domain/accounts/account-stage';
import { describeDurableEngines, startStage } from './table-store-engines';

/** Runs the control plane's transactions on each real engine; their rules are tested in test/domain. */
describeDurableEngines('accounts on', (engine) => {
  let stage: AccountStage;
  let stop: () => Promise<void>;
  beforeEach(async () => ({ stage, stop } = await startStage(engine, AccountStage)));
  afterEach(() => stop());

  test('members join, change roles, transfer the account and leave, each with an event', async () => {
    const { accountId, owner } = await stage.account();
    const [admin, developer] = [
      await stage.join(accountId, owner, 'admin'),
      await stage.join(accountId, owner, 'developer'),
    ];
    await stage.members.changeRole({ accountId, personId: developer.personId, role: 'billing', actor: admin });
    await stage.ownership.transfer({ accountId, to: admin.personId, actor: owner });
    await stage.members.remove({ accountId, personId: owner.personId, actor: { ...admin, role: 'owner' } });
    const roles = new Map((await stage.membersOf(accountId)).map(({ personId, role }) => [personId, role]));
    expect(roles).toEqual(
      new Map([
        [admin.personId, 'owner'],
        [developer.personId, 'billing'],
      ]),
    );
    expect(await stage.verify(accountId)).toEqual({ events: 8, faults: [] });
    // The previous owner has just lost the permission.
    const late = stage.accounts.rename({ accountId, name: 'late', actor: owner });
    await expect(late).rejects.toMatchObject({ name: 'NotAllowed' });
  });

  test('concurrent changes form one chain, and only one change of each version succeeds', async () => {
    const { accountId, owner: actor } = await stage.account();
    const outcomes = await Promise.allSettled(
      Array.from({ length: 10 }, (_, number) =>
        stage.accounts.rename({ accountId, name: `name ${number}`, actor, version: 1 }),
      ),
    );
    expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    await Promise.all(Array.from({ length: 5 }, () => stage.keys.create({ accountId, actor })));
    expect(await stage.verify(accountId)).toEqual({ events: 7, faults: [] });
  });

  test('a key is rotated once, and cannot be created before its owner attests to being 18', async () => {
    const { accountId, owner: actor } = await stage.account();
    const { keyId, key } = await stage.keys.create({ accountId, actor });
    const rotate = () => stage.keys.rotate({ accountId, keyId, graceMs: 60_000, actor });
    const outcomes = await Promise.allSettled([rotate(), rotate()]);
    expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    expect(await stage.keys.verify(key)).toEqual({ accountId, keyId, payer: actor.personId });
    stage.now += 60_000;
    expect(await stage.keys.verify(key)).toBeUndefined();
    const { personId } = await stage.people.ofSubject('young');
    const young = await stage.accounts.create({ ownerId: personId });
    const create = stage.keys.create({ accountId: young, actor: { kind: 'member', personId, role: 'owner' } });
    await expect(create).rejects.toMatchObject({ code: 'attestation_required' });
  });

  test('an account is suspended and resumed, and its billing details and operators are stored', async () => {
    const { accountId, owner } = await stage.account();
    const operator = await stage.operator();
    await stage.accounts.suspend({ accountId, reason: 'abuse', actor: operator });
    await expect(stage.keys.create({ accountId, actor: owner })).rejects.toMatchObject({ code: 'account_suspended' });
    await stage.accounts.resume({ accountId, actor: operator });
    const details = { name: 'A', email: 'a@example.test', addressLine1: 'B', city: 'C', country: 'DE' };
    await stage.accounts.setBilling({ accountId, actor: owner, details });
    expect(await stage.accounts.billing(accountId)).toEqual({ details, version: 4 });
    await stage.operators.dismiss({ personId: operator.personId, actor: operator });
    expect(await stage.operators.includes(operator.personId)).toBe(false);
    expect(await stage.verify('deployment')).toEqual({ events: 2, faults: [] });
  });
});
