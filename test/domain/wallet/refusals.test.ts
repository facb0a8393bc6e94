import { MINUTE_MS } from '../../../lambdas/domain/clock';
import { balanceKey, entryKey } from '../../../lambdas/contracts/storage/table-keys/wallet';
import { WALLET } from '../../../lambdas/contracts/storage/tables';
import type { HoldTerms } from '../../../lambdas/domain/wallet/holds/reserve-hold';
import { RESERVE_AGE_MS_MAX } from '../../../lambdas/domain/wallet/holds/reserve-hold';
import { CREDIT_PICO_MAX } from '../../../lambdas/domain/wallet/ledger/payment';
import { ACCOUNT, WalletStage } from './wallet-stage';

const OTHER = 'acc_01JD0000000000000000000002';

const dropWallet = (stage: WalletStage): Promise<unknown> =>
  stage.engine.write({ table: WALLET, delete: balanceKey(ACCOUNT) });

describe('an invalid argument', () => {
  test.each([0n, -1n])('a credit of %s is refused as invalid', async (amountPico) => {
    const stage = await WalletStage.funded(1_000n);
    const credit = stage.wallet.credit({ accountId: ACCOUNT, amountPico, paymentId: 'pi_1' });
    await expect(credit).rejects.toThrow(new RangeError('a credit must be positive'));
  });

  test('a credit above the largest payment is refused as a likely mistake', async () => {
    const stage = await WalletStage.funded(1_000n);
    const credit = (amountPico: bigint, paymentId: string) =>
      stage.wallet.credit({ accountId: ACCOUNT, amountPico, paymentId });
    await expect(credit(CREDIT_PICO_MAX + 1n, 'pi_1')).rejects.toThrow(
      new RangeError('a credit must be at most 1000000 dollars'),
    );
    expect(await credit(CREDIT_PICO_MAX, 'pi_2')).toBe('credited');
  });

  test('a payment ID that could be the ID of a request or a lease is refused', async () => {
    const stage = await WalletStage.funded(1_000n);
    for (const paymentId of ['req_1', 'lease_1', '', 'a#late', 'x'.repeat(201)]) {
      const credit = stage.wallet.credit({ accountId: ACCOUNT, amountPico: 1n, paymentId });
      await expect(credit).rejects.toThrow(new RangeError('invalid payment ID'));
    }
    expect(await stage.wallet.credit({ accountId: ACCOUNT, amountPico: 1n, paymentId: 'x'.repeat(200) })).toBe(
      'credited',
    );
  });

  test('a negative hold and a negative cost are refused', async () => {
    const stage = await WalletStage.funded(1_000n);
    await expect(stage.reserve(-1n)).rejects.toThrow(new RangeError('a hold cannot be negative'));
    const hold = await stage.reserve(1n);
    await expect(stage.settle(hold, -1n)).rejects.toThrow(new RangeError('a cost cannot be negative'));
    expect(await stage.amounts()).toEqual([999n, 1n, 0n]);
  });
});

describe('a hold that the wallet does not cover', () => {
  test('a hold above the available money is refused, and the error says how much there is', async () => {
    const stage = await WalletStage.funded(1_000n);
    await expect(stage.reserve(1_001n)).rejects.toMatchObject({
      name: 'InsufficientFunds',
      message: 'the wallet does not cover the hold',
      availablePico: 1_000n,
      hasDrawers: false,
    });
  });

  test('a hold above the available money is refused without a retry, because waiting would not help', async () => {
    const stage = await WalletStage.funded(1_000n);
    await expect(stage.reserve(1_001n)).rejects.toThrow();
    expect(stage.waits).toEqual([]);
  });
});

describe('an account without a wallet', () => {
  const refusal = { name: 'WalletNotFound', message: 'the account has no wallet' };

  test('an account without a wallet gets no hold, whether or not the store is contended', async () => {
    const stage = new WalletStage();
    await expect(stage.reserve(1n)).rejects.toMatchObject(refusal);
    stage.store.plan('conflict');
    await expect(stage.reserve(1n)).rejects.toMatchObject(refusal);
    expect(await stage.wallet.balance(ACCOUNT)).toBeUndefined();
  });

  test('an account on leases whose wallet is gone gets no hold', async () => {
    const stage = await WalletStage.funded(1_000_000n);
    stage.store.plan('conflict');
    expect((await stage.reserve(100n)).leaseTurn).toBeDefined();
    await dropWallet(stage);
    stage.now += MINUTE_MS;
    await expect(stage.reserve(100_000n)).rejects.toMatchObject(refusal);
  });

  test('an account without a wallet cannot be credited', async () => {
    const stage = new WalletStage();
    const credit = stage.wallet.credit({ accountId: ACCOUNT, amountPico: 1n, paymentId: 'pi_1' });
    await expect(credit).rejects.toMatchObject(refusal);
    expect(await stage.entries()).toEqual([]);
  });

  test('an account without a wallet cannot be charged late', async () => {
    const stage = await WalletStage.funded(1_000n);
    const hold = await stage.reserve(400n);
    await stage.expire();
    await dropWallet(stage);
    await expect(stage.settle(hold, 1n)).rejects.toMatchObject(refusal);
  });
});

describe('a request ID', () => {
  const refusal = { name: 'RequestIdReused', message: 'the request id was used before with another hold' };

  /** Repeats a reserve, with changes, long after the store has forgotten the first. */
  async function again(changed: Partial<HoldTerms>): Promise<{ stage: WalletStage; result: Promise<unknown> }> {
    const stage = await WalletStage.funded(1_000n);
    await stage.fund(1_000n, OTHER);
    const { heldPico: holdPico, ...hold } = await stage.reserve(400n);
    stage.now += 11 * 60_000;
    const request = { ...hold.request, at: new Date(stage.now).toISOString() };
    return { stage, result: stage.wallet.reserve({ ...hold, holdPico, request, ...changed }) };
  }

  test('a request ID names one hold, even after the store has forgotten the first attempt', async () => {
    const { stage, result } = await again({});
    expect(await result).toMatchObject({ heldPico: 400n });
    expect(await stage.amounts()).toEqual([600n, 400n, 0n]);
  });

  test('a reserve for less returns the hold that an earlier attempt for the same request took', async () => {
    const { stage, result } = await again({ holdPico: 399n });
    expect(await result).toMatchObject({ heldPico: 400n });
    expect(await stage.amounts()).toEqual([600n, 400n, 0n]);
  });

  test.each([
    ['more money', { holdPico: 401n }],
    ['another account', { accountId: OTHER }],
  ])('a request ID cannot be reused for %s', async (_what, changed) => {
    const { stage, result } = await again(changed);
    await expect(result).rejects.toMatchObject(refusal);
    expect(await stage.amounts()).toEqual([600n, 400n, 0n]);
    expect(await stage.amounts(OTHER)).toEqual([1_000n, 0n, 0n]);
  });

  test('a request ID cannot be reused immediately either', async () => {
    const stage = await WalletStage.funded(1_000n);
    const hold = await stage.reserve(400n);
    await expect(stage.reserve(401n, hold.requestId)).rejects.toMatchObject(refusal);
  });
});

describe('the end of a hold that cannot be ended', () => {
  test('a settle of a hold that ended with another charge is refused, and the error names that charge', async () => {
    const stage = await WalletStage.funded(1_000n);
    const hold = await stage.reserve(400n);
    await stage.settle(hold, 401n);
    await expect(stage.settle(hold, 400n)).rejects.toMatchObject({
      name: 'HoldAlreadySettled',
      message: 'the hold was settled before with another charge',
      costPico: 400n,
      overrunPico: 1n,
    });
  });

  test.each([0n, 1n])('a settle of a released hold is refused for a cost of %s', async (costPico) => {
    const stage = await WalletStage.funded(1_000n);
    const hold = await stage.reserve(400n);
    await stage.release(hold);
    await expect(stage.settle(hold, costPico)).rejects.toMatchObject({
      name: 'HoldAlreadyReleased',
      message: 'the hold was released before',
    });
  });

  test('a settle without a hold is refused', async () => {
    const stage = await WalletStage.funded(1_000n);
    const hold = await stage.reserve(400n);
    await expect(stage.settle({ ...hold, requestId: stage.nextRequestId() }, 1n)).rejects.toMatchObject({
      name: 'HoldNotFound',
      message: 'there is no such hold',
    });
    expect(await stage.engine.get({ table: WALLET, key: entryKey(ACCOUNT, hold.requestId) })).toBeUndefined();
  });
});

describe('a wallet whose store does not answer', () => {
  test('a wallet whose store does not answer is unavailable, with the store’s error as the cause', async () => {
    const stage = await WalletStage.funded(1_000n);
    stage.store.plan(...Array.from({ length: 9 }, () => 'unreachable' as const));
    await expect(stage.reserve(1n)).rejects.toMatchObject({
      name: 'WalletUnavailable',
      message: 'the wallet is unavailable',
      cause: { name: 'StoreUnavailable' },
    });
  });

  test('a wallet passes on an error that does not come from the store', async () => {
    const broken = new Error('the disk is on fire');
    const fails = (): Promise<never> => Promise.reject(broken);
    const stage = await WalletStage.funded(1_000n);
    stage.store.plan(fails);
    await expect(stage.wallet.open(OTHER)).rejects.toBe(broken);
    stage.store.plan(fails);
    const credit = stage.wallet.credit({ accountId: ACCOUNT, amountPico: 1n, paymentId: 'pi_1' });
    await expect(credit).rejects.toBe(broken);
    stage.store.plan(fails);
    await expect(stage.reserve(1n)).rejects.toBe(broken);
    const hold = await stage.reserve(1n);
    stage.store.plan(fails);
    await expect(stage.settle(hold, 1n)).rejects.toBe(broken);
  });
});

test('a hold cannot be taken more than five minutes after its request was admitted', async () => {
  const stage = await WalletStage.funded(1_000n);
  const { heldPico: holdPico, ...hold } = await stage.reserve(100n);
  const attempt = () => stage.wallet.reserve({ ...hold, holdPico, requestId: stage.nextRequestId() });
  stage.now += RESERVE_AGE_MS_MAX;
  await attempt();
  stage.now += 1;
  await expect(attempt()).rejects.toMatchObject({
    name: 'WalletUnavailable',
    cause: 'the request was admitted too long ago',
  });
  expect(await stage.amounts()).toEqual([800n, 200n, 0n]);
});

test.each([
  ['a new lease', false, /#1$/],
  ['an idle lease', true, /#2$/],
])('a request that was admitted more than five minutes ago is not given %s', async (_which, isIdle, turn) => {
  const stage = await WalletStage.funded(1_000_000n);
  stage.store.plan('conflict');
  const { heldPico: holdPico, leaseTurn, ...hold } = await stage.reserve(100n);
  if (isIdle) await stage.settle({ ...hold, heldPico: holdPico, leaseTurn }, 1n);
  const reserve = (ageMs: number) => {
    const request = { ...hold.request, at: new Date(stage.now - ageMs).toISOString() };
    return stage.wallet.reserve({ ...hold, holdPico, request, requestId: stage.nextRequestId() });
  };
  const recent = await reserve(RESERVE_AGE_MS_MAX);
  expect(recent.leaseTurn).toMatch(turn);
  if (isIdle) await stage.settle(recent, 1n);
  const before = await stage.amounts();
  await expect(reserve(RESERVE_AGE_MS_MAX + 1)).rejects.toMatchObject({
    name: 'WalletUnavailable',
    cause: 'the request was admitted too long ago',
  });
  expect(await stage.amounts()).toEqual(before);
});
