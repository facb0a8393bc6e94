import { DAY_MS, MINUTE_MS } from '../../../lambdas/domain/clock';
import { SHARDS } from '../../../lambdas/contracts/storage/table-keys/key-parts';
import { usageRecordKey } from '../../../lambdas/contracts/storage/table-keys/usage';
import { balanceKey, holdPartition, lateEntryKey } from '../../../lambdas/contracts/storage/table-keys/wallet';
import { USAGE, WALLET } from '../../../lambdas/contracts/storage/tables';
import type { Item } from '../../../lambdas/domain/table/value';
import { encodeHold } from '../../../lambdas/domain/wallet/holds/hold';
import { ACCOUNT, USAGE_RETENTION_DAYS, WalletStage } from './wallet-stage';

const AMPLE = 1_000_000n;

const add = (stage: WalletStage, amounts: { readonly [amount: string]: bigint }): Promise<unknown> =>
  stage.engine.write({ table: WALLET, update: balanceKey(ACCOUNT), change: { add: amounts } });
const put = (stage: WalletStage, item: Item, table = WALLET): Promise<unknown> =>
  stage.engine.write({ table, put: item });

/** A funded account with one charged request. */
async function charged() {
  const stage = await WalletStage.funded(1_000n);
  const hold = await stage.reserve(400n);
  await stage.settle(hold, 150n);
  return { stage, hold };
}

/** Calls `run` whenever the live holds are read, which happens once per read of an account. */
function atEachRead(stage: WalletStage, run: (read: number) => Promise<unknown>): { readonly reads: () => number } {
  const query = stage.engine.query.bind(stage.engine);
  let reads = 0;
  stage.engine.query = async (asked) => {
    if (asked.partition === holdPartition(SHARDS[0] ?? '')) {
      reads += 1;
      await run(reads);
    }
    return query(asked);
  };
  return { reads: () => reads };
}

describe('an account that changes while it is verified', () => {
  const change = (stage: WalletStage): Promise<unknown> => add(stage, { revision: 1n });

  test('an account that keeps changing is read five more times, and then counts as unstable', async () => {
    const { stage } = await charged();
    await add(stage, { spentPico: 1n });
    const { reads } = atEachRead(stage, (read) => (read <= 6 ? change(stage) : Promise.resolve()));
    expect(await stage.verify()).toEqual({ accounts: 1, entries: 2, differences: [], unstable: [ACCOUNT] });
    expect(reads()).toBe(6);
  });

  test('an account is wrong if it differs in a read between two changes', async () => {
    const { stage } = await charged();
    await add(stage, { spentPico: 1n });
    atEachRead(stage, (read) => (read <= 5 ? change(stage) : Promise.resolve()));
    const difference = { kind: 'spent', accountId: ACCOUNT, expectedPico: 150n, actualPico: 151n };
    expect(await stage.verify()).toEqual({ accounts: 1, entries: 2, differences: [difference], unstable: [] });
  });

  test('an account is right if it adds up in any read', async () => {
    const { stage } = await charged();
    await add(stage, { spentPico: 1n });
    atEachRead(stage, (read) => add(stage, { revision: 1n, spentPico: read === 2 ? -1n : 0n }));
    expect(await stage.verify()).toEqual({ accounts: 1, entries: 2, differences: [], unstable: [] });
  });
});

test('an account that adds up is read once', async () => {
  const { stage } = await charged();
  const { reads } = atEachRead(stage, () => Promise.resolve());
  await stage.verify();
  expect(reads()).toBe(1);
});

describe('an account without a balance', () => {
  test('an account without a balance has no difference if it never had money', async () => {
    const stage = new WalletStage();
    await stage.accounts.create({ accountId: ACCOUNT });
    expect(await stage.verify()).toEqual({ accounts: 1, entries: 0, differences: [], unstable: [] });
  });

  test('an account with entries but no balance is reported', async () => {
    const { stage } = await charged();
    await stage.engine.write({ table: WALLET, delete: balanceKey(ACCOUNT) });
    const difference = { kind: 'balance_missing', accountId: ACCOUNT, expectedPico: 0n, actualPico: 0n };
    expect((await stage.verify()).differences).toEqual([difference]);
  });

  test('an account with a live hold but no balance is reported', async () => {
    const stage = new WalletStage();
    await stage.accounts.create({ accountId: ACCOUNT });
    const { hold } = await charged();
    await put(stage, encodeHold(hold));
    expect((await stage.verify()).differences).toMatchObject([{ kind: 'balance_missing' }]);
  });

  test('an account with drawers but no balance is reported only once', async () => {
    const stage = await WalletStage.funded(AMPLE);
    stage.store.plan('conflict');
    await stage.settle(await stage.reserve(100n), 40n);
    stage.now += 2 * MINUTE_MS;
    await stage.wallet.expireDue();
    await stage.engine.write({ table: WALLET, delete: balanceKey(ACCOUNT) });
    expect((await stage.verify()).differences).toMatchObject([{ kind: 'balance_missing' }]);
  });
});

describe('the verification of usage records', () => {
  test('a usage record that was never charged does not hide the next one', async () => {
    const stage = await WalletStage.funded(1_000n);
    const uncharged = stage.nextRequestId();
    const hold = await stage.reserve(400n);
    await stage.settle(hold, 150n);
    const item = await stage.engine.get({ table: USAGE, key: usageRecordKey(ACCOUNT, hold.requestId) });
    await put(stage, { ...item, ...usageRecordKey(ACCOUNT, uncharged), requestId: uncharged }, USAGE);
    expect((await stage.verify()).differences).toEqual([
      { kind: 'usage_without_entry', accountId: ACCOUNT, id: uncharged, expectedPico: 0n, actualPico: 150n },
    ]);
  });

  test.each([
    [1, 1],
    [0, 0],
  ])('a usage record must exist until a day before its retention ends (%d ms before)', async (before, missed) => {
    const { stage, hold } = await charged();
    await stage.engine.write({ table: USAGE, delete: usageRecordKey(ACCOUNT, hold.requestId) });
    stage.now += (USAGE_RETENTION_DAYS - 1) * DAY_MS - before;
    expect((await stage.verify()).differences).toHaveLength(missed);
  });
});

describe('the verification of an adjustment', () => {
  test('an adjustment must follow the expiry of its own request', async () => {
    const stage = await WalletStage.funded(1_000n);
    const { requestId } = await stage.reserve(400n);
    await stage.expire();
    const other = stage.nextRequestId();
    await put(stage, {
      ...lateEntryKey(ACCOUNT, other),
      kind: 'adjustment',
      at: '2026-11-20T10:00:00.000Z',
      requestId: other,
      heldPico: 0n,
      transfers: [],
    });
    const differences = (await stage.verify()).differences.filter(({ id }) => id !== other);
    expect(differences).toEqual([
      {
        kind: 'adjustment_without_expiry',
        accountId: ACCOUNT,
        id: `${other}#late`,
        expectedPico: 0n,
        actualPico: 0n,
      },
    ]);
    expect(other > requestId).toBe(true);
  });
});

test('the verifier reports a hold of an unknown account, with its amount', async () => {
  const { stage, hold } = await charged();
  await put(stage, encodeHold({ ...hold, accountId: 'acc_none' }));
  expect((await stage.verify()).differences).toEqual([
    {
      kind: 'hold_without_account',
      accountId: 'acc_none',
      id: hold.requestId,
      expectedPico: 0n,
      actualPico: 400n,
    },
  ]);
});
