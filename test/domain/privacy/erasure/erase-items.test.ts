import { directoryKey, personKey } from '../../../../lambdas/contracts/storage/table-keys/accounts';
import { pendingMailKey } from '../../../../lambdas/contracts/storage/table-keys/outbox';
import { rollUpPartition, rollUpSortKey } from '../../../../lambdas/contracts/storage/table-keys/roll-ups';
import { usageRecordKey } from '../../../../lambdas/contracts/storage/table-keys/usage';
import { ACCOUNTS, OUTBOX, ROLLUPS, USAGE } from '../../../../lambdas/contracts/storage/tables';
import { eraseItems } from '../../../../lambdas/domain/privacy/erasure/erase-items';
import { dataSubject } from '../../../../lambdas/domain/privacy/export/subject';
import { REGISTER } from '../../../../lambdas/domain/privacy/register';
import type { TableStore } from '../../../../lambdas/domain/table/table-store';
import type { Item } from '../../../../lambdas/domain/table/value';
import { MortalStore } from '../../notifications/mortal-store';
import { exampleIds, exampleItems } from '../example-items';
import { hiddenItems, userOf } from '../hidden-items';
import { ErasureStage, kindOf, stays } from './erasure-stage';

const textOf = (name: string, item: Item): string =>
  `${name} ${JSON.stringify(item, (_, value: unknown) => (typeof value === 'bigint' ? String(value) : value))}`;

/** The items that name one of these, by table and key. */
const naming = (items: ReadonlyMap<string, Item>, ...names: readonly string[]): readonly (readonly [string, Item])[] =>
  [...items].filter(([name, item]) => names.some((each) => textOf(name, item).includes(each)));

/** Texts of which each item of our account or its owner has one. */
const namesOf = ({ ours: { accountId, personId } }: ErasureStage): readonly string[] => [
  accountId,
  personId,
  'ours',
  ...['01JE', '01JG', '01JH'].map((beginning) => `${beginning}${accountId.slice(-22)}`),
];

/** Kinds of items that a person has about policies. */
const POLICY_KINDS = ['policy-acceptance', 'policy-notice'];
const SUPPORT_KINDS = ['support-listing', 'support-message', 'support-thread'];

/** A store whose reads work until the process dies just before or just after a write. */
const dyingWithin = (mortal: MortalStore, inner: TableStore): TableStore => ({
  get: (get) => (mortal.isDead ? mortal : inner).get(get),
  query: (query) => (mortal.isDead ? mortal : inner).query(query),
  write: (write) => mortal.write(write),
  transact: (writes, token) => mortal.transact(writes, token),
});

test('every kind of item that an account or a person can have is in the tests of erasure', () => {
  const examples = { ...exampleItems(exampleIds(1), 'x'), ...hiddenItems(exampleIds(1), 'x') };
  const found = REGISTER.filter(({ ofAccount, ofPerson, through }) => ofAccount ?? ofPerson ?? through);
  expect(found.map(({ kind }) => kind).filter((kind) => !(kind in examples))).toEqual([]);
});

test('promise-09 the erasure of an account leaves what the rules keep, as it was, and touches no other account', async () => {
  const stage = await ErasureStage.open();
  const before = await stage.store.everything();
  await stage.erase(stage.account);
  const after = await stage.store.everything();
  const { accountId } = stage.ours;
  const ofPeople = [
    'person',
    'subject',
    'operator',
    'mail-preferences',
    'suppressed-address',
    ...POLICY_KINDS,
    ...SUPPORT_KINDS,
    'child-report',
  ];
  for (const [name, item] of before) {
    const kind = kindOf(name, item);
    const isKept = textOf(name, item).includes('theirs') || stays(kind, 'account') || ofPeople.includes(kind.kind);
    const isOther = naming(new Map([[name, item]]), ...namesOf(stage)).length === 0;
    const expected = kind.kind === 'account-listing' && !isOther ? directoryKey(accountId) : item;
    expect([name, after.get(name)]).toEqual([name, isKept || isOther ? expected : undefined]);
  }
  expect(after.size).toBeLessThan(before.size - 30);
});

test('promise-09 the erasure of a person leaves their accounts, which name them by a pseudonym', async () => {
  const stage = await ErasureStage.open();
  const before = await stage.store.everything();
  await stage.erase(stage.person);
  const after = await stage.store.everything();
  const gone = [...before].filter(([name]) => !after.has(name)).map(([name, item]) => kindOf(name, item).kind);
  const expected = [
    'child-report',
    'mail-preferences',
    'member',
    'membership',
    'operator',
    'pending-message',
    'person',
  ];
  expect([...gone].sort()).toEqual([...expected, ...POLICY_KINDS, 'subject', ...SUPPORT_KINDS, 'suppressed-address']);
  for (const [name, item] of after) expect([name, item]).toEqual([name, before.get(name)]);
});

test('promise-09 once an account and its owner are erased, only kinds with a reason name them', async () => {
  const stage = await ErasureStage.open();
  await stage.erase(stage.account);
  stage.positions.length = 0;
  await stage.erase(stage.person);
  const left = naming(await stage.store.everything(), ...namesOf(stage));
  const kinds = left.map(([name, item]) => kindOf(name, item));
  expect(kinds.filter((kind) => !stays(kind, 'account')).map(({ kind }) => kind)).toEqual([]);
  expect(kinds.map(({ table }) => table.name).filter((name) => name === 'keys' || name === 'rollups')).toEqual([]);
  expect(await stage.remains(stage.account)).toEqual(new Map());
  expect(await stage.remains(stage.person)).toEqual(new Map());
});

test('every kind of item that erasure erases is found before it, in calls of any size', async () => {
  const stage = await ErasureStage.open();
  const erased = REGISTER.filter((kind) => !stays(kind, 'account') && (kind.ofAccount ?? kind.through));
  const expected = [...erased.map(({ kind }) => kind), 'account-listing'].sort();
  for (const costMax of [1, 500, Infinity]) {
    const remains = await stage.remains(stage.account, costMax);
    expect([...remains.keys()].sort()).toEqual(expected);
  }
});

test('an item that comes back after the erasure is found', async () => {
  const stage = await ErasureStage.open();
  const { accountId } = stage.ours;
  await stage.erase(stage.account);
  const key = usageRecordKey(accountId, `req_01JE${accountId.slice(-22)}`);
  await stage.store.write({ table: USAGE, put: { ...key, accountId } });
  expect(await stage.remains(stage.account)).toEqual(new Map([['usage-record', 1]]));
});

test('ten thousand items are erased in calls of bounded work, and no position names one of them', async () => {
  const stage = await ErasureStage.open();
  const { accountId } = stage.ours;
  for (let number = 0; number < 10_000; number += 1) {
    const ulid = `01JF${String(number).padStart(22, '0')}`;
    await stage.store.write({ table: USAGE, put: { ...usageRecordKey(accountId, `req_${ulid}`), accountId } });
  }
  for (let day = 0; day < 1_000; day += 1) {
    const pk = rollUpPartition(accountId, 'label');
    const put = { pk, sk: rollUpSortKey({ interval: 'day', start: '2026-11-20', name: `secret-label-${day}` }) };
    await stage.store.write({ table: ROLLUPS, put });
  }
  const erased = await stage.erase(stage.account, 1_500);
  expect(erased.reduce((sum, count) => sum + count)).toBeGreaterThan(11_000);
  expect(Math.max(...erased)).toBeLessThan(2_100);
  expect(erased.length).toBeGreaterThan(10);
  expect(stage.positions.join()).not.toMatch(/req_|label-/);
  expect(await stage.remains(stage.account)).toEqual(new Map());
});

test('the messages of an account are erased from among those of others', async () => {
  const stage = await ErasureStage.open();
  const message = hiddenItems(stage.theirs, 'theirs')['pending-message']!;
  for (let number = 0; number < 600; number += 1) {
    const messageId = `msg_${String(number).padStart(40, '0')}`;
    const { accountId } = number % 2 === 0 ? stage.ours : stage.theirs;
    await stage.store.write({ table: OUTBOX, put: { ...message, ...pendingMailKey(messageId), messageId, accountId } });
  }
  await stage.erase(stage.account, 1);
  const left = [...(await stage.store.everything())].filter(([name]) => name.startsWith('outbox mail#'));
  expect(left).toHaveLength(301);
  expect(left.filter(([, { accountId }]) => accountId === stage.ours.accountId)).toEqual([]);
});

test('a person and their memberships are found until nothing else of them is left', async () => {
  const stage = await ErasureStage.open();
  const { personId } = stage.ours;
  const { addressHash } = userOf('ours');
  const isThere = async () => (await stage.store.get({ table: ACCOUNTS, key: personKey(personId) })) !== undefined;
  let calls = 0;
  for (let position: string | undefined; await isThere(); calls += 1) {
    // A process that knows nothing of the calls before.
    const subject = await dataSubject(stage.store, personId);
    if (subject.kind !== 'person') throw new Error('this is an account');
    const options = { store: stage.store, limits: { costMax: 1 } };
    ({ position } = await eraseItems(options, { ...subject, ids: { ...subject.ids, addressHash } }, position));
  }
  expect(calls).toBeGreaterThan(10);
  expect(await stage.remains(stage.person)).toEqual(new Map());
});

test.each(['account', 'person'] as const)(
  'an eraser that is killed before or after any write leaves nothing of %s after another has gone on',
  async (subject) => {
    const expected = await ErasureStage.open();
    await expected.erase(expected[subject]);
    const end = await expected.store.everything();
    let isDead = true;
    for (let diesAt = 0; isDead; diesAt += 1) {
      const stage = await ErasureStage.open();
      const mortal = new MortalStore(stage.store, diesAt);
      await stage.erase(stage[subject], 400, dyingWithin(mortal, stage.store)).catch(() => undefined);
      isDead = mortal.isDead;
      await stage.erase(stage[subject], 400);
      expect([diesAt, await stage.store.everything()]).toEqual([diesAt, end]);
    }
  },
);
