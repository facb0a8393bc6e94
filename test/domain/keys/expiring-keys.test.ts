import type { AccountStage } from '../accounts/account-stage';
import { DAY_MS, HOUR_MS } from '../../../lambdas/domain/clock';
import { ExpiringKeys } from '../../../lambdas/domain/keys/expiring-keys';
import type { TableStore } from '../../../lambdas/domain/table/table-store';
import { remindOfKeys } from '../../../lambdas/handlers/notifications/remind-of-keys';
import { MailStage } from '../notifications/mail-stage';
import { atEveryStep, MortalStore } from '../notifications/mortal-store';
import { FaultyStore } from '../wallet/faulty-store';

let stage: MailStage;
let accountId: string;
let owner: Awaited<ReturnType<AccountStage['account']>>['owner'];
beforeEach(() => begin());

async function begin(): Promise<void> {
  stage = new MailStage();
  ({ accountId, owner } = await stage.accounts.account());
}

/** @returns the key's ID */
async function keyFor(days: number): Promise<string> {
  const { keyId } = await stage.accounts.keys.create({
    accountId,
    payer: owner.personId,
    validUntil: stage.now + days * DAY_MS,
  });
  return keyId;
}

const remind = (store: TableStore = stage.store): Promise<void> =>
  remindOfKeys(new ExpiringKeys({ store, clock: stage.clock, timing: stage.timing }))();

/** Runs the function every six hours and delivers the mails. @returns how many days before the end of a key each came */
async function pass(days: number, endsAt: number): Promise<readonly number[]> {
  const told: number[] = [];
  for (let run = 0; run < days * 4; run += 1) {
    stage.pass(6 * HOUR_MS);
    const before = stage.sent.length;
    await remind();
    await stage.sweep();
    told.push(...stage.sent.slice(before).map(() => (endsAt - stage.now) / DAY_MS));
  }
  return told;
}

test('people are reminded of a key a week and a day before it ends, once each', async () => {
  const keyId = await keyFor(30);
  expect(await pass(40, stage.now + 30 * DAY_MS)).toEqual([7, 1]);
  expect(stage.sent.map(({ text }) => text)).toEqual(Array(2).fill(expect.stringContaining(keyId)));
});

test('a key that is made for less than a week is reported a day before it ends, and one for a day never', async () => {
  await keyFor(3);
  await keyFor(1);
  expect(await pass(5, stage.now + 3 * DAY_MS)).toEqual([1]);
});

test('people are not reminded of a key that was revoked or replaced, but of its successor', async () => {
  await stage.accounts.keys.revoke(await keyFor(30), { accountId });
  const { keyId } = await stage.accounts.keys.rotate({ accountId, keyId: await keyFor(30), graceMs: 25 * DAY_MS });
  expect(await pass(40, stage.now + 30 * DAY_MS)).toEqual([7, 1]);
  expect(stage.sent[0]?.text).toContain(keyId);
});

test('a function that did not run for days sends the reminder that is due then', async () => {
  await keyFor(30);
  stage.pass(29.5 * DAY_MS);
  await remind();
  await remind();
  await stage.sweep();
  expect(stage.sent).toHaveLength(1);
});

test('many runs at the same time remind people of a key once', async () => {
  await keyFor(30);
  stage.pass(24 * DAY_MS);
  await Promise.all(Array.from({ length: 10 }, () => remind()));
  await stage.sweep();
  expect(stage.sent).toHaveLength(1);
});

test('a run that dies at any step, and the next one, remind people of a key once', async () => {
  const steps = await atEveryStep(async (diesAt) => {
    await begin();
    await keyFor(30);
    stage.pass(24 * DAY_MS);
    const mortal = new MortalStore(stage.store, diesAt);
    await remind(mortal).catch(() => undefined);
    await remind();
    await stage.sweep();
    expect(stage.sent).toHaveLength(1);
    return mortal;
  });
  expect(steps).toBeGreaterThan(4);
});

test('an account whose keys cannot be read does not keep the people of others from being reminded, and fails the run', async () => {
  const others = await Promise.all(Array.from({ length: 30 }, () => stage.accounts.account()));
  for (const other of others)
    await stage.accounts.keys.create({
      accountId: other.accountId,
      payer: other.owner.personId,
      validUntil: stage.now + 30 * DAY_MS,
    });
  stage.pass(24 * DAY_MS);
  const store = new FaultyStore(stage.store);
  const broken: TableStore = {
    get: (get) => store.get(get),
    write: (write) => store.write(write),
    transact: (writes, token) => store.transact(writes, token),
    query: (query) =>
      query.partition === accountId ? Promise.reject(new Error('cannot be read')) : store.query(query),
  };
  await expect(remind(broken)).rejects.toThrow('cannot be read');
  await stage.sweep();
  expect(stage.sent).toHaveLength(30);
});
