import { paymentKey } from '../../../lambdas/contracts/storage/table-keys/wallet';
import { WALLET } from '../../../lambdas/contracts/storage/tables';
import { ACCOUNT, outcomeOf, USAGE_RETENTION_DAYS, WalletStage } from './wallet-stage';

const OTHER = 'acc_01JD0000000000000000000002';

describe('a wallet', () => {
  test('a new wallet is empty, and opening it again changes nothing', async () => {
    const stage = await WalletStage.funded(500n);
    await stage.wallet.open(ACCOUNT);
    expect(await stage.amounts()).toEqual([500n, 0n, 0n]);
    expect(await stage.wallet.balance('acc_01JD0000000000000000000009')).toBeUndefined();
  });

  test('a wallet is credited once per payment, however often the payment is reported', async () => {
    const stage = await WalletStage.funded(0n);
    const payment = { accountId: ACCOUNT, amountPico: 700n, paymentId: 'pi_3Nabc' };
    const outcomes = await Promise.all([1, 2, 3].map(() => stage.wallet.credit(payment)));
    stage.now += 86_400_000;
    outcomes.push(await stage.wallet.credit(payment));
    expect(outcomes.toSorted()).toEqual(['already_credited', 'already_credited', 'already_credited', 'credited']);
    expect(await stage.wallet.balance(ACCOUNT)).toMatchObject({ availablePico: 700n, fundedPico: 700n });
  });

  test('a payment ID that was used with another amount is refused, and changes nothing', async () => {
    const stage = await WalletStage.funded(0n);
    const payment = { accountId: ACCOUNT, amountPico: 700n, paymentId: 'pi_3Nabc' };
    await stage.wallet.credit(payment);
    const other = stage.wallet.credit({ ...payment, amountPico: 7_000n });
    await expect(other).rejects.toMatchObject({ name: 'PaymentIdReused' });
    expect(await stage.wallet.balance(ACCOUNT)).toMatchObject({ availablePico: 700n, fundedPico: 700n });
  });

  test('a payment ID that was used for another account is refused, and changes nothing', async () => {
    const stage = await WalletStage.funded(0n);
    await stage.fund(0n, OTHER);
    const payment = { amountPico: 700n, paymentId: 'pi_3Nabc' };
    await stage.wallet.credit({ ...payment, accountId: ACCOUNT });
    const other = stage.wallet.credit({ ...payment, accountId: OTHER });
    await expect(other).rejects.toMatchObject({ name: 'PaymentIdReused' });
    expect(await stage.wallet.balance(OTHER)).toMatchObject({ availablePico: 0n, fundedPico: 0n });
  });

  test('a payment that an earlier release recorded only in its account’s ledger is still credited once, and only with its amount', async () => {
    const stage = await WalletStage.funded(0n);
    const payment = { accountId: ACCOUNT, amountPico: 700n, paymentId: 'pi_3Nabc' };
    await stage.wallet.credit(payment);
    await stage.engine.write({ table: WALLET, delete: paymentKey('pi_3Nabc') });
    expect(await stage.wallet.credit(payment)).toBe('already_credited');
    const other = stage.wallet.credit({ ...payment, amountPico: 7_000n });
    await expect(other).rejects.toMatchObject({ name: 'PaymentIdReused' });
    expect(await stage.wallet.balance(ACCOUNT)).toMatchObject({ availablePico: 700n });
  });
});

describe('a hold', () => {
  test('a hold takes its amount from the available money, down to the last pico-dollar', async () => {
    const stage = await WalletStage.funded(1_000n);
    await stage.reserve(1_000n);
    expect(await stage.amounts()).toEqual([0n, 1_000n, 0n]);
    await expect(stage.reserve(1n)).rejects.toMatchObject({ name: 'InsufficientFunds', availablePico: 0n });
  });

  test('only as many concurrent requests get a hold as the wallet can afford', async () => {
    const stage = await WalletStage.funded(7n * 100n + 99n);
    const results = await Promise.allSettled(Array.from({ length: 60 }, () => stage.reserve(100n)));
    expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(7);
    expect(await stage.amounts()).toEqual([99n, 700n, 0n]);
  });

  test('a settled hold is charged the cost of its request, and the rest becomes available again', async () => {
    const stage = await WalletStage.funded(1_000n);
    const hold = await stage.reserve(400n);
    expect(await stage.settle(hold, 150n)).toEqual({ outcome: 'charged', costPico: 150n, overrunPico: 0n });
    expect(await stage.amounts()).toEqual([850n, 0n, 150n]);
    expect(await stage.usage.get(ACCOUNT, hold.requestId)).toEqual({
      ...outcomeOf(hold),
      costPico: 150n,
      overrunPico: 0n,
    });
  });

  test('the entry of a charge names the price version', async () => {
    const stage = await WalletStage.funded(1_000n);
    const hold = await stage.reserve(400n);
    await stage.settle(hold, 150n);
    const charge = (await stage.entries()).find(({ kind }) => kind === 'charge');
    expect(charge).toMatchObject({ entryId: hold.requestId, priceVersion: '2026-11-01' });
  });

  test('a hold is never charged more than its amount: the rest is booked as the operator’s loss', async () => {
    const stage = await WalletStage.funded(1_000n);
    const hold = await stage.reserve(400n);
    expect(await stage.settle(hold, 650n)).toEqual({ outcome: 'charged', costPico: 400n, overrunPico: 250n });
    expect(await stage.amounts()).toEqual([600n, 0n, 400n]);
    expect(await stage.usage.get(ACCOUNT, hold.requestId)).toMatchObject({ costPico: 400n, overrunPico: 250n });
    await stage.expectSound();
  });

  test('a released hold is charged nothing', async () => {
    const stage = await WalletStage.funded(1_000n);
    const hold = await stage.reserve(400n);
    expect(await stage.release(hold)).toEqual({ outcome: 'released', costPico: 0n, overrunPico: 0n });
    expect(await stage.amounts()).toEqual([1_000n, 0n, 0n]);
    expect(await stage.usage.get(ACCOUNT, hold.requestId)).toMatchObject({ status: 'provider_error', costPico: 0n });
  });

  test('a hold of 0, for a model without charge, begins and ends like any other', async () => {
    const stage = await WalletStage.funded(0n);
    const hold = await stage.reserve(0n);
    expect(await stage.settle(hold, 0n)).toEqual({ outcome: 'charged', costPico: 0n, overrunPico: 0n });
    expect((await stage.entries()).map(({ kind }) => kind)).toEqual(['charge']);
    await stage.expectSound();
  });
});

describe('the end of a hold', () => {
  test('settling a hold again with the same cost returns the recorded result', async () => {
    const stage = await WalletStage.funded(1_000n);
    const hold = await stage.reserve(400n);
    await stage.settle(hold, 650n);
    stage.now += 3_600_000;
    expect(await stage.settle(hold, 650n)).toEqual({ outcome: 'already_settled', costPico: 400n, overrunPico: 250n });
    expect(await stage.amounts()).toEqual([600n, 0n, 400n]);
  });

  test('settling a hold again with another cost is refused, and the error names the recorded charge', async () => {
    const stage = await WalletStage.funded(1_000n);
    const hold = await stage.reserve(400n);
    await stage.settle(hold, 150n);
    const again = stage.settle(hold, 151n);
    await expect(again).rejects.toMatchObject({ name: 'HoldAlreadySettled', costPico: 150n, overrunPico: 0n });
    await expect(stage.release(hold)).rejects.toMatchObject({ name: 'HoldAlreadySettled', costPico: 150n });
    expect(await stage.amounts()).toEqual([850n, 0n, 150n]);
  });

  test('a hold that was charged 0 cannot be released', async () => {
    const stage = await WalletStage.funded(1_000n);
    const hold = await stage.reserve(400n);
    await stage.settle(hold, 0n);
    await expect(stage.release(hold)).rejects.toMatchObject({ name: 'HoldAlreadySettled', costPico: 0n });
  });

  test('a released hold cannot be charged', async () => {
    const stage = await WalletStage.funded(1_000n);
    const hold = await stage.reserve(400n);
    await stage.release(hold);
    expect(await stage.release(hold)).toMatchObject({ outcome: 'already_settled', costPico: 0n });
    await expect(stage.settle(hold, 100n)).rejects.toMatchObject({ name: 'HoldAlreadyReleased' });
    expect(await stage.amounts()).toEqual([1_000n, 0n, 0n]);
  });

  test('a concurrent settle, release and sweep end a hold once', async () => {
    const stage = await WalletStage.funded(1_000n);
    const hold = await stage.reserve(400n);
    await Promise.allSettled([stage.settle(hold, 100n), stage.release(hold), stage.expire(), stage.settle(hold, 100n)]);
    const [, held] = await stage.amounts();
    expect(held).toBe(0n);
    await stage.expectSound();
  });

  test('a hold that was never reserved cannot be settled', async () => {
    const stage = await WalletStage.funded(1_000n);
    const hold = await stage.reserve(400n);
    const other = { ...hold, requestId: stage.nextRequestId() };
    await expect(stage.settle(other, 1n)).rejects.toMatchObject({ name: 'HoldNotFound' });
    await expect(stage.settle(hold, -1n)).rejects.toThrow(RangeError);
  });

  test('a request ID names one hold: repeating the reserve returns it, and other terms are refused', async () => {
    const stage = await WalletStage.funded(1_000n);
    const hold = await stage.reserve(400n);
    expect(await stage.reserve(400n, hold.requestId)).toEqual(hold);
    await expect(stage.reserve(401n, hold.requestId)).rejects.toMatchObject({ name: 'RequestIdReused' });
    expect(await stage.amounts()).toEqual([600n, 400n, 0n]);
  });
});

test('a reserve that is repeated after its hold has ended takes no money again', async () => {
  const stage = await WalletStage.funded(1_000n);
  const hold = await stage.reserve(400n);
  await stage.settle(hold, 150n);
  await stage.reserve(400n, hold.requestId);
  expect(await stage.amounts()).toEqual([850n, 0n, 150n]);
});

describe('a hold that is not ended in time', () => {
  test('an overdue hold is returned at its deadline, not before, and leaves an expired usage record', async () => {
    const stage = await WalletStage.funded(1_000n);
    const hold = await stage.reserve(400n);
    stage.now = hold.deadline - 1;
    expect(await stage.wallet.expireDue()).toEqual({ expired: 0, overdue: 0, failed: 0 });
    stage.now = hold.deadline;
    expect(await stage.wallet.expireDue()).toEqual({ expired: 1, overdue: 0, failed: 0 });
    expect(await stage.amounts()).toEqual([1_000n, 0n, 0n]);
    expect(await stage.usage.get(ACCOUNT, hold.requestId)).toMatchObject({
      status: 'expired',
      costPico: 0n,
      httpStatus: 0,
    });
    await stage.expectSound();
  });

  test('a hold counts as overdue when the sweep comes more than five minutes late', async () => {
    const stage = await WalletStage.funded(1_000n);
    const hold = await stage.reserve(400n);
    stage.now = hold.deadline + 300_001;
    expect(await stage.wallet.expireDue()).toEqual({ expired: 1, overdue: 1, failed: 0 });
  });

  test('a host that knows that no request is running can return holds before their deadline', async () => {
    const stage = await WalletStage.funded(1_000n);
    await Promise.all(Array.from({ length: 250 }, () => stage.reserve(4n)));
    expect(await stage.wallet.expireDue({ everything: true })).toEqual({ expired: 250, overdue: 0, failed: 0 });
    expect(await stage.amounts()).toEqual([1_000n, 0n, 0n]);
  });

  test('a late settle charges what is still available, as a recorded adjustment', async () => {
    const stage = await WalletStage.funded(1_000n);
    const hold = await stage.reserve(400n);
    await stage.expire();
    await stage.reserve(900n);
    expect(await stage.settle(hold, 250n)).toEqual({ outcome: 'adjusted', costPico: 100n, overrunPico: 150n });
    expect(await stage.amounts()).toEqual([0n, 900n, 100n]);
    const record = await stage.usage.get(ACCOUNT, hold.requestId);
    expect(record).toMatchObject({ status: 'completed', httpStatus: 200, costPico: 100n, overrunPico: 150n });
    expect((await stage.entries()).map(({ kind }) => kind)).toEqual(['credit', 'expire', 'adjustment']);
    await stage.expectSound();
  });

  test('an expired hold is adjusted once, and never beyond its amount', async () => {
    const stage = await WalletStage.funded(1_000n);
    const hold = await stage.reserve(400n);
    await stage.expire();
    expect(await stage.settle(hold, 500n)).toEqual({ outcome: 'adjusted', costPico: 400n, overrunPico: 100n });
    expect(await stage.settle(hold, 500n)).toEqual({ outcome: 'already_settled', costPico: 400n, overrunPico: 100n });
    await expect(stage.settle(hold, 1n)).rejects.toMatchObject({ name: 'HoldAlreadySettled', costPico: 400n });
    expect(await stage.amounts()).toEqual([600n, 0n, 400n]);
  });

  test('a late release records the true status of its request, without a charge', async () => {
    const stage = await WalletStage.funded(1_000n);
    const hold = await stage.reserve(400n);
    await stage.expire();
    expect(await stage.release(hold)).toEqual({ outcome: 'adjusted', costPico: 0n, overrunPico: 0n });
    expect(await stage.usage.get(ACCOUNT, hold.requestId)).toMatchObject({ status: 'provider_error' });
    await stage.expectSound();
  });
});

test('a usage record becomes invisible at the end of its retention, and the money does not change', async () => {
  const stage = await WalletStage.funded(1_000n);
  // The store expires items by whole seconds, so the record disappears in the second before its retention ends.
  stage.now += 500;
  const hold = await stage.reserve(400n);
  await stage.settle(hold, 150n);
  stage.now += USAGE_RETENTION_DAYS * 86_400_000 - 1_000;
  expect(await stage.usage.get(ACCOUNT, hold.requestId)).toBeDefined();
  stage.now += 1_000;
  expect(await stage.usage.get(ACCOUNT, hold.requestId)).toBeUndefined();
  expect(await stage.amounts()).toEqual([850n, 0n, 150n]);
  await stage.expectSound();
});

test('a reserve that is repeated after the store has forgotten the first is refused, and holds no money', async () => {
  const stage = await WalletStage.funded(1_000n);
  const hold = await stage.reserve(400n);
  await stage.settle(hold, 150n);
  stage.now += 11 * 60_000;
  const again = stage.wallet.reserve({ ...hold, holdPico: hold.heldPico });
  await expect(again).rejects.toMatchObject({ name: 'WalletUnavailable' });
  expect(await stage.amounts()).toEqual([850n, 0n, 150n]);
});
