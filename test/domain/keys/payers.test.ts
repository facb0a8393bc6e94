import { apiKeyKey } from '../../../lambdas/contracts/storage/table-keys/keys';
import { KEYS } from '../../../lambdas/contracts/storage/tables';
import { DEPLOYMENT } from '../../../lambdas/domain/access/actor';
import { Members } from '../../../lambdas/domain/accounts/members';
import { Trusts } from '../../../lambdas/domain/federation/trusts';
import { keyAttributions } from '../../../lambdas/domain/keys/key-attribution';
import { SpendingRulesAdministration } from '../../../lambdas/domain/keys/spending/spending-rules';
import { leavingPayer } from '../../../lambdas/domain/keys/payers/leaving-payer';
import { passOnKeys } from '../../../lambdas/domain/keys/payers/pass-on-keys';
import { AccountStage } from '../accounts/account-stage';

const TRUST = {
  name: 'CI',
  issuer: 'https://issuer.example.com',
  audience: 'tollgate',
  subject: 'build',
  claims: {},
  singleUse: true,
  keySeconds: 900,
};
const NO_MEMBER = 'per_01JD0000000000000000000009';

async function opened() {
  const stage = new AccountStage();
  const { accountId, owner } = await stage.account();
  const { store, audit, clock } = stage;
  const members = new Members({ store, audit, leaving: leavingPayer({ store, clock, audit }) });
  const trusts = new Trusts({ store, clock, audit });
  const payerOf = async (keyId: string) => [
    (await stage.keys.get(accountId, keyId))?.payer,
    (await stage.engine.get({ table: KEYS, key: apiKeyKey(keyId) }))?.['payer'],
  ];
  return { stage, accountId, owner, members, trusts, payerOf };
}

describe('the payer of a key', () => {
  test('the member who creates a key pays for it, and its verification says so', async () => {
    const { stage, accountId, owner } = await opened();
    const developer = await stage.join(accountId, owner, 'developer');
    const { keyId, key } = await stage.keys.create({ accountId, actor: developer });
    expect(await stage.keys.verify(key)).toEqual({ accountId, keyId, payer: developer.personId });
    expect(await stage.keys.get(accountId, keyId)).toMatchObject({ payer: developer.personId });
  });

  test('the successor of a key keeps its payer, also if another member rotates it', async () => {
    const { stage, accountId, owner, payerOf } = await opened();
    const developer = await stage.join(accountId, owner, 'developer');
    const { keyId } = await stage.keys.create({ accountId, actor: developer });
    const successor = await stage.keys.rotate({ accountId, keyId, graceMs: 0, actor: owner });
    expect(await payerOf(successor.keyId)).toEqual([developer.personId, developer.personId]);
  });

  test('a command that creates a key in an account with members has to name the payer, and is told the members', async () => {
    const { stage, accountId, owner } = await opened();
    const admin = await stage.join(accountId, owner, 'admin');
    const refused = stage.keys.create({ accountId, actor: DEPLOYMENT });
    await expect(refused).rejects.toMatchObject({ name: 'PayerRequired', code: 'payer_required' });
    const message = await refused.catch((error: unknown) => (error as Error).message);
    for (const name of [`${owner.personId} (owner)`, `${admin.personId} (admin)`]) expect(message).toContain(name);
    expect(await stage.keys.list(accountId)).toEqual([]);
  });

  test('a command that names a member as the payer creates the key for them, and a person who is no member is refused', async () => {
    const { stage, accountId, owner, payerOf } = await opened();
    const { keyId } = await stage.keys.create({ accountId, payer: owner.personId });
    expect(await payerOf(keyId)).toEqual([owner.personId, owner.personId]);
    const refused = stage.keys.create({ accountId, payer: NO_MEMBER });
    await expect(refused).rejects.toMatchObject({ name: 'PayerNotMember' });
  });

  test('a key of an account without members has no payer until the account has an owner, who then pays for it', async () => {
    const stage = new AccountStage();
    const accountId = await stage.accounts.create({});
    const { keyId } = await stage.keys.create({ accountId });
    const record = { accountId, keyId };
    const attributionOf = async () => (await keyAttributions(stage.store)([record])).get(keyId);
    expect(await attributionOf()).toEqual({ counterId: keyId });
    const personId = await stage.person();
    await stage.ownership.appoint({ accountId, personId, actor: await stage.operator() });
    expect(await attributionOf()).toEqual({ counterId: keyId, memberId: personId });
  });

  test('a request counts for the payer that its record names, whatever the key says now', async () => {
    const { stage, accountId, owner } = await opened();
    const developer = await stage.join(accountId, owner, 'developer');
    const { keyId } = await stage.keys.create({ accountId, actor: owner });
    const record = { accountId, keyId, payer: developer.personId };
    const attributions = await keyAttributions(stage.store)([record]);
    expect(attributions.get(keyId)).toEqual({ counterId: keyId, memberId: developer.personId });
  });
});

describe('a payer who leaves', () => {
  test('the keys and trusts of a member who leaves pass to the owner, and those of others stay', async () => {
    const { stage, accountId, owner, members, trusts, payerOf } = await opened();
    const [leaver, other] = [
      await stage.join(accountId, owner, 'developer'),
      await stage.join(accountId, owner, 'admin'),
    ];
    const theirs = await stage.keys.create({ accountId, actor: leaver });
    const others = await stage.keys.create({ accountId, actor: other });
    const trust = await trusts.create({ accountId, trust: { ...TRUST, payer: leaver.personId }, actor: other });
    await members.remove({ accountId, personId: leaver.personId, actor: leaver });
    expect(await payerOf(theirs.keyId)).toEqual([owner.personId, owner.personId]);
    expect(await payerOf(others.keyId)).toEqual([other.personId, other.personId]);
    expect(await trusts.get(accountId, trust.trustId)).toMatchObject({ payer: owner.personId });
  });

  test('a member whose removal is refused keeps their budget, and one who leaves loses it', async () => {
    const { stage, accountId, owner, members } = await opened();
    const [leaver, admin] = [
      await stage.join(accountId, owner, 'developer'),
      await stage.join(accountId, owner, 'admin'),
    ];
    const { personId } = leaver;
    const spending = new SpendingRulesAdministration(stage);
    const budget = { of: 'member', personId, limitPico: '1000', window: 'total' } as const;
    await spending.set({ accountId, actor: owner, rules: { endUsers: false, budgets: [budget] } });
    await members.remove({ accountId, personId: admin.personId, actor: owner });
    await expect(members.remove({ accountId, personId, actor: admin })).rejects.toThrow();
    expect((await spending.get(accountId)).budgets).toMatchObject([budget]);
    await members.remove({ accountId, personId, actor: leaver });
    expect((await spending.get(accountId)).budgets).toEqual([]);
  });

  test('a repeated pass changes nothing', async () => {
    const { stage, accountId, owner, payerOf } = await opened();
    const leaver = await stage.join(accountId, owner, 'developer');
    const { keyId } = await stage.keys.create({ accountId, actor: leaver });
    await passOnKeys(stage, accountId, leaver.personId);
    await passOnKeys(stage, accountId, leaver.personId);
    expect(await payerOf(keyId)).toEqual([owner.personId, owner.personId]);
    expect(await stage.keys.get(accountId, keyId)).toMatchObject({ version: 2 });
  });
});

describe('the payer of a trust', () => {
  test('the member who creates a trust pays for its keys, unless they name another member', async () => {
    const { stage, accountId, owner, trusts } = await opened();
    const developer = await stage.join(accountId, owner, 'developer');
    expect(await trusts.create({ accountId, trust: TRUST, actor: owner })).toMatchObject({ payer: owner.personId });
    const named = { ...TRUST, payer: developer.personId };
    expect(await trusts.create({ accountId, trust: named, actor: owner })).toMatchObject({ payer: developer.personId });
    const refused = trusts.create({ accountId, trust: { ...TRUST, payer: NO_MEMBER }, actor: owner });
    await expect(refused).rejects.toMatchObject({ name: 'PayerNotMember' });
  });

  test('a change of a trust’s payer is recorded, and only a member can be the new one', async () => {
    const { stage, accountId, owner, trusts } = await opened();
    const developer = await stage.join(accountId, owner, 'developer');
    const { trustId } = await trusts.create({ accountId, trust: TRUST, actor: owner });
    const payer = developer.personId;
    expect(await trusts.changePayer({ accountId, trustId, payer, actor: owner })).toMatchObject({ payer });
    expect((await stage.events(accountId)).at(-1)).toMatchObject({ action: 'federation.change', after: { payer } });
    const refused = trusts.changePayer({ accountId, trustId, payer: NO_MEMBER, actor: owner });
    await expect(refused).rejects.toMatchObject({ name: 'PayerNotMember' });
  });
});
