import { EmbeddedStore } from '../../../lambdas/adapters/embedded/embedded-store';
import { KeySuspensions } from '../../../lambdas/domain/keys/key-suspensions';
import { Accounts } from '../../../lambdas/domain/accounts/accounts';
import { AuditLog } from '../../../lambdas/domain/audit/audit-log';
import { DEPLOYMENT } from '../../../lambdas/domain/access/actor';
import { FAILURES_MAX } from '../../../lambdas/domain/attempts/failed-attempts';
import { formatKey } from '../../../lambdas/domain/keys/key-format';
import { Keys } from '../../../lambdas/domain/keys/keys';
import { RoleVerifier } from '../../../lambdas/domain/keys/role-verifier';
import { VERIFIED_MS } from '../../../lambdas/domain/keys/verified-keys';

const ACCOUNT = 'acc_01JD0000000000000000000000';
const OTHER_ACCOUNT = 'acc_01JD0000000000000000000001';
const ROLE = 'arn:aws:iam::111122223333:role/worker';
const WORKER = 'arn:aws:sts::111122223333:assumed-role/worker/i-0123456789abcdef0';

class Stage {
  now = Date.parse('2026-11-20T10:00:00.000Z');
  readonly clock = (): number => this.now;
  readonly store = EmbeddedStore.memory({ clock: this.clock });
  readonly keys = new Keys({ store: this.store, pepper: 'a pepper of sufficient length', clock: this.clock });
  readonly roles = new RoleVerifier({ store: this.store, clock: this.clock });

  static async open(): Promise<Stage> {
    const stage = new Stage();
    for (const accountId of [ACCOUNT, OTHER_ACCOUNT]) await new Accounts(stage).create({ accountId });
    return stage;
  }

  async key(role = ROLE): Promise<string> {
    return (await this.keys.createForRole({ accountId: ACCOUNT, role })).keyId;
  }
}

describe('a key of an IAM role', () => {
  test('a role key is valid, with its rules, for a caller that has assumed the role and names the key', async () => {
    const { keys, roles } = await Stage.open();
    const rules = { scopes: ['chat' as const], concurrency: 2 };
    const created = await keys.createForRole({ accountId: ACCOUNT, role: ROLE, label: 'batch', rules });
    expect(created).toMatchObject({ role: ROLE, label: 'batch', rules, version: 1 });
    const { keyId } = created;
    expect(await roles.verify(keyId, WORKER)).toEqual({ accountId: ACCOUNT, keyId, rules });
  });

  test.each([
    ['a path', 'arn:aws:iam::111122223333:role/service/batch/worker'],
    ['no path', ROLE],
  ])(
    'a role key registered with %s matches the role’s name, because an assumed role’s ARN has no path',
    async (_, role) => {
      const stage = await Stage.open();
      expect(await stage.roles.verify(await stage.key(role), WORKER)).toBeDefined();
    },
  );

  test.each([
    ['another role', 'arn:aws:sts::111122223333:assumed-role/worker2/session'],
    ['the role of that name in another AWS account', 'arn:aws:sts::444455556666:assumed-role/worker/session'],
    ['the role of that name in another partition', 'arn:aws-cn:sts::111122223333:assumed-role/worker/session'],
    ['a session that is called like the role', 'arn:aws:sts::111122223333:assumed-role/other/worker'],
    ['a name in other letters', 'arn:aws:sts::111122223333:assumed-role/Worker/session'],
    ['a user of the role’s name', 'arn:aws:iam::111122223333:user/worker'],
    ['a federated user', 'arn:aws:sts::111122223333:federated-user/worker'],
    ['the root of the account', 'arn:aws:iam::111122223333:root'],
    ['the role’s own ARN, which is not a caller', ROLE],
    ['a session with a further part', 'arn:aws:sts::111122223333:assumed-role/worker/a/b'],
    ['nobody', ''],
  ])('a role key is not valid for %s', async (_who, principal) => {
    const stage = await Stage.open();
    expect(await stage.roles.verify(await stage.key(), principal)).toBeUndefined();
  });

  test('a role key must be named, because several accounts may have registered the same role', async () => {
    const stage = await Stage.open();
    const ours = await stage.key();
    const other = OTHER_ACCOUNT;
    const theirs = await stage.keys.createForRole({ accountId: other, role: ROLE });
    expect(await stage.roles.verify(ours, WORKER)).toMatchObject({ accountId: ACCOUNT });
    expect(await stage.roles.verify(theirs.keyId, WORKER)).toMatchObject({ accountId: other });
    for (const named of [undefined, '', 'worker', ours.toLowerCase(), `${ours} `])
      expect(await stage.roles.verify(named, WORKER)).toBeUndefined();
  });

  test('a role key shows no secret, and its id is not valid where clients send keys', async () => {
    const stage = await Stage.open();
    const keyId = await stage.key();
    const [listed] = await stage.keys.list(ACCOUNT);
    expect(listed).toEqual({ keyId, role: ROLE, version: 1, createdAt: '2026-11-20T10:00:00.000Z' });
    expect(await stage.keys.verify(keyId)).toBeUndefined();
    for (const secret of ['0'.repeat(43), ROLE, 'aws:111122223333:worker'])
      expect(await stage.keys.verify(formatKey({ keyId, secret }))).toBeUndefined();
    await expect(stage.keys.rotate({ accountId: ACCOUNT, keyId, graceMs: 0 })).rejects.toMatchObject({
      code: 'key_has_no_secret',
    });
  });

  test('a key with a secret is not valid for any role', async () => {
    const stage = await Stage.open();
    const { keyId, key } = await stage.keys.create({ accountId: ACCOUNT });
    expect(await stage.roles.verify(keyId, WORKER)).toBeUndefined();
    expect(await stage.roles.verify(key, WORKER)).toBeUndefined();
  });

  test.each(['arn:aws:iam::111122223333:user/worker', 'arn:aws:iam::111122223333:root', ''])(
    'a key with a secret is not valid for the caller %p, which has neither the secret nor a role',
    async (principal) => {
      const stage = await Stage.open();
      const { keyId } = await stage.keys.create({ accountId: ACCOUNT });
      expect(await stage.roles.verify(keyId, principal)).toBeUndefined();
    },
  );

  test('the refusal to rotate a role key says to create another one', async () => {
    const stage = await Stage.open();
    const rotated = stage.keys.rotate({ accountId: ACCOUNT, keyId: await stage.key(), graceMs: 0 });
    await expect(rotated).rejects.toMatchObject({
      name: 'KeyHasNoSecret',
      message: expect.stringMatching(/no secret .* create another role key/) as string,
    });
  });

  test('a role key is revoked, suspended and changed like any key, everywhere within five seconds', async () => {
    const stage = await Stage.open();
    const { keys, roles, store, clock } = stage;
    const keyId = await stage.key();
    await roles.verify(keyId, WORKER);
    await keys.changeRules({ accountId: ACCOUNT, keyId, rules: { concurrency: 1 } });
    stage.now += VERIFIED_MS;
    expect(await roles.verify(keyId, WORKER)).toMatchObject({ rules: { concurrency: 1 } });
    const suspensions = new KeySuspensions({ store, clock, audit: new AuditLog({ store, clock }) });
    await suspensions.suspend({ accountId: ACCOUNT, keyId, actor: DEPLOYMENT, reason: 'spend_jump' });
    stage.now += VERIFIED_MS;
    expect(await roles.verify(keyId, WORKER)).toMatchObject({ isSuspended: true });
    await keys.revoke(keyId);
    stage.now += VERIFIED_MS;
    expect(await roles.verify(keyId, WORKER)).toBeUndefined();
    expect(await keys.list(ACCOUNT)).toMatchObject([{ role: ROLE, revokedAt: expect.any(String) as string }]);
  });

  test('an address that keeps guessing role keys is refused', async () => {
    const stage = await Stage.open();
    const keyId = await stage.key();
    const stranger = 'arn:aws:sts::111122223333:assumed-role/stranger/session';
    for (let number = 0; number < FAILURES_MAX; number += 1)
      expect(await stage.roles.verify(keyId, stranger, '192.0.2.1')).toBeUndefined();
    await expect(stage.roles.verify(keyId, stranger, '192.0.2.1')).rejects.toMatchObject({ code: 'too_many_attempts' });
  });

  test.each(['worker', 'arn:aws:iam::111122223333:user/worker', 'arn:aws:iam::*:role/worker', `${ROLE}*`, WORKER])(
    'a role key cannot be created for %s, which is not a role',
    async (role) => {
      const { keys } = await Stage.open();
      await expect(keys.createForRole({ accountId: ACCOUNT, role })).rejects.toMatchObject({ name: 'ZodError' });
      expect(await keys.list(ACCOUNT)).toEqual([]);
    },
  );
});
