import { SHARDS } from '../../../lambdas/contracts/storage/table-keys/key-parts';
import { usageRecordKey } from '../../../lambdas/contracts/storage/table-keys/usage';
import { balanceKey, entryKey, lateEntryKey } from '../../../lambdas/contracts/storage/table-keys/wallet';
import { USAGE, WALLET } from '../../../lambdas/contracts/storage/tables';
import type { Item } from '../../../lambdas/domain/table/value';
import { ACCOUNT, WalletStage } from './wallet-stage';

const AMPLE = 1_000_000n;
const INCONSISTENT = { name: 'LedgerInconsistent', message: 'the balance does not include the hold' };

async function withHold() {
  const stage = await WalletStage.funded(1_000n);
  return { stage, hold: await stage.reserve(400n) };
}

/** Makes a request on a lease, and finds the drawer that the lease's money comes from. */
async function withLease() {
  const stage = await WalletStage.funded(AMPLE);
  stage.store.plan('conflict');
  const hold = await stage.reserve(100n);
  const keys = SHARDS.map((shard) => balanceKey(ACCOUNT, shard));
  const items = await Promise.all(keys.map((key) => stage.engine.get({ table: WALLET, key })));
  const drawer = SHARDS[items.findIndex((item) => item !== undefined)];
  return { stage, hold, drawer };
}

/** Changes a balance behind the wallet's back. */
const tamper = (stage: WalletStage, add: { readonly [amount: string]: bigint }, drawer?: string): Promise<unknown> =>
  stage.engine.write({ table: WALLET, update: balanceKey(ACCOUNT, drawer), change: { add } });

const put = (stage: WalletStage, item: Item, table = WALLET): Promise<unknown> =>
  stage.engine.write({ table, put: item });

describe('the end of a hold on an inconsistent ledger', () => {
  test('a settle is refused if the balance holds less than the hold', async () => {
    const { stage, hold } = await withHold();
    await tamper(stage, { heldPico: -1n });
    await expect(stage.settle(hold, 1n)).rejects.toMatchObject(INCONSISTENT);
    expect(await stage.amounts()).toEqual([600n, 399n, 0n]);
    expect(await stage.usage.get(ACCOUNT, hold.requestId)).toBeUndefined();
    expect((await stage.entries()).map(({ kind }) => kind)).toEqual(['credit']);
  });

  test('a request is settled within its hold even if less than nothing is available', async () => {
    const { stage, hold } = await withHold();
    await tamper(stage, { availablePico: -601n });
    expect(await stage.settle(hold, 400n)).toMatchObject({ costPico: 400n, overrunPico: 0n });
    expect(await stage.amounts()).toEqual([-1n, 0n, 400n]);
  });

  test('a settle is refused if the entry of the hold already exists', async () => {
    const { stage, hold } = await withHold();
    await put(stage, { ...entryKey(ACCOUNT, hold.requestId), kind: 'release' });
    await expect(stage.settle(hold, 1n)).rejects.toMatchObject(INCONSISTENT);
    expect(await stage.amounts()).toEqual([600n, 400n, 0n]);
  });

  test('a release is refused if the usage record already exists', async () => {
    const { stage, hold } = await withHold();
    await put(stage, { ...usageRecordKey(ACCOUNT, hold.requestId), status: 'completed' }, USAGE);
    await expect(stage.release(hold)).rejects.toMatchObject(INCONSISTENT);
    expect(await stage.amounts()).toEqual([600n, 400n, 0n]);
  });

  test('a release is refused if the balance holds less than it should return', async () => {
    const { stage, hold } = await withHold();
    await put(stage, { ...entryKey(ACCOUNT, hold.requestId), kind: 'expire' });
    await tamper(stage, { heldPico: -1n });
    await expect(stage.release(hold)).rejects.toMatchObject(INCONSISTENT);
    expect(await stage.amounts()).toEqual([600n, 399n, 0n]);
  });
});

test('a settle succeeds if the balance holds exactly the amount of the hold', async () => {
  const { stage, hold } = await withHold();
  await stage.settle(hold, 400n);
  expect(await stage.amounts()).toEqual([600n, 0n, 400n]);
});

test('a late settle does not replace the usage record of a request that did not expire', async () => {
  const { stage, hold } = await withHold();
  await stage.expire();
  const update = usageRecordKey(ACCOUNT, hold.requestId);
  await stage.engine.write({ table: USAGE, update, change: { set: { status: 'completed' } } });
  await expect(stage.settle(hold, 1n)).rejects.toMatchObject({ name: 'TransactionCancelled' });
  expect(await stage.amounts()).toEqual([1_000n, 0n, 0n]);
});

test('a late settle is refused if the adjustment that was recorded before cannot be read', async () => {
  const { stage, hold } = await withHold();
  await stage.expire();
  await stage.settle(hold, 1n);
  const transfers = [{ from: 'available', to: 'spent', amountPico: 'all' }];
  const update = lateEntryKey(ACCOUNT, hold.requestId);
  await stage.engine.write({ table: WALLET, update, change: { set: { transfers } } });
  await expect(stage.settle(hold, 1n)).rejects.toMatchObject({ name: 'ZodError' });
});

describe('a sweep of a lease on an inconsistent ledger', () => {
  test('a sweep fails on a lease whose drawer holds less, and leaves it unchanged', async () => {
    const { stage, drawer } = await withLease();
    await tamper(stage, { heldPico: -1n }, drawer);
    stage.now += 2 * 60_000;
    expect(await stage.wallet.expireDue()).toEqual({ expired: 0, overdue: 0, failed: 1 });
    expect((await stage.amounts())[1]).toBe(799n);
  });

  test('a sweep fails on a lease whose entry already exists, and leaves it unchanged', async () => {
    const { stage, hold, drawer } = await withLease();
    const leaseId = hold.leaseTurn?.slice(0, -2) ?? '';
    await put(stage, { ...entryKey(`${ACCOUNT}#${drawer}`, leaseId), kind: 'lease' });
    stage.now += 2 * 60_000;
    expect(await stage.wallet.expireDue()).toEqual({ expired: 0, overdue: 0, failed: 1 });
    expect((await stage.amounts())[1]).toBe(800n);
  });
});
