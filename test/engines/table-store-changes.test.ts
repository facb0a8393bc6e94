import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ChangeRecord } from '../../lambdas/adapters/embedded/change-records';
import { EmbeddedStore } from '../../lambdas/adapters/embedded/embedded-store';
import { KEYS, ROLLUPS, USAGE, WALLET } from '../../lambdas/contracts/storage/tables';

const NOW = Date.UTC(2026, 0, 1);
const NOW_SECONDS = NOW / 1000;

describe('changes of the embedded store', () => {
  let now: number;
  let store: EmbeddedStore;
  let commits: (readonly ChangeRecord[])[];
  const key = (sk: string) => ({ pk: 'p', sk });
  const encodedKey = (sk: string) => ({ pk: { S: 'p' }, sk: { S: sk } });
  const names = () => commits.flat().map(({ eventName }) => eventName);

  beforeEach(() => {
    now = NOW;
    commits = [];
    store = EmbeddedStore.memory({ clock: () => now });
    store.onChange((records) => commits.push(records));
  });

  test('the embedded store reports changes like a DynamoDB stream', async () => {
    await store.write({ table: WALLET, put: { ...key('a'), n: 1, bytes: new Uint8Array([1, 2]) } });
    await store.write({ table: WALLET, update: key('a'), change: { add: { n: 1n }, remove: ['bytes'] } });
    await store.write({ table: WALLET, delete: key('a') });
    const first = { ...encodedKey('a'), n: { N: '1' }, bytes: { B: 'AQI=' } };
    const second = { ...encodedKey('a'), n: { N: '2' } };
    const shared = {
      ApproximateCreationDateTime: NOW_SECONDS,
      Keys: encodedKey('a'),
      StreamViewType: 'NEW_AND_OLD_IMAGES',
      SequenceNumber: expect.any(String) as string,
    };
    expect(commits.flat()).toEqual([
      expect.objectContaining({
        eventName: 'INSERT',
        eventSource: 'aws:dynamodb',
        dynamodb: { ...shared, NewImage: first },
      }),
      expect.objectContaining({ eventName: 'MODIFY', dynamodb: { ...shared, NewImage: second, OldImage: first } }),
      expect.objectContaining({ eventName: 'REMOVE', dynamodb: { ...shared, OldImage: second } }),
    ]);
    expect(commits.flat()[0]?.eventSourceARN).toContain(':table/wallet/');
  });

  test('the embedded store reports each commit as a whole before the writer resumes', async () => {
    await store.transact([
      { table: WALLET, put: key('a') },
      { table: USAGE, put: key('b') },
      { table: KEYS, put: key('without a stream') },
      { table: WALLET, check: key('c'), when: { absent: 'pk' } },
    ]);
    expect(commits.map((records) => records.map(({ dynamodb }) => dynamodb?.Keys?.['sk']?.S))).toEqual([['a', 'b']]);
  });

  test('a write without effect is not reported as a change', async () => {
    await store.write({ table: WALLET, put: { ...key('a'), n: 1, list: [{ x: 1 }] } });
    await store.write({ table: WALLET, put: { ...key('a'), list: [{ x: 1n }], n: 1n } });
    await store.write({ table: WALLET, update: key('a'), change: { set: { n: 1 } } });
    await store.write({ table: WALLET, delete: key('b') });
    expect(names()).toEqual(['INSERT']);
  });

  test('a failed write is not reported as a change', async () => {
    await expect(store.write({ table: WALLET, put: key('a'), when: { exists: 'pk' } })).rejects.toThrow('condition');
    expect(commits).toEqual([]);
  });

  test('the removal of an expired item is marked as made by the service', async () => {
    await store.write({ table: USAGE, put: { ...key('ends'), expiresAt: NOW_SECONDS + 10 } });
    await store.write({ table: USAGE, put: { ...key('lives'), expiresAt: NOW_SECONDS + 11 } });
    await store.write({ table: ROLLUPS, put: { ...key('has no stream'), expiresAt: NOW_SECONDS + 10 } });
    await store.write({ table: WALLET, put: { ...key('never ends'), expiresAt: NOW_SECONDS } });
    expect(await store.removeExpired()).toBe(0);
    now += 10_000;
    expect(await store.removeExpired()).toBe(2);
    expect(await store.removeExpired()).toBe(0);
    const removals = commits.flat().filter(({ eventName }) => eventName === 'REMOVE');
    expect(removals).toEqual([
      expect.objectContaining({ userIdentity: { type: 'Service', principalId: 'dynamodb.amazonaws.com' } }),
    ]);
    expect(removals[0]?.dynamodb?.OldImage).toEqual({
      ...encodedKey('ends'),
      expiresAt: { N: String(NOW_SECONDS + 10) },
    });
    now = NOW;
    expect((await store.query({ table: USAGE, partition: 'p' })).items.map(({ sk }) => sk)).toEqual(['lives']);
  });

  test('more expired items than fit into one transaction are removed', async () => {
    for (let n = 0; n < 250; n++)
      await store.write({ table: USAGE, put: { ...key(`item-${n}`), expiresAt: NOW_SECONDS } });
    expect(await store.removeExpired()).toBe(250);
    expect(await store.removeExpired()).toBe(0);
  });

  test('a listener that was removed receives no more changes', async () => {
    const received: unknown[] = [];
    const stop = store.onChange((records) => received.push(...records));
    await store.write({ table: WALLET, put: key('a') });
    stop();
    await store.write({ table: WALLET, put: key('b') });
    expect(received).toHaveLength(1);
  });

  test('sequence numbers of changes keep ascending across restarts', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'tollgate-changes-'));
    const numbers: string[] = [];
    for (let restart = 0; restart < 3; restart++) {
      const opened = EmbeddedStore.open({ file: join(folder, 'store.db'), clock: () => now });
      opened.onChange((records) => numbers.push(...records.map(({ dynamodb }) => dynamodb?.SequenceNumber ?? '')));
      for (let n = 0; n < 60; n++) {
        await opened.transact([
          { table: WALLET, put: { ...key('a'), restart, n } },
          { table: WALLET, put: { ...key('b'), restart, n } },
        ]);
      }
      await opened.close();
    }
    rmSync(folder, { recursive: true });
    expect(numbers).toHaveLength(360);
    expect(numbers).toEqual([...new Set(numbers)].sort());
  });
});
