import { DIMENSIONS, rollUpPartition } from '../../../../lambdas/contracts/storage/table-keys/roll-ups';
import { ROLLUPS } from '../../../../lambdas/contracts/storage/tables';
import { HOUR_MS, MINUTE_MS } from '../../../../lambdas/domain/clock';
import type { UsageRecord } from '../../../../lambdas/contracts/storage/usage-record';
import { absent } from '../../../../lambdas/domain/table/condition';
import { putUsageRecord } from '../../../../lambdas/domain/usage/records/usage-records';
import { completeRollUps } from '../../../../lambdas/domain/usage/rollups/complete-roll-ups';
import { VALUES_PER_DAY_MAX } from '../../../../lambdas/domain/usage/rollups/capped-values';
import { FaultyStore } from '../../wallet/faulty-store';
import { ACCOUNT } from '../../wallet/wallet-stage';
import { changeOf, expectedFrom, KEY, MEMBER, nameOf, RETENTION_DAYS, RollUpStage } from './roll-up-stage';

const OTHER_ACCOUNT = 'acc_01JD0000000000000000000009';
const LABELS = { team: 'search', project: 'a b' };

const END_USER = 'Zm9vYmFyYmF6cXV4Zm9vYg';

let stage: RollUpStage;
beforeEach(() => {
  stage = new RollUpStage();
});

const change = (before: UsageRecord, record: UsageRecord) => ({ ...changeOf(record), before });

describe('a usage record', () => {
  test('a usage record is added up by all its dimensions, per hour, day and month', async () => {
    const record = stage.record({ labels: LABELS, endUser: END_USER });
    await stage.count(record);
    const stored = await stage.stored();
    expect(stored).toEqual(expectedFrom([record]));
    expect(new Set([...stored.keys()].map((name) => name.split(' ')[0]))).toEqual(new Set(DIMENSIONS));
    const expected = {
      requests: 1n,
      costPico: 1_000n,
      't:input': 100n,
      't:output': 20n,
      's:completed': 1n,
      'd:35': 1n,
      'f:28': 1n,
    };
    for (const [dimension, value] of [
      ['account', 'all'],
      ['key', KEY],
      ['member', MEMBER],
      ['model', 'gpt-4.1'],
      ['provider', 'openai'],
      ['label', 'team=search'],
      ['enduser', END_USER],
      ['label', 'project=a b'],
    ] as const)
      for (const [interval, start] of [
        ['hour', '2026-11-20T10'],
        ['day', '2026-11-20'],
        ['month', '2026-11'],
      ] as const)
        expect(stored.get(nameOf({ dimension, value, interval, start }))).toEqual(expected);
  });

  test('a failed request is added up by its status and its HTTP status, with what the operator paid', async () => {
    await stage.count(
      stage.record({ status: 'provider_error', httpStatus: 502, costPico: 0n, usage: {}, overrunPico: 7n }),
      stage.record({ status: 'cancelled', httpStatus: 499, estimated: true }),
    );
    const hour = { dimension: 'account', value: 'all', interval: 'hour', start: '2026-11-20T10' } as const;
    expect((await stage.stored()).get(nameOf(hour))).toMatchObject({
      requests: 2n,
      overrunPico: 7n,
      estimated: 1n,
      's:provider_error': 1n,
      's:cancelled': 1n,
      'e:502': 1n,
      'e:499': 1n,
    });
  });

  test('a status and a unit of a later release are added up as others, whatever their text is', async () => {
    const later = { status: 'a text', usage: { input: 1, 'a text': 5 } } as Partial<UsageRecord>;
    await stage.count(stage.record(later));
    const [measures] = (await stage.stored()).values();
    expect(measures).toMatchObject({ 's:other': 1n, 't:other': 5n });
    expect(JSON.stringify(Object.keys(measures ?? {}))).not.toContain('a text');
  });

  test('no key of a table contains a label, because a person wrote it', async () => {
    await stage.count(stage.record({ labels: { team: 'search' } }));
    const { items } = await stage.engine.query({ table: ROLLUPS, partition: rollUpPartition(ACCOUNT, 'label') });
    expect(items.map(({ value }) => value)).toEqual(['team=search', 'team=search', 'team=search']);
    expect(JSON.stringify(items.map(({ pk, sk }) => [pk, sk]))).not.toContain('search');
  });
});

describe('counting exactly once', () => {
  test('a batch that is delivered again adds nothing, whatever it is batched with', async () => {
    const records = Array.from({ length: 20 }, () => stage.record());
    await stage.count(...records.slice(0, 10));
    await stage.count(...records.slice(0, 10));
    await stage.count(...records.slice(5));
    for (const record of records) await stage.count(record);
    await stage.count(...[...records].reverse());
    expect(await stage.stored()).toEqual(expectedFrom(records));
  });

  test('a batch that is delivered again a day later adds nothing', async () => {
    const record = stage.record();
    await stage.count(record);
    stage.now += 24 * HOUR_MS;
    await stage.count(record);
    expect(await stage.stored()).toEqual(expectedFrom([record]));
  });

  test('a batch is counted once despite conflicts, outages and a lost reply', async () => {
    const record = stage.record();
    const store = new FaultyStore(stage.engine);
    store.plan('conflict', 'unreachable', 'throttled', 'lost reply');
    await stage.rollUpsOn(store).count([changeOf(record)]);
    expect(await stage.stored()).toEqual(expectedFrom([record]));
  });

  test('a transaction that arrives after its batch was counted again adds nothing', async () => {
    const record = stage.record();
    const store = new FaultyStore(stage.engine);
    store.plan('late');
    await stage.rollUpsOn(store).count([changeOf(record)]);
    expect(await store.arrive()).toEqual([false]);
    expect(await stage.stored()).toEqual(expectedFrom([record]));
  });

  test('two processes that count overlapping batches at the same time count each record once', async () => {
    const records = Array.from({ length: 30 }, () => stage.record());
    for (const turns of [[0], [1, 3], [5, 0, 2], [2, 2, 9]]) {
      stage = new RollUpStage();
      const store = new FaultyStore(stage.engine);
      store.interleave(turns);
      const [one, other] = [stage.rollUpsOn(store), stage.rollUpsOn(store)];
      await Promise.all([
        one.count(records.slice(0, 20).map(changeOf)),
        other.count(records.slice(10).map(changeOf)),
        one.count(records.slice(5, 25).map(changeOf)),
      ]);
      expect(await stage.stored()).toEqual(expectedFrom(records));
    }
  });

  test('a batch of more keys than fit into one transaction is counted once, although its second part fails first', async () => {
    const records = Array.from({ length: 150 }, (_, key) =>
      stage.record({ keyId: `01JD${String(key % 75).padStart(22, '0')}` }),
    );
    const store = new FaultyStore(stage.engine);
    const fault = (): Promise<never> => Promise.reject(new RangeError('a fault of data'));
    store.plan('none', fault);
    await expect(stage.rollUpsOn(store).count(records.map(changeOf))).rejects.toThrow('a fault of data');
    expect((await stage.stored()).size).toBeGreaterThan(0);
    await stage.rollUpsOn(store).count(records.map(changeOf));
    expect(await stage.stored()).toEqual(expectedFrom(records));
  });

  test('records of several accounts in one batch are counted for their own accounts', async () => {
    const [own, other] = [stage.record(), stage.record({ accountId: OTHER_ACCOUNT, costPico: 5n })];
    await stage.count(own, other);
    expect(await stage.stored(ACCOUNT)).toEqual(expectedFrom([own]));
    expect(await stage.stored(OTHER_ACCOUNT)).toEqual(expectedFrom([other]));
  });
});

describe('a record that changes', () => {
  test('a charge after an expiry changes the roll-ups by the difference', async () => {
    const record = stage.record();
    const expired = stage.expired(record);
    await stage.count(expired);
    expect(await stage.stored()).toEqual(expectedFrom([expired]));
    await stage.count(change(expired, record));
    await stage.count(change(expired, record));
    await stage.count(expired);
    const stored = await stage.stored();
    for (const [name, measures] of expectedFrom([record])) expect([name, stored.get(name)]).toEqual([name, measures]);
  });

  test('a change that arrives together with the record that it replaces counts once', async () => {
    const record = stage.record();
    const expired = stage.expired(record);
    await stage.count(expired, change(expired, record));
    const account = nameOf({ dimension: 'account', value: 'all', interval: 'month', start: '2026-11' });
    expect((await stage.stored()).get(account)).toEqual(expectedFrom([record]).get(account));
  });

  test('a change whose first version was never counted is counted as a whole, and the first version then adds nothing', async () => {
    const record = stage.record();
    const expired = stage.expired(record);
    await stage.count(change(expired, record));
    expect(await stage.count(expired)).toEqual([record.requestId]);
    expect(await stage.stored()).toEqual(expectedFrom([record]));
  });

  test('a late charge whose own change was lost is counted from the record alone', async () => {
    const record = stage.record();
    await stage.count(stage.expired(record));
    expect(await stage.count(record)).toEqual([]);
    const account = nameOf({ dimension: 'account', value: 'all', interval: 'hour', start: '2026-11-20T10' });
    expect((await stage.stored()).get(account)).toEqual(expectedFrom([record]).get(account));
  });

  test('late charges of many models whose own changes were lost are counted from the records alone', async () => {
    const records = Array.from({ length: 98 }, (_, model) => stage.record({ model: `model-${model}` }));
    await stage.count(...records.map((record) => stage.expired(record)));
    for (const record of records) await stage.engine.write(putUsageRecord(record, RETENTION_DAYS, absent()));
    const options = { store: stage.engine, rollUps: stage.rollUps };
    const attributionsOf = async () => new Map([[KEY, { counterId: KEY, memberId: MEMBER }]]);
    expect(await completeRollUps({ ...options, attributionsOf }, ACCOUNT)).toEqual({ records: 98, unreadable: [] });
    const stored = await stage.stored();
    for (const [name, measures] of expectedFrom(records)) expect([name, stored.get(name)]).toEqual([name, measures]);
  });

  test('a refund of a part of a charge changes the roll-ups by the difference', async () => {
    const record = stage.record();
    const refunded = { ...record, costPico: 400n };
    await stage.count(record);
    await stage.count(change(record, refunded));
    expect(await stage.stored()).toEqual(expectedFrom([refunded]));
  });

  test('a later charge by another model moves the request to that model', async () => {
    const record = stage.record({ model: 'gpt-4.1-mini' });
    const expired = { ...stage.expired(record), model: 'gpt-4.1' };
    await stage.count(expired);
    await stage.count(change(expired, record));
    const stored = await stage.stored();
    const dayOf = (value: string) => nameOf({ dimension: 'model', value, interval: 'day', start: '2026-11-20' });
    expect(stored.get(dayOf('gpt-4.1'))).toEqual({});
    expect(stored.get(dayOf('gpt-4.1-mini'))).toMatchObject({ requests: 1n, costPico: 1_000n });
  });
});

describe('values that people choose', () => {
  const most = VALUES_PER_DAY_MAX.label ?? 0;
  const labelled = (label: number) => stage.record({ labels: { run: `n${label}` } });
  const requestsOf = async (value: string, start = '2026-11-20') =>
    (await stage.stored()).get(nameOf({ dimension: 'label', value, interval: 'day', start }))?.['requests'];

  test('labels beyond the limit of a day are added up as others, and the account is added up in full', async () => {
    for (let label = 0; label < most; label += 1) await stage.count(labelled(label));
    await stage.count(...Array.from({ length: 50 }, (_, label) => labelled(most + label)));
    await stage.count(labelled(0));
    const all = nameOf({ dimension: 'account', value: 'all', interval: 'day', start: '2026-11-20' });
    const requests = (await stage.stored()).get(all)?.['requests'];
    expect([await requestsOf('run=n0'), await requestsOf(`run=n${most}`), await requestsOf('other'), requests]).toEqual(
      [2n, undefined, 50n, BigInt(most) + 51n],
    );
  });

  test('a correction of a request among the others changes the others', async () => {
    await stage.count(...Array.from({ length: most }, (_, label) => labelled(label)));
    const record = labelled(most);
    await stage.count(stage.expired(record));
    await stage.count(change(stage.expired(record), record));
    const other = nameOf({ dimension: 'label', value: 'other', interval: 'day', start: '2026-11-20' });
    expect((await stage.stored()).get(other)).toMatchObject({ requests: 1n, costPico: 1_000n, 's:completed': 1n });
  });

  test('labels of another day have their own limit', async () => {
    await stage.count(...Array.from({ length: most }, (_, label) => labelled(label)));
    stage.now += 24 * HOUR_MS;
    await stage.count(labelled(most));
    expect(await requestsOf(`run=n${most}`, '2026-11-21')).toBe(1n);
  });
});

describe('the end of a roll-up', () => {
  test('a roll-up ends with the first record that could be in it, and what is left of it is no longer readable', async () => {
    stage.now = Date.parse('2026-11-01T00:00:00.000Z');
    await stage.count(stage.record());
    const end = stage.now + 90 * 24 * HOUR_MS;
    stage.now = end - MINUTE_MS;
    expect((await stage.stored()).size).toBe(expectedFrom([stage.record()]).size);
    stage.now = end;
    expect((await stage.stored()).size).toBe(0);
  });

  test('a record that has expired is not counted', async () => {
    const record = stage.record();
    stage.now += 90 * 24 * HOUR_MS;
    await stage.count(record);
    expect((await stage.stored()).size).toBe(0);
  });
});
