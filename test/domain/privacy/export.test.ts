import { z } from 'zod';
import { exportKey } from '../../../lambdas/contracts/storage/table-keys/privacy';
import { ACCOUNTS } from '../../../lambdas/contracts/storage/tables';
import { EXPORTED, fieldsWith } from '../../../lambdas/domain/privacy/register';
import { ExportStage, unzip } from './export-stage';

const ONE_PAGE = { characters: 1, milliseconds: Infinity };
/** Kinds that belong to a person and to no account. */
const SUPPORT_KINDS = ['support-thread', 'support-message', 'child-report'];
const OF_PEOPLE = [
  'person',
  'operator',
  'membership',
  'mail-preferences',
  'policy-acceptance',
  'policy-notice',
  ...SUPPORT_KINDS,
];

test('promise-10 the exports of an account and its owner have every exported field of every kind', async () => {
  const stage = await ExportStage.open();
  const { accountId, personId } = stage.ours;
  const [ofAccount, ofPerson] = [await stage.request(accountId), await stage.request(personId)];
  for (const input of [ofAccount, ofPerson]) await stage.run(input);
  const [account, person] = [await stage.items(ofAccount), await stage.items(ofPerson)];
  for (const item of EXPORTED) {
    const items = (OF_PEOPLE.includes(item.kind) ? person : account).get(item.kind) ?? [];
    const fields = new Set(items.flatMap((exported) => Object.keys(exported)));
    expect([item.kind, [...fields].sort()]).toEqual([item.kind, ['id', ...fieldsWith('exported', item)].sort()]);
  }
  const ofBoth = ['audit-event', 'export', 'invitation', 'key', 'member', 'trust', 'webhook', 'webhook-delivery'];
  const own = [...ofBoth, ...OF_PEOPLE].sort();
  expect([...person.keys()].sort()).toEqual(own);
});

test('promise-10 every exported item is valid by the JSON Schema beside it', async () => {
  const stage = await ExportStage.open();
  const input = await stage.request();
  await stage.run(input);
  const [contents, items] = [await stage.contents(input), await stage.items(input)];
  expect(items.size).toBeGreaterThan(15);
  for (const [kind, exported] of items) {
    const schema = z.fromJSONSchema(JSON.parse(contents.get(`schemas/${kind}.json`)?.[0] ?? '') as never);
    for (const item of exported) expect([kind, schema.safeParse(item).error?.issues]).toEqual([kind, undefined]);
  }
});

test('promise-10 an export contains nothing of another account, and no secret', async () => {
  const stage = await ExportStage.open();
  for (const ownerId of [stage.ours.accountId, stage.ours.personId]) {
    const input = await stage.request(ownerId);
    await stage.run(input);
    const text = JSON.stringify([...(await stage.contents(input))]);
    expect(text).toContain('ours');
    expect(text).not.toContain('theirs');
    for (const id of Object.values(stage.theirs)) expect(text).not.toContain(id);
    expect(text).not.toContain('verifier');
    expect(text).not.toContain('"salt"');
  }
});

test('an export of several archives has each item once', async () => {
  const stage = await ExportStage.open();
  const whole = await stage.request();
  expect(await stage.run(whole)).toBe(1);
  const expected = await stage.items(whole);
  stage.now += 1;
  const input = await stage.request();
  expect(await stage.run(input, ONE_PAGE)).toBeGreaterThan(10);
  const items = await stage.items(input);
  for (const [kind, exported] of expected) {
    if (['export', 'audit-event', 'audit-head'].includes(kind)) continue;
    expect([kind, items.get(kind)]).toEqual([kind, exported]);
  }
});

test('a spreadsheet runs no cell of an export as a formula', async () => {
  const stage = await ExportStage.open();
  const input = await stage.request();
  await stage.run(input);
  const csv = (await stage.contents(input)).get('account.csv')?.[0] ?? '';
  expect(csv).toContain("'=name of ours");
  expect(csv.split('\r\n')[0]).toBe('id,createdAt,name,ownerId,billing,suspendedAt,suspensionReason,holds');
});

test('amounts keep all their digits in an export', async () => {
  const stage = await ExportStage.open();
  const input = await stage.request();
  await stage.run(input);
  const [record] = (await stage.items(input)).get('usage-record') ?? [];
  expect(record).toMatchObject({ costPico: '12345678901234567890', usage: { input: 3, output: 4 }, durationMs: 6 });
});

test('an archive opens only with its passphrase', async () => {
  const stage = await ExportStage.open();
  const input = await stage.request();
  await stage.run(input);
  const [archive] = stage.files.files.values();
  await expect(unzip(archive!, 'another passphrase')).rejects.toThrow();
});

test('a file whose run was overtaken is removed, and the export stays whole', async () => {
  const stage = await ExportStage.open();
  const input = await stage.request();
  await Promise.all([stage.write(input, ONE_PAGE), stage.write(input, ONE_PAGE)]);
  expect(stage.files.files.size).toBe(1);
  await stage.run(input);
  expect((await stage.items(input)).get('usage-record')).toHaveLength(1);
});

test('a step that dies after its file was stored writes the file again', async () => {
  const stage = await ExportStage.open();
  const input = await stage.request();
  const dying = { ...bound(stage.store), write: () => Promise.reject(new Error('killed')) };
  await expect(stage.write(input, undefined, dying)).rejects.toThrow('killed');
  expect((await stage.exports.get(input.ownerId, input.exportId)).files).toEqual([]);
  await stage.run(input);
  expect((await stage.items(input)).get('account')).toHaveLength(1);
});

test('a step whose reply was lost keeps its file', async () => {
  const stage = await ExportStage.open();
  const input = await stage.request();
  const store = bound(stage.store);
  const lossy = {
    ...store,
    write: async (write: Parameters<typeof store.write>[0]) => {
      await store.write(write);
      return store.write(write);
    },
  };
  expect(await stage.write(input, undefined, lossy)).toEqual({ isComplete: true });
  expect(stage.files.files.size).toBe(1);
});

test('a step whose store fails stores no file', async () => {
  const stage = await ExportStage.open();
  const input = await stage.request();
  let queries = 0;
  const failing = {
    ...bound(stage.store),
    query: (query: Parameters<typeof stage.store.query>[0]) => {
      queries += 1;
      return queries > 20 ? Promise.reject(new Error('store')) : stage.store.query(query);
    },
  };
  await expect(stage.write(input, undefined, failing)).rejects.toThrow('store');
  expect(stage.files.files.size).toBe(0);
});

test('delivering an export again changes nothing', async () => {
  const stage = await ExportStage.open();
  const input = await stage.request();
  await stage.run(input);
  const before = await stage.store.get({ table: ACCOUNTS, key: exportKey(input.ownerId, input.exportId) });
  await stage.deliver(input);
  expect(await stage.store.get({ table: ACCOUNTS, key: exportKey(input.ownerId, input.exportId) })).toEqual(before);
});

test('a second export waits for the first, and starts the first again if nobody did', async () => {
  const stage = await ExportStage.open();
  const input = await stage.request();
  await expect(stage.request()).rejects.toMatchObject({ code: 'export_running', exportId: input.exportId });
  expect(stage.started).toEqual([input, input]);
  await stage.run(input);
  stage.now += 1;
  expect((await stage.request()).exportId).not.toBe(input.exportId);
});

test('an export that has not ended within a day blocks no other', async () => {
  const stage = await ExportStage.open();
  const first = await stage.request();
  stage.now += 86_400_000;
  const second = await stage.request();
  await stage.run(first);
  await stage.run(second);
  expect((await stage.exports.get(second.ownerId, second.exportId)).state).toBe('ready');
});

/** The methods of a store as an object that a test can change. */
const bound = (store: ExportStage['store']): ExportStage['store'] => ({
  get: (get) => store.get(get),
  query: (query) => store.query(query),
  write: (write) => store.write(write),
  transact: (writes, token) => store.transact(writes, token),
});
