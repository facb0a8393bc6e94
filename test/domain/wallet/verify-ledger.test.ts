import { usageRecordKey } from '../../../lambdas/contracts/storage/table-keys/usage';
import { balanceKey, entryKey, holdKey, lateEntryKey } from '../../../lambdas/contracts/storage/table-keys/wallet';
import { USAGE, WALLET } from '../../../lambdas/contracts/storage/tables';
import type { Hold } from '../../../lambdas/domain/wallet/holds/hold';
import { encodeHold } from '../../../lambdas/domain/wallet/holds/hold';
import type { Item } from '../../../lambdas/domain/table/value';
import { verifyLedger } from '../../../lambdas/domain/wallet/verify/verify-ledger';
import { ACCOUNT, firstPaymentOf, USAGE_RETENTION_DAYS, WalletStage } from './wallet-stage';

interface Scene {
  readonly stage: WalletStage;
  readonly charged: Hold;
  readonly live: Hold;
}

/** An account that paid in 1,000, spent 150 on one request, and holds 300 for another. */
async function soundScene(): Promise<Scene> {
  const stage = await WalletStage.funded(1_000n);
  const charged = await stage.reserve(400n);
  await stage.settle(charged, 150n);
  const live = await stage.reserve(300n);
  return { stage, charged, live };
}

/** Changes items behind the wallet's back. */
const change = (stage: WalletStage, add: { readonly [amount: string]: bigint }): Promise<unknown> =>
  stage.engine.write({ table: WALLET, update: balanceKey(ACCOUNT), change: { add } });
const put = (stage: WalletStage, item: Item, table = WALLET): Promise<unknown> =>
  stage.engine.write({ table, put: item });
const entry = (fields: Item): Item => ({ at: '2026-11-20T10:00:00.000Z', heldPico: 0n, transfers: [], ...fields });

async function rewrite(stage: WalletStage, pk: string, sk: string, fields: Item, table = WALLET): Promise<void> {
  const item = await stage.engine.get({ table, key: { pk, sk } });
  await put(stage, { ...item, pk, sk, ...fields }, table);
}

const PLANTED: readonly (readonly [what: string, kind: string, plant: (scene: Scene) => Promise<unknown>])[] = [
  ['more available than paid', 'available_and_held', ({ stage }) => change(stage, { availablePico: 1n })],
  ['money moved from held to available', 'held', ({ stage }) => change(stage, { availablePico: 5n, heldPico: -5n })],
  ['spending without a charge', 'spent', ({ stage }) => change(stage, { spentPico: 1n })],
  ['funds without a payment', 'funded', ({ stage }) => change(stage, { fundedPico: 1n })],
  ['a refund without an entry', 'refunded', ({ stage }) => change(stage, { refundedPico: 1n })],
  ['an amount below zero', 'negative_amount', ({ stage }) => change(stage, { availablePico: -1_000n })],
  [
    'a missing balance',
    'balance_missing',
    ({ stage }) => stage.engine.write({ table: WALLET, delete: balanceKey(ACCOUNT) }),
  ],
  [
    'a missing hold',
    'held',
    ({ stage, live }) => stage.engine.write({ table: WALLET, delete: holdKey(live.requestId, live.deadline) }),
  ],
  ['a hold that still exists after its end', 'hold_after_end', ({ stage, charged }) => put(stage, encodeHold(charged))],
  [
    'a hold of an account that does not exist',
    'hold_without_account',
    ({ stage, live }) => put(stage, encodeHold({ ...live, accountId: 'acc_none', requestId: stage.nextRequestId() })),
  ],
  [
    'a missing entry',
    'available_and_held',
    ({ stage }) => stage.engine.write({ table: WALLET, delete: entryKey(ACCOUNT, firstPaymentOf(ACCOUNT)) }),
  ],
  [
    'a credit that takes money',
    'unbalanced_entry',
    ({ stage }) =>
      put(stage, {
        ...entryKey(ACCOUNT, 'pi_x'),
        ...entry({ kind: 'credit', transfers: [{ from: 'available', to: 'funded', amountPico: 1n }] }),
      }),
  ],
  [
    'a transfer of a negative amount',
    'unbalanced_entry',
    ({ stage }) =>
      put(stage, {
        ...entryKey(ACCOUNT, 'pi_x'),
        ...entry({ kind: 'credit', transfers: [{ from: 'funded', to: 'available', amountPico: -1n }] }),
      }),
  ],
  [
    'a transfer of 0',
    'unbalanced_entry',
    ({ stage }) =>
      put(stage, {
        ...entryKey(ACCOUNT, 'pi_x'),
        ...entry({ kind: 'credit', transfers: [{ from: 'funded', to: 'available', amountPico: 0n }] }),
      }),
  ],
  [
    'a release that charges',
    'unbalanced_entry',
    ({ stage, charged }) => rewrite(stage, ACCOUNT, entryKey(ACCOUNT, charged.requestId).sk, { kind: 'release' }),
  ],
  [
    'a charge above its hold',
    'charge_above_hold',
    ({ stage, charged }) => rewrite(stage, ACCOUNT, entryKey(ACCOUNT, charged.requestId).sk, { heldPico: 149n }),
  ],
  [
    'an adjustment of a hold that did not expire',
    'adjustment_without_expiry',
    ({ stage, charged }) =>
      put(stage, {
        ...lateEntryKey(ACCOUNT, charged.requestId),
        ...entry({ kind: 'adjustment', requestId: charged.requestId }),
      }),
  ],
  [
    'a usage record with a wrong cost',
    'usage_cost',
    ({ stage, charged }) =>
      rewrite(stage, usageRecordKey(ACCOUNT, charged.requestId).pk, charged.requestId, { costPico: 149n }, USAGE),
  ],
  [
    'a usage record with a wrong overrun',
    'usage_cost',
    ({ stage, charged }) =>
      rewrite(stage, usageRecordKey(ACCOUNT, charged.requestId).pk, charged.requestId, { overrunPico: 1n }, USAGE),
  ],
  [
    'a usage record without a charge',
    'usage_without_entry',
    ({ stage }) => {
      const requestId = stage.nextRequestId();
      return put(stage, usageItem(stage, requestId), USAGE);
    },
  ],
  [
    'a charge without a usage record',
    'entry_without_usage',
    ({ stage, charged }) => stage.engine.write({ table: USAGE, delete: usageRecordKey(ACCOUNT, charged.requestId) }),
  ],
];

function usageItem(stage: WalletStage, requestId: string): Item {
  const at = new Date(stage.now).toISOString();
  return {
    ...usageRecordKey(ACCOUNT, requestId),
    requestId,
    accountId: ACCOUNT,
    keyId: 'k',
    at,
    endpoint: 'chat',
    model: 'm',
    provider: 'p',
    streamed: false,
    status: 'completed',
    httpStatus: 200,
    usage: {},
    estimated: false,
    costPico: 7n,
    overrunPico: 0n,
    priceVersion: 'v',
    durationMs: 1,
  };
}

describe('the ledger verifier', () => {
  test('the verifier finds no difference in a sound ledger', async () => {
    const { stage } = await soundScene();
    expect(await stage.verify()).toEqual({ accounts: 1, entries: 2, differences: [], unstable: [] });
  });

  test.each(PLANTED)('the verifier finds %s', async (_what, kind, plant) => {
    const scene = await soundScene();
    await plant(scene);
    const { differences } = await scene.stage.verify();
    expect(differences.map((difference) => difference.kind)).toContain(kind);
  });

  test('the verifier reports the account, the item and both amounts of a difference', async () => {
    const { stage, charged } = await soundScene();
    await rewrite(stage, usageRecordKey(ACCOUNT, charged.requestId).pk, charged.requestId, { costPico: 149n }, USAGE);
    expect((await stage.verify()).differences).toEqual([
      { kind: 'usage_cost', accountId: ACCOUNT, id: charged.requestId, expectedPico: 150n, actualPico: 149n },
    ]);
  });

  test('the verifier checks the given accounts, or else all accounts', async () => {
    const { stage } = await soundScene();
    const other = 'acc_01JD0000000000000000000002';
    await stage.fund(5n, other);
    expect(await stage.verify()).toMatchObject({ accounts: 2, differences: [] });
    await change(stage, { spentPico: 1n });
    expect(await verifyLedger({ store: stage.engine, accounts: [other] })).toMatchObject({
      accounts: 1,
      differences: [],
    });
  });

  test('the verifier ignores erased usage records if it is not told their retention', async () => {
    const { stage, charged } = await soundScene();
    await stage.engine.write({ table: USAGE, delete: usageRecordKey(ACCOUNT, charged.requestId) });
    expect((await verifyLedger({ store: stage.engine, everyAccount: stage.accounts.list() })).differences).toEqual([]);
  });

  test('the verifier ignores a usage record that expired early because no sweep had run for hours', async () => {
    const stage = await WalletStage.funded(1_000n);
    const begunAt = stage.now;
    await stage.reserve(400n);
    stage.now += 3 * 3_600_000;
    await stage.expire();
    stage.now = begunAt + USAGE_RETENTION_DAYS * 86_400_000;
    expect((await stage.verify()).differences).toEqual([]);
  });

  test('the verifier can run beside requests without reporting their changes as differences', async () => {
    const { stage } = await soundScene();
    const requests = async (): Promise<void> => {
      for (let count = 0; count < 20; count += 1) await stage.settle(await stage.reserve(3n), 1n);
    };
    const running = Promise.all([requests(), requests(), requests()]);
    const reports = await Promise.all(Array.from({ length: 8 }, () => stage.verify()));
    await running;
    expect(reports.flatMap(({ differences }) => differences)).toEqual([]);
    expect(await stage.verify()).toMatchObject({ differences: [], unstable: [] });
  });
});

test('a sweep counts a hold that contradicts the ledger as failed, and still ends the others', async () => {
  const { stage, live, charged } = await soundScene();
  await put(stage, encodeHold(charged));
  await put(stage, encodeHold({ ...live, requestId: stage.nextRequestId(), heldPico: 10_000n }));
  expect(await stage.expire()).toEqual({ expired: 1, overdue: 0, failed: 2 });
  expect(await stage.amounts()).toEqual([850n, 0n, 150n]);
});
