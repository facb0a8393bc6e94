import { holdKey } from '../../../lambdas/contracts/storage/table-keys/wallet';
import { WALLET } from '../../../lambdas/contracts/storage/tables';
import { encodeCounting } from '../../../lambdas/domain/wallet/holds/counting';
import { suspendBalance } from '../../../lambdas/domain/wallet/balance/balance';
import { InsufficientFunds, LedgerInconsistent, WalletUnavailable } from '../../../lambdas/domain/wallet/wallet-errors';
import { budgetOf } from './key-counter-stage';
import { ACCOUNT, WalletStage } from './wallet-stage';

const BUDGET = budgetOf(500n);

/** More attempts than any call makes. */
const OUTAGE = Array.from({ length: 20 }, () => 'unreachable' as const);

let stage: WalletStage;
beforeEach(async () => {
  stage = await WalletStage.funded(1_000n);
});
afterEach(() => stage.expectSound());

test('an extension that arrived late counts towards the next extension', async () => {
  const hold = await stage.roll(100n, 900n);
  await stage.extend(hold, 200n);
  expect(await stage.extend(hold, 500n, 200n)).toMatchObject({ heldPico: 300n, rolling: { slice: 2n } });
  expect(await stage.extend(hold, 350n)).toMatchObject({ heldPico: 450n, rolling: { slice: 3n } });
  expect(await stage.extend(hold, 2_000n, 351n)).toMatchObject({ heldPico: 1_000n, rolling: { slice: 4n } });
  await expect(stage.extend(hold, 2_000n, 901n)).rejects.toBeInstanceOf(InsufficientFunds);
  await stage.release(hold);
});

test('an extension that arrived late is confirmed although the budget of its key was lowered since', async () => {
  const hold = await stage.roll(100n, 900n, BUDGET);
  await stage.extend(hold, 200n);
  const lowered = { ...hold, counting: budgetOf(200n) };
  await stage.engine.write({
    table: WALLET,
    update: holdKey(hold.requestId, hold.deadline),
    change: { set: { counting: encodeCounting(lowered.counting) } },
  });
  expect(await stage.extend(lowered, 200n)).toMatchObject({ heldPico: 300n, rolling: { slice: 2n } });
});

test('a shrink that arrived late is made up for by the next extension', async () => {
  const hold = await stage.roll(400n, 900n);
  await stage.wallet.shrink(hold, 300n);
  expect(await stage.extend(hold, 50n)).toMatchObject({ heldPico: 450n, rolling: { slice: 2n } });
  expect(await stage.amounts()).toEqual([550n, 450n, 0n]);
  await stage.release(hold);
});

test('a shrink leaves what its caller wanted, whatever arrived late before it', async () => {
  const hold = await stage.roll(400n, 900n);
  await stage.extend(hold, 200n);
  expect(await stage.wallet.shrink(hold, 300n)).toMatchObject({ heldPico: 100n, rolling: { slice: 2n } });
  expect(await stage.wallet.shrink(hold, 300n)).toMatchObject({ heldPico: 100n, rolling: { slice: 3n } });
  expect(await stage.amounts()).toEqual([900n, 100n, 0n]);
  await stage.release(hold);
});

test('an amount that no change can have left shows that the ledger is broken', async () => {
  const hold = await stage.roll(100n, 900n);
  await expect(stage.extend({ ...hold, heldPico: 99n }, 200n)).rejects.toBeInstanceOf(LedgerInconsistent);
  await expect(stage.wallet.shrink({ ...hold, heldPico: 99n }, 9n)).rejects.toBeInstanceOf(LedgerInconsistent);
  await stage.release(hold);
});

test('a hold that does not roll but is extended shows that the ledger is broken', async () => {
  const hold = await stage.reserve(100n);
  const rolling = { slice: 0n, ceilingPico: 900n };
  await expect(stage.extend({ ...hold, rolling }, 200n)).rejects.toBeInstanceOf(LedgerInconsistent);
  await stage.release(hold);
});

test('a shrink that is overtaken by a later extension does not shrink what that extension has confirmed', async () => {
  const hold = await stage.roll(100n, 900n);
  // The caller learns the outcome neither of its extension nor of its shrink.
  stage.store.plan('lost reply', ...OUTAGE);
  await expect(stage.extend(hold, 200n)).rejects.toBeInstanceOf(WalletUnavailable);
  stage.store.clear();
  stage.store.plan('none', 'late', ...OUTAGE);
  await expect(stage.wallet.shrink(hold, 50n)).rejects.toBeInstanceOf(WalletUnavailable);
  stage.store.clear();
  expect(await stage.extend(hold, 200n)).toMatchObject({ heldPico: 300n });
  expect(await stage.store.arrive()).toEqual([false]);
  expect(await stage.amounts()).toEqual([700n, 300n, 0n]);
});

test('a shrink that is overtaken by a smaller one does not return what that one has left', async () => {
  const hold = await stage.roll(400n, 900n);
  await stage.wallet.shrink(hold, 100n);
  stage.store.plan('none', 'late', ...OUTAGE);
  await expect(stage.wallet.shrink(hold, 300n)).rejects.toBeInstanceOf(WalletUnavailable);
  stage.store.clear();
  expect(await stage.wallet.shrink(hold, 50n)).toMatchObject({ heldPico: 300n });
  expect(await stage.store.arrive()).toEqual([false]);
  expect(await stage.amounts()).toEqual([700n, 300n, 0n]);
});

test('an extension that arrived late is confirmed although the account is suspended', async () => {
  const hold = await stage.roll(100n, 900n);
  await stage.extend(hold, 200n);
  await stage.store.write(suspendBalance(ACCOUNT, '2026-11-20T10:00:00.000Z'));
  expect(await stage.extend(hold, 200n)).toMatchObject({ heldPico: 300n });
});

test('an extension that arrived late is confirmed although the budget was lowered below what is counted', async () => {
  const hold = await stage.roll(100n, 900n, BUDGET);
  await stage.extend(hold, 200n);
  const other = await stage.count(600n, { ...BUDGET, budget: { window: '2026-11', limitPico: 1_000n } });
  expect(await stage.extend(hold, 200n)).toMatchObject({ heldPico: 300n });
  await stage.release(other);
});
