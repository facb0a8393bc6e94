import {
  ACCOUNTS_PER_HOUR_MAX,
  ACCOUNTS_PER_PERSON_AND_DAY_MAX,
  INVITATIONS_PER_ACCOUNT_AND_DAY_MAX,
} from '../../../lambdas/domain/accounts/pace';
import { KEYS_PER_ACCOUNT_AND_DAY_MAX } from '../../../lambdas/domain/keys/preconditions';
import { AccountStage } from './account-stage';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const TOMORROW = Date.parse('2026-11-21T00:00:00.000Z');

const times = async (count: number, act: () => Promise<unknown>): Promise<void> => {
  for (let time = 0; time < count; time += 1) await act();
};

test('each person can create a limited number of accounts a day', async () => {
  const stage = new AccountStage();
  const [ownerId, other] = [await stage.person(), await stage.person()];
  const create = () => stage.accounts.create({ ownerId });
  await times(ACCOUNTS_PER_PERSON_AND_DAY_MAX, create);
  const refusal = { status: 429, code: 'too_many_accounts', retryAfterSeconds: (TOMORROW - stage.now) / 1_000 };
  await expect(create()).rejects.toMatchObject({ ...refusal, madeBy: 'person' });
  await stage.accounts.create({ ownerId: other });
  stage.now = TOMORROW - 1;
  await expect(create()).rejects.toMatchObject({ code: 'too_many_accounts', retryAfterSeconds: 1 });
  stage.now = TOMORROW;
  await create();
  expect(await stage.members.accountsOf(ownerId, { limit: 100 })).toMatchObject({
    items: { length: ACCOUNTS_PER_PERSON_AND_DAY_MAX + 1 },
  });
});

test('all people together can create a limited number of accounts an hour, without the deployment’s own commands', async () => {
  const stage = new AccountStage();
  const create = async () => stage.accounts.create({ ownerId: await stage.person() });
  await times(ACCOUNTS_PER_HOUR_MAX, create);
  await expect(create()).rejects.toMatchObject({
    code: 'too_many_accounts',
    madeBy: 'deployment',
    retryAfterSeconds: HOUR_MS / 1_000,
  });
  await stage.accounts.create();
  stage.now += HOUR_MS;
  await create();
});

test('concurrent requests create exactly as many accounts as the limit allows', async () => {
  const stage = new AccountStage();
  const ownerId = await stage.person();
  const outcomes = await Promise.allSettled(
    Array.from({ length: 2 * ACCOUNTS_PER_PERSON_AND_DAY_MAX }, () => stage.accounts.create({ ownerId })),
  );
  const created = outcomes.filter(({ status }) => status === 'fulfilled');
  expect(created).toHaveLength(ACCOUNTS_PER_PERSON_AND_DAY_MAX);
  expect((await stage.members.accountsOf(ownerId, { limit: 100 })).items).toHaveLength(created.length);
});

test('an account that was refused is not counted', async () => {
  const stage = new AccountStage();
  const ownerId = await stage.person();
  const accountId = await stage.accounts.create({ ownerId });
  await times(2 * ACCOUNTS_PER_PERSON_AND_DAY_MAX, () => stage.accounts.create({ accountId, ownerId }));
  await times(ACCOUNTS_PER_PERSON_AND_DAY_MAX - 1, () => stage.accounts.create({ ownerId }));
  await expect(stage.accounts.create({ ownerId })).rejects.toMatchObject({ code: 'too_many_accounts' });
});

test('an account can create a limited number of invitations a day, including withdrawn ones', async () => {
  const stage = new AccountStage();
  const { accountId, owner: actor } = await stage.account();
  const invite = async () => {
    const { invitation } = await stage.invitations.create({
      accountId,
      actor,
      email: 'a@example.test',
      role: 'auditor',
    });
    await stage.invitations.revoke({ accountId, actor, invitationId: invitation.invitationId });
  };
  await times(INVITATIONS_PER_ACCOUNT_AND_DAY_MAX, invite);
  await expect(invite()).rejects.toMatchObject({ status: 429, code: 'too_many_invitations' });
  stage.now += DAY_MS;
  await invite();
});

/** Creates as many keys as an account can in a day: with a secret, for a role and by rotation, including ended ones. */
async function withAllKeysOfADay() {
  const stage = new AccountStage();
  const { accountId, owner: actor } = await stage.account();
  const request = { accountId, actor };
  let { keyId } = await stage.keys.create(request);
  const rotate = async () => ({ keyId } = await stage.keys.rotate({ ...request, keyId, graceMs: 0 }));
  const createForRole = () => stage.keys.createForRole({ ...request, role: 'arn:aws:iam::111122223333:role/worker' });
  await rotate();
  await createForRole();
  await times(KEYS_PER_ACCOUNT_AND_DAY_MAX - 3, () => stage.keys.create(request));
  return { stage, made: request, ways: [() => stage.keys.create(request), createForRole, rotate] };
}

test('an account can create a limited number of keys a day, including role keys and rotations', async () => {
  const { stage, ways } = await withAllKeysOfADay();
  const retryAfterSeconds = (TOMORROW - stage.now) / 1_000;
  for (const make of ways) {
    await expect(make()).rejects.toMatchObject({ status: 429, code: 'too_many_keys', retryAfterSeconds });
  }
  const { accountId, owner: actor } = await stage.account();
  await stage.keys.create({ accountId, actor });
  stage.now = TOMORROW;
  for (const make of ways) await make();
});

test('keys that commands create, and keys for exchanged tokens, are not counted', async () => {
  const { stage, made } = await withAllKeysOfADay();
  const { accountId } = made;
  const { keyId } = await stage.keys.create({ accountId, payer: made.actor.personId });
  await stage.keys.rotate({ accountId, keyId, graceMs: 0 });
  const prepared = stage.keys.prepare({
    accountId,
    createdBy: `tru_${keyId}`,
    counterId: keyId,
    rules: undefined,
    validUntil: stage.now + HOUR_MS,
    expiresAt: (stage.now + DAY_MS) / 1_000,
  });
  await stage.store.transact(prepared.writes);
  expect(await stage.keys.verify(prepared.shown.key)).toBeDefined();
});

test('a key that was refused is not counted', async () => {
  const stage = new AccountStage();
  const { accountId, owner: actor } = await stage.account();
  const { keyId } = await stage.keys.create({ accountId, actor });
  const rotate = () => stage.keys.rotate({ accountId, keyId, graceMs: HOUR_MS, actor });
  await rotate();
  await times(20, () => expect(rotate()).rejects.toMatchObject({ code: 'key_not_live' }));
  await times(KEYS_PER_ACCOUNT_AND_DAY_MAX - 2, () => stage.keys.create({ accountId, actor }));
  await expect(stage.keys.create({ accountId, actor })).rejects.toMatchObject({ code: 'too_many_keys' });
});
