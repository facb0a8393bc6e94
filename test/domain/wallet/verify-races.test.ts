import { DAY_MS, MINUTE_MS } from '../../../lambdas/domain/clock';
import {
  balanceKey,
  holdPartition,
  lateEntryKey,
  SHARDS,
  usageRecordKey,
} from '../../../lambdas/contracts/storage/table-keys';
import { USAGE, WALLET } from '../../../lambdas/contracts/storage/tables';
import type { Item } from '../../../lambdas/domain/table/value';
import { encodeHold } from '../../../lambdas/domain/wallet/holds/hold';
import { ACCOUNT, USAGE_RETENTION_DAYS, WalletStage } from './wallet-stage';

const AMPLE = 1_000_000n;

const add = (stage: WalletStage, amounts: { readonly [amount: string]: bigint }): Promise<unknown> =>
  stage.engine.write({ table: WALLET, update: balanceKey(ACCOUNT), change: { add: amounts } });
const put = (stage: WalletStage, item: Item, table = WALLET): Promise<unknown> =>
  stage.engine.write({ table, put: item });

/** A funded account on which one request was charged. */
async function charged() {
  const stage = await WalletStage.funded(1_000n);
  const hold = await stage.reserve(400n);
  await stage.settle(hold, 150n);
  return { stage, hold };
}

/** Runs each time that the live holds are read, which is once for each look at an account. */
function atEachLook(stage: WalletStage, run: (look: number) => Promise<unknown>): { readonly looks: () => number } {
  const query = stage.engine.query.bind(stage.engine);
  let looks = 0;
  stage.engine.query = async (asked) => {
    if (asked.partition === holdPartition(SHARDS[0] ?? '')) {
      looks += 1;
      await run(looks);
    }
    return query(asked);
  };
  return { looks: () => looks };
}

describe('an account that changes while it is verified', () => {
  const change = (stage: WalletStage): Promise<unknown> => add(stage, { revision: 1n });

  test('is looked at five times more, and then is neither right nor wrong', async () => {
    const { stage } = await charged();
    await add(stage, { spentPico: 1n });
    const { looks } = atEachLook(stage, (look) => (look <= 6 ? change(stage) : Promise.resolve()));
    expect(await stage.verify()).toEqual({ accounts: 1, entries: 2, differences: [], unstable: [ACCOUNT] });
    expect(looks()).toBe(6);
  });

  test('is wrong where it is so in a look between two changes', async () => {
    const { stage } = await charged();
    await add(stage, { spentPico: 1n });
    atEachLook(stage, (look) => (look <= 5 ? change(stage) : Promise.resolve()));
    const difference = { kind: 'spent', accountId: ACCOUNT, expectedPico: 150n, actualPico: 151n };
    expect(await stage.verify()).toEqual({ accounts: 1, entries: 2, differences: [difference], unstable: [] });
  });

  test('is right where it is so in any look', async () => {
    const { stage } = await charged();
    await add(stage, { spentPico: 1n });
    atEachLook(stage, (look) => add(stage, { revision: 1n, spentPico: look === 2 ? -1n : 0n }));
    expect(await stage.verify()).toEqual({ accounts: 1, entries: 2, differences: [], unstable: [] });
  });
});

test('an account that is right is looked at once', async () => {
  const { stage } = await charged();
  const { looks } = atEachLook(stage, () => Promise.resolve());
  await stage.verify();
  expect(looks()).toBe(1);
});

describe('an account without a balance', () => {
  test('has no difference where it never had money', async () => {
    const stage = new WalletStage();
    await stage.accounts.create({ accountId: ACCOUNT });
    expect(await stage.verify()).toEqual({ accounts: 1, entries: 0, differences: [], unstable: [] });
  });

  test('lacks it where it has entries', async () => {
    const { stage } = await charged();
    await stage.engine.write({ table: WALLET, delete: balanceKey(ACCOUNT) });
    const difference = { kind: 'balance_missing', accountId: ACCOUNT, expectedPico: 0n, actualPico: 0n };
    expect((await stage.verify()).differences).toEqual([difference]);
  });

  test('lacks it where it has a live hold', async () => {
    const stage = new WalletStage();
    await stage.accounts.create({ accountId: ACCOUNT });
    const { hold } = await charged();
    await put(stage, encodeHold(hold));
    expect((await stage.verify()).differences).toMatchObject([{ kind: 'balance_missing' }]);
  });

  test('lacks nothing else, drawers or not', async () => {
    const stage = await WalletStage.funded(AMPLE);
    stage.store.plan('conflict');
    await stage.settle(await stage.reserve(100n), 40n);
    stage.now += 2 * MINUTE_MS;
    await stage.wallet.expireDue();
    await stage.engine.write({ table: WALLET, delete: balanceKey(ACCOUNT) });
    expect((await stage.verify()).differences).toMatchObject([{ kind: 'balance_missing' }]);
  });
});

describe('the usage records', () => {
  test('are matched from the first on: one that was never charged does not hide the next', async () => {
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
  ])('must be there until a day before they end (%d ms before)', async (before, missed) => {
    const { stage, hold } = await charged();
    await stage.engine.write({ table: USAGE, delete: usageRecordKey(ACCOUNT, hold.requestId) });
    stage.now += (USAGE_RETENTION_DAYS - 1) * DAY_MS - before;
    expect((await stage.verify()).differences).toHaveLength(missed);
  });
});

describe('an adjustment', () => {
  test('is of the request that expired right before it', async () => {
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

test('a hold of nobody is told with what it holds', async () => {
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
