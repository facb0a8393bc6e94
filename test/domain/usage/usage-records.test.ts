import { EXPIRES_AT, USAGE } from '../../../lambdas/contracts/storage/tables';
import { usageRecordKey } from '../../../lambdas/contracts/storage/table-keys/usage';
import { UNITS } from '../../../lambdas/contracts/storage/units';
import { writtenUsageRecordSchema } from '../../../lambdas/contracts/storage/usage-record';
import { absent } from '../../../lambdas/domain/table/condition';
import { renderUsageRecord } from '../../../lambdas/domain/usage/records/render-usage-record';
import { putUsageRecord } from '../../../lambdas/domain/usage/records/usage-records';
import { ACCOUNT, outcomeOf, WalletStage } from '../wallet/wallet-stage';

describe('usage records', () => {
  test('a usage record is read back as it was written, with every unit and without absent fields', async () => {
    const stage = await WalletStage.funded(100n);
    const usage = Object.fromEntries(UNITS.map((unit, count) => [unit, count]));
    const { firstByteMs: _absent, ...outcome } = outcomeOf(await stage.reserve(10n));
    const record = { ...outcome, usage, costPico: 3n, overrunPico: 0n };
    await stage.engine.write(putUsageRecord(record, 90, absent()));
    expect(await stage.usage.get(ACCOUNT, record.requestId)).toEqual(record);
  });

  test('a usage record is written without unknown fields', async () => {
    const stage = await WalletStage.funded(100n);
    const hold = await stage.reserve(10n);
    const record = { ...outcomeOf(hold), prompt: 'a canary', usage: { input: 1, words: 2 } };
    await stage.wallet.settle({ hold, kind: 'charge', costPico: 1n, record });
    const item = await stage.engine.get({ table: USAGE, key: usageRecordKey(ACCOUNT, hold.requestId) });
    expect(item).not.toHaveProperty('prompt');
    expect(item?.['usage']).toEqual({ input: 1n });
  });

  test('a usage record is written as the strict schema of this release describes it', async () => {
    const stage = await WalletStage.funded(100n);
    const hold = await stage.reserve(10n);
    await stage.settle(hold, 1n);
    const item = await stage.engine.get({ table: USAGE, key: usageRecordKey(ACCOUNT, hold.requestId) });
    const { pk: _pk, sk: _sk, [EXPIRES_AT]: _expiresAt, ...written } = item!;
    expect(writtenUsageRecordSchema.parse(written)).toEqual(await stage.usage.get(ACCOUNT, hold.requestId));
  });

  test('a usage record of a later release is read without its unknown fields, and with its unknown values as they are', async () => {
    const stage = await WalletStage.funded(100n);
    const hold = await stage.reserve(10n);
    await stage.settle(hold, 1n);
    const read = await stage.usage.get(ACCOUNT, hold.requestId);
    const update = usageRecordKey(ACCOUNT, hold.requestId);
    const usage = { input: 10n, videoSeconds: 3n, detail: { frames: 2n }, codec: 'av1' };
    const set = { extra: 'a canary', status: 'paused', endpoint: 'videos', usage };
    await stage.engine.write({ table: USAGE, update, change: { set } });
    const later = await stage.usage.get(ACCOUNT, hold.requestId);
    const values = { status: 'paused', endpoint: 'videos', usage: { input: 10, videoSeconds: 3 } };
    expect(later).toEqual({ ...read, ...values });
    expect(renderUsageRecord(later!)).toMatchObject(values);
    expect(JSON.stringify(renderUsageRecord(later!))).not.toContain('canary');
  });

  test('usage records of one account are listed newest first, up to the limit', async () => {
    const stage = await WalletStage.funded(100n);
    const ids: string[] = [];
    for (let count = 0; count < 7; count += 1) {
      stage.now += 1_000;
      const hold = await stage.reserve(1n);
      await stage.settle(hold, 1n);
      ids.unshift(hold.requestId);
    }
    const listed = async (limit: number): Promise<string[]> =>
      (await stage.usage.newest(ACCOUNT, limit)).map(({ requestId }) => requestId);
    expect(await listed(3)).toEqual(ids.slice(0, 3));
    expect(await listed(100)).toEqual(ids);
    expect(await stage.usage.newest('acc_01JD0000000000000000000002', 3)).toEqual([]);
  });

  test('expired usage records are skipped even if the store has not deleted them', async () => {
    const stage = await WalletStage.funded(100n);
    const old = await stage.reserve(1n);
    await stage.settle(old, 1n);
    stage.now += 89 * 86_400_000;
    const recent = await stage.reserve(1n);
    await stage.settle(recent, 1n);
    stage.now += 86_400_000;
    expect((await stage.usage.newest(ACCOUNT, 2)).map(({ requestId }) => requestId)).toEqual([recent.requestId]);
  });
});
