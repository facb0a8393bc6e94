import { DEPLOYMENT as COMMAND } from '../../../../lambdas/domain/access/actor';
import { accountKey, personKey } from '../../../../lambdas/contracts/storage/table-keys/accounts';
import { runningExportKey } from '../../../../lambdas/contracts/storage/table-keys/privacy';
import { ACCOUNTS, AUDIT } from '../../../../lambdas/contracts/storage/tables';
import {
  ErasureBegun,
  ErasureNotFound,
  ErasureRunning,
  EraseAccountFirst,
  TransferFirst,
} from '../../../../lambdas/domain/privacy/erasure/erasure-errors';
import { findCertificate } from '../../../../lambdas/domain/privacy/erasure/find-certificate';
import { SignInAgain } from '../../../../lambdas/domain/identity/recent-sign-in';
import { ACCOUNT } from '../../wallet/wallet-stage';
import { waitingMessages } from '../../notifications/waiting-messages';
import { payingMember } from './paying-member';
import { DAY_MS, GRACE_DAYS, WorkflowStage } from './workflow-stage';

const stages: WorkflowStage[] = [];
async function open(...options: Parameters<typeof WorkflowStage.open>): Promise<WorkflowStage> {
  const stage = await WorkflowStage.open(...options);
  stages.push(stage);
  return stage;
}
afterEach(async () => {
  for (const stage of stages.splice(0)) await stage.payments.close();
});

/** Drives an execution to the end of its grace period, and not beyond. */
const toGraceEnd = (stage: WorkflowStage) => stage.drive({ until: stage.clock() + (GRACE_DAYS - 1) * DAY_MS });

test('two requests at once begin one erasure, and the second names it', async () => {
  const stage = await open();
  const request = () => stage.erasures.request({ ownerId: ACCOUNT, actor: COMMAND });
  const results = await Promise.allSettled([request(), request()]);
  const [made] = results.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []));
  const [refused] = results.flatMap((result) => (result.status === 'rejected' ? [result.reason as unknown] : []));
  expect(refused).toBeInstanceOf(ErasureRunning);
  expect((refused as ErasureRunning).erasureId).toBe(made?.erasureId);
  // Both start it: the process of the first may have died before it did.
  expect(new Set(stage.started.map(({ erasureId }) => erasureId))).toEqual(new Set([made?.erasureId]));
  expect((await waitingMessages(stage.store)).filter(({ kind }) => kind === 'erasure_requested')).toHaveLength(1);
});

test('a person who signed in more than five minutes ago cannot request an erasure', async () => {
  const stage = await open();
  const actor = { kind: 'member', role: 'owner', personId: stage.ownerId } as const;
  const signedInAt = stage.clock() - 300_001;
  await expect(stage.erasures.request({ ownerId: ACCOUNT, actor, signedInAt })).rejects.toBeInstanceOf(SignInAgain);
  await stage.erasures.request({ ownerId: ACCOUNT, actor, signedInAt: signedInAt + 1 });
});

test('an erasure that is cancelled in its grace period changes nothing, and another can be requested', async () => {
  const stage = await open();
  await stage.payments.buy(1_000n);
  await stage.payments.receive();
  const before = await stage.store.get({ table: ACCOUNTS, key: accountKey(ACCOUNT) });
  const input = await stage.request();
  expect(await toGraceEnd(stage)).toBe(false);
  await stage.erasures.cancel({ ...input, actor: COMMAND });
  await stage.erasures.cancel({ ...input, actor: COMMAND });
  expect(await stage.drive()).toBe(true);
  expect(await stage.store.get({ table: ACCOUNTS, key: accountKey(ACCOUNT) })).toEqual(before);
  expect((await stage.payments.view()).availablePico).toBe(10_000_000_000_000n);
  await expect(
    stage.erasures.cancel({
      ...input,
      erasureId: input.erasureId.replace(/.$/, (last) => (last === 'Z' ? 'Y' : 'Z')),
      actor: COMMAND,
    }),
  ).rejects.toBeInstanceOf(ErasureNotFound);
  expect((await stage.request()).erasureId).not.toBe(input.erasureId);
});

test('a cancellation that races with the end of the grace period either prevents the erasure or is refused', async () => {
  const outcomes = new Set<string>();
  for (const delay of [0, 1, 2, 3, 4, 6, 8]) {
    const stage = await open();
    const input = await stage.request();
    expect(await toGraceEnd(stage)).toBe(false);
    stage.payments.wallet.now += GRACE_DAYS * DAY_MS;
    let reads = 0;
    const cancelled = { done: undefined as Promise<unknown> | undefined };
    const cancel = () =>
      (cancelled.done ??= stage.erasures.cancel({ ...input, actor: COMMAND }).catch((error: unknown) => error));
    const inner = stage.store;
    const step = <T>(work: () => Promise<T>): Promise<T> => {
      reads += 1;
      if (reads > delay) void cancel();
      return work();
    };
    const store = {
      get: (...call: Parameters<typeof inner.get>) => step(() => inner.get(...call)),
      query: (...call: Parameters<typeof inner.query>) => step(() => inner.query(...call)),
      write: (...call: Parameters<typeof inner.write>) => step(() => inner.write(...call)),
      transact: (...call: Parameters<typeof inner.transact>) => step(() => inner.transact(...call)),
    };
    expect(await stage.drive({ store })).toBe(true);
    const refusal = await cancel();
    const certificate = await findCertificate(stage.store, input.erasureId).catch(() => undefined);
    const isPrevented = refusal === undefined;
    if (!isPrevented) expect(refusal).toBeInstanceOf(ErasureBegun);
    expect(certificate === undefined).toBe(isPrevented);
    outcomes.add(isPrevented ? 'prevented' : 'refused');
  }
  expect([...outcomes].sort()).toEqual(['prevented', 'refused']);
});

test('a legal hold pauses an erasure before its first effect, and lifting it lets the erasure go on', async () => {
  const stage = await open();
  const input = await stage.request();
  await stage.holds.place({ ownerId: ACCOUNT, actor: COMMAND });
  await stage.holds.place({ ownerId: ACCOUNT, actor: COMMAND });
  expect(await stage.drive({ until: stage.clock() + 60 * DAY_MS })).toBe(false);
  expect(await stage.erasures.get(ACCOUNT, input.erasureId)).toMatchObject({ state: 'grace', step: 'gate' });
  expect((await stage.store.get({ table: ACCOUNTS, key: accountKey(ACCOUNT) }))?.['suspendedAt']).toBeUndefined();
  await stage.holds.lift({ ownerId: ACCOUNT, actor: COMMAND });
  expect(await stage.drive()).toBe(true);
  await findCertificate(stage.store, input.erasureId);
  const events = [...(await stage.whole.everything())].filter(([name]) => name.startsWith(`${AUDIT.name} `));
  const actions = events.map(([, { action }]) => action);
  expect(actions).toEqual(expect.arrayContaining(['erasure.hold', 'erasure.lift', 'erasure.begin', 'erasure.certify']));
});

test('a legal hold that is placed while requests end still comes before anything is lost', async () => {
  const stage = await open({ policy: 'forfeit' });
  await stage.payments.buy(1_000n);
  await stage.payments.receive();
  stage.payments.wallet.holdMs = 9 * DAY_MS;
  const hold = await stage.payments.wallet.reserve(1n);
  const input = await stage.request();
  expect(await stage.drive({ until: stage.clock() + 8 * DAY_MS })).toBe(false);
  expect((await stage.erasures.get(ACCOUNT, input.erasureId)).step).toBe('settle');
  await stage.holds.place({ ownerId: ACCOUNT, actor: COMMAND });
  await stage.payments.wallet.release(hold);
  expect(await stage.drive({ until: stage.clock() + 60 * DAY_MS })).toBe(false);
  expect((await stage.payments.view()).availablePico).toBe(10_000_000_000_000n);
  await stage.holds.lift({ ownerId: ACCOUNT, actor: COMMAND });
  expect(await stage.drive()).toBe(true);
});

test('a legal hold cannot be placed once an erasure has begun to take effect', async () => {
  const stage = await open();
  await stage.payments.wallet.wallet.credit({ accountId: ACCOUNT, amountPico: 10n ** 12n, paymentId: 'transfer-1' });
  await stage.request();
  expect(await stage.drive({ until: stage.clock() + 9 * DAY_MS })).toBe(false);
  await expect(stage.holds.place({ ownerId: ACCOUNT, actor: COMMAND })).rejects.toBeInstanceOf(ErasureBegun);
});

test('an account that is being erased cannot be resumed, and buys nothing', async () => {
  const stage = await open();
  stage.payments.wallet.holdMs = 9 * DAY_MS;
  await stage.payments.buy(1_000n);
  await stage.payments.receive();
  await stage.payments.automate();
  await stage.payments.wallet.reserve(1n);
  await stage.request();
  expect(await stage.drive({ until: stage.clock() + 8 * DAY_MS })).toBe(false);
  const { accounts } = stage.payments.wallet;
  await expect(accounts.resume({ accountId: ACCOUNT, actor: COMMAND })).rejects.toMatchObject({
    code: 'account_being_erased',
  });
  await expect(stage.payments.buy(500n)).rejects.toMatchObject({ code: 'account_being_erased' });
  expect(await stage.payments.payments.autoTopUps.check(ACCOUNT)).toBe(false);
});

test('an owner of an account with other members is asked to transfer it before they can be erased', async () => {
  const stage = await open();
  const member = await stage.join('member');
  await expect(stage.request(stage.ownerId)).rejects.toBeInstanceOf(TransferFirst);
  const actor = { kind: 'member', role: 'owner', personId: stage.ownerId } as const;
  await stage.ownership.transfer({ accountId: ACCOUNT, to: member, actor });
  const input = await stage.request(stage.ownerId);
  expect(await stage.drive()).toBe(true);
  await findCertificate(stage.store, input.erasureId);
  expect(await stage.payments.wallet.accounts.get(ACCOUNT)).toMatchObject({ ownerId: member });
  expect((await stage.store.get({ table: ACCOUNTS, key: accountKey(ACCOUNT) }))?.['members']).toBe(1n);
});

test('an erasure waits for a running export, and for one that failed no longer than a day', async () => {
  const stage = await open({ graceDays: 0 });
  const startedAt = new Date(stage.clock()).toISOString();
  const running = { ...runningExportKey(ACCOUNT), exportId: 'exp_01JD0000000000000000000000', startedAt };
  await stage.store.write({ table: ACCOUNTS, put: running });
  await stage.request();
  expect(await stage.drive({ until: stage.clock() + DAY_MS / 24 })).toBe(false);
  expect(stage.ran.at(-1)).toBe('settle');
  stage.payments.wallet.now += DAY_MS;
  expect(await stage.drive()).toBe(true);
});

test('nobody can make a person the owner of an account once their erasure has begun', async () => {
  const stage = await open();
  const member = await stage.join('member');
  const input = await stage.request(member);
  const actor = { kind: 'member', role: 'owner', personId: stage.ownerId } as const;
  const empty = await stage.payments.wallet.accounts.create();
  const refusals: unknown[] = [];
  stage.onStep = async (step) => {
    if (step !== 'balance') return;
    for (const attempt of [
      stage.ownership.transfer({ accountId: ACCOUNT, to: member, actor }),
      stage.ownership.appoint({ accountId: empty, personId: member, actor: COMMAND }),
    ])
      refusals.push(await attempt.catch((error: unknown) => (error as { readonly code?: string }).code));
  };
  expect(await stage.drive()).toBe(true);
  expect(new Set(refusals)).toEqual(new Set(['person_being_erased']));
  await findCertificate(stage.store, input.erasureId);
  expect(await stage.payments.wallet.accounts.get(ACCOUNT)).toMatchObject({ ownerId: stage.ownerId });
});

test('promise-09 the owner pays for what an erased person paid for, and the budget of that person is gone', async () => {
  const stage = await open();
  const member = await stage.join('member');
  const { payers } = await payingMember(stage, member);
  expect(await payers()).toEqual([member, member, member]);
  await stage.request(member);
  expect(await stage.drive()).toBe(true);
  expect(await payers()).toEqual([stage.ownerId, stage.ownerId]);
});

test('the only member of an account is erased after the account', async () => {
  const stage = await open();
  await expect(stage.request(stage.ownerId)).rejects.toBeInstanceOf(EraseAccountFirst);
  const account = await stage.request();
  const person = await stage.request(stage.ownerId);
  expect(await stage.drive({ until: stage.clock() + 10 * DAY_MS })).toBe(false);
  expect((await stage.erasures.get(stage.ownerId, person.erasureId)).step).toBe('settle');
  stage.restart(account);
  expect(await stage.drive()).toBe(true);
  stage.restart(person);
  expect(await stage.drive()).toBe(true);
  await findCertificate(stage.store, person.erasureId);
  expect(stage.users.addresses.size).toBe(0);
});

test('a person who is being erased cannot act, and a token that outlives them does not bring them back', async () => {
  const stage = await open();
  const member = await stage.join('member');
  stage.files.set(member, 1);
  await stage.request(member);
  expect(await stage.drive({ until: stage.clock() + 6 * DAY_MS })).toBe(false);
  expect((await stage.people.ofSubject('subject-member')).personId).toBe(member);
  expect(await stage.drive()).toBe(true);
  expect(stage.users.signedOut).toEqual(new Set(['subject-member']));
  await expect(stage.people.ofSubject('subject-member')).rejects.toMatchObject({ code: 'being_erased' });
  expect(await stage.store.get({ table: ACCOUNTS, key: personKey(member) })).toBeUndefined();
  // After the last token has ended, a new user of the pool with that ID would be a new person.
  stage.payments.wallet.now += 3 * DAY_MS;
  expect((await stage.people.ofSubject('subject-member')).personId).not.toBe(member);
});

test('promise-09 nothing in any table leads to an erased person on day 30, but pseudonyms in the audit log', async () => {
  const stage = await open();
  const member = await stage.join('member');
  await stage.request(member);
  expect(await stage.drive()).toBe(true);
  stage.payments.wallet.now += (30 - GRACE_DAYS) * DAY_MS;
  const left = await itemsWith(stage, ['subject-member', 'member@example.test', 'hash-of-', member]);
  expect(left.filter((name) => !name.startsWith('audit '))).toEqual([]);
});

test('promise-09 nothing in any table leads to an erased account on day 30, but its pseudonym in the ledger and the audit log', async () => {
  const stage = await open();
  await stage.payments.buy(1_000n);
  await stage.payments.receive();
  await stage.payments.spend(10n ** 12n);
  await stage.join('member');
  await stage.payments.wallet.accounts.rename({ accountId: ACCOUNT, actor: COMMAND, name: 'Ada and sons' });
  await stage.request();
  expect(await stage.drive()).toBe(true);
  stage.payments.wallet.now += (30 - GRACE_DAYS) * DAY_MS;
  expect(await itemsWith(stage, ['Ada and sons'])).toEqual([]);
  const left = await itemsWith(stage, [ACCOUNT]);
  const elsewhere = left.filter((name) => !/^(audit|wallet) /.test(name));
  // The chain's head, and the list by which commands find the ledger.
  expect(elsewhere.map((name) => name.replaceAll(ACCOUNT, 'ACCOUNT').replace(/#\d\d /, '#NN '))).toEqual([
    'accounts ACCOUNT audit-head',
    'accounts accounts#NN ACCOUNT',
  ]);
});

/** The items that contain one of the texts, by table and key. */
async function itemsWith({ whole }: WorkflowStage, texts: readonly string[]): Promise<readonly string[]> {
  const found = [...(await whole.everything())].filter(([name, item]) => {
    const text = JSON.stringify([name, item], (_key, value: unknown) =>
      typeof value === 'bigint' ? String(value) : value,
    );
    return texts.some((each) => text.includes(each));
  });
  return found.map(([name]) => name);
}
