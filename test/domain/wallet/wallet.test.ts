import { ACCOUNT, outcomeOf, USAGE_RETENTION_DAYS, WalletStage } from './wallet-stage';

describe('a wallet', () => {
  test('opens empty, and opening it again changes nothing', async () => {
    const stage = await WalletStage.funded(500n);
    await stage.wallet.open(ACCOUNT);
    expect(await stage.amounts()).toEqual([500n, 0n, 0n]);
    expect(await stage.wallet.balance('acc_01JD0000000000000000000009')).toBeUndefined();
  });

  test('is credited once for one payment, however often it is reported', async () => {
    const stage = await WalletStage.funded(0n);
    const payment = { accountId: ACCOUNT, amountPico: 700n, paymentId: 'pi_3Nabc' };
    const outcomes = await Promise.all([1, 2, 3].map(() => stage.wallet.credit(payment)));
    stage.now += 86_400_000;
    outcomes.push(await stage.wallet.credit(payment));
    expect(outcomes.toSorted()).toEqual(['already_credited', 'already_credited', 'already_credited', 'credited']);
    expect(await stage.wallet.balance(ACCOUNT)).toMatchObject({ availablePico: 700n, fundedPico: 700n });
  });
});

describe('a hold', () => {
  test('takes its amount from what is available, down to the last unit', async () => {
    const stage = await WalletStage.funded(1_000n);
    await stage.reserve(1_000n);
    expect(await stage.amounts()).toEqual([0n, 1_000n, 0n]);
    await expect(stage.reserve(1n)).rejects.toMatchObject({ name: 'InsufficientFunds', availablePico: 0n });
  });

  test('of the last cent is won by exactly as many of the concurrent requests as the wallet affords', async () => {
    const stage = await WalletStage.funded(7n * 100n + 99n);
    const results = await Promise.allSettled(Array.from({ length: 60 }, () => stage.reserve(100n)));
    expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(7);
    expect(await stage.amounts()).toEqual([99n, 700n, 0n]);
  });

  test('is charged what the request cost, and the rest is available again', async () => {
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

  test('names the price version in the entry of its charge', async () => {
    const stage = await WalletStage.funded(1_000n);
    const hold = await stage.reserve(400n);
    await stage.settle(hold, 150n);
    const charge = (await stage.entries()).find(({ kind }) => kind === 'charge');
    expect(charge).toMatchObject({ entryId: hold.requestId, priceVersion: '2026-11-01' });
  });

  test('is never charged more than it holds: the rest is booked as the operator’s loss', async () => {
    const stage = await WalletStage.funded(1_000n);
    const hold = await stage.reserve(400n);
    expect(await stage.settle(hold, 650n)).toEqual({ outcome: 'charged', costPico: 400n, overrunPico: 250n });
    expect(await stage.amounts()).toEqual([600n, 0n, 400n]);
    expect(await stage.usage.get(ACCOUNT, hold.requestId)).toMatchObject({ costPico: 400n, overrunPico: 250n });
    await stage.expectSound();
  });

  test('that is released charges nothing', async () => {
    const stage = await WalletStage.funded(1_000n);
    const hold = await stage.reserve(400n);
    expect(await stage.release(hold)).toEqual({ outcome: 'released', costPico: 0n, overrunPico: 0n });
    expect(await stage.amounts()).toEqual([1_000n, 0n, 0n]);
    expect(await stage.usage.get(ACCOUNT, hold.requestId)).toMatchObject({ status: 'provider_error', costPico: 0n });
  });

  test('of nothing, for a model without charge, begins and ends like any other', async () => {
    const stage = await WalletStage.funded(0n);
    const hold = await stage.reserve(0n);
    expect(await stage.settle(hold, 0n)).toEqual({ outcome: 'charged', costPico: 0n, overrunPico: 0n });
    expect((await stage.entries()).map(({ kind }) => kind)).toEqual(['charge']);
    await stage.expectSound();
  });
});

describe('a hold ends once', () => {
  test('settling again with the same cost returns what was recorded', async () => {
    const stage = await WalletStage.funded(1_000n);
    const hold = await stage.reserve(400n);
    await stage.settle(hold, 650n);
    stage.now += 3_600_000;
    expect(await stage.settle(hold, 650n)).toEqual({ outcome: 'already_settled', costPico: 400n, overrunPico: 250n });
    expect(await stage.amounts()).toEqual([600n, 0n, 400n]);
  });

  test('settling again with another cost is refused and tells what was charged', async () => {
    const stage = await WalletStage.funded(1_000n);
    const hold = await stage.reserve(400n);
    await stage.settle(hold, 150n);
    const again = stage.settle(hold, 151n);
    await expect(again).rejects.toMatchObject({ name: 'HoldAlreadySettled', costPico: 150n, overrunPico: 0n });
    await expect(stage.release(hold)).rejects.toMatchObject({ name: 'HoldAlreadySettled', costPico: 150n });
    expect(await stage.amounts()).toEqual([850n, 0n, 150n]);
  });

  test('a charge of nothing is a charge, and cannot be released any more', async () => {
    const stage = await WalletStage.funded(1_000n);
    const hold = await stage.reserve(400n);
    await stage.settle(hold, 0n);
    await expect(stage.release(hold)).rejects.toMatchObject({ name: 'HoldAlreadySettled', costPico: 0n });
  });

  test('nothing is charged once it was released', async () => {
    const stage = await WalletStage.funded(1_000n);
    const hold = await stage.reserve(400n);
    await stage.release(hold);
    expect(await stage.release(hold)).toMatchObject({ outcome: 'already_settled', costPico: 0n });
    await expect(stage.settle(hold, 100n)).rejects.toMatchObject({ name: 'HoldAlreadyReleased' });
    expect(await stage.amounts()).toEqual([1_000n, 0n, 0n]);
  });

  test('of a settle, a release and a sweep at the same time, one ends it', async () => {
    const stage = await WalletStage.funded(1_000n);
    const hold = await stage.reserve(400n);
    await Promise.allSettled([stage.settle(hold, 100n), stage.release(hold), stage.expire(), stage.settle(hold, 100n)]);
    const [, held] = await stage.amounts();
    expect(held).toBe(0n);
    await stage.expectSound();
  });

  test('what was never reserved cannot be settled', async () => {
    const stage = await WalletStage.funded(1_000n);
    const hold = await stage.reserve(400n);
    const other = { ...hold, requestId: stage.nextRequestId() };
    await expect(stage.settle(other, 1n)).rejects.toMatchObject({ name: 'HoldNotFound' });
    await expect(stage.settle(hold, -1n)).rejects.toThrow(RangeError);
  });

  test('a request id names one hold: the same again is the same hold, another is refused', async () => {
    const stage = await WalletStage.funded(1_000n);
    const hold = await stage.reserve(400n);
    expect(await stage.reserve(400n, hold.requestId)).toEqual(hold);
    await expect(stage.reserve(401n, hold.requestId)).rejects.toMatchObject({ name: 'RequestIdReused' });
    expect(await stage.amounts()).toEqual([600n, 400n, 0n]);
  });
});

test('a reserve repeated after its hold has ended takes nothing a second time', async () => {
  const stage = await WalletStage.funded(1_000n);
  const hold = await stage.reserve(400n);
  await stage.settle(hold, 150n);
  await stage.reserve(400n, hold.requestId);
  expect(await stage.amounts()).toEqual([850n, 0n, 150n]);
});

describe('a hold that nobody ends', () => {
  test('is given back at its deadline, not before, and leaves an expired usage record', async () => {
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

  test('is counted as overdue when the sweep comes more than five minutes late', async () => {
    const stage = await WalletStage.funded(1_000n);
    const hold = await stage.reserve(400n);
    stage.now = hold.deadline + 300_001;
    expect(await stage.wallet.expireDue()).toEqual({ expired: 1, overdue: 1, failed: 0 });
  });

  test('can be given back before its deadline by a host that knows that nobody runs', async () => {
    const stage = await WalletStage.funded(1_000n);
    await Promise.all(Array.from({ length: 250 }, () => stage.reserve(4n)));
    expect(await stage.wallet.expireDue({ everything: true })).toEqual({ expired: 250, overdue: 0, failed: 0 });
    expect(await stage.amounts()).toEqual([1_000n, 0n, 0n]);
  });

  test('is charged by a late settle what is still available, as a recorded adjustment', async () => {
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

  test('is adjusted once, and never beyond what it held', async () => {
    const stage = await WalletStage.funded(1_000n);
    const hold = await stage.reserve(400n);
    await stage.expire();
    expect(await stage.settle(hold, 500n)).toEqual({ outcome: 'adjusted', costPico: 400n, overrunPico: 100n });
    expect(await stage.settle(hold, 500n)).toEqual({ outcome: 'already_settled', costPico: 400n, overrunPico: 100n });
    await expect(stage.settle(hold, 1n)).rejects.toMatchObject({ name: 'HoldAlreadySettled', costPico: 400n });
    expect(await stage.amounts()).toEqual([600n, 0n, 400n]);
  });

  test('is recorded with its true status by a late release, without a charge', async () => {
    const stage = await WalletStage.funded(1_000n);
    const hold = await stage.reserve(400n);
    await stage.expire();
    expect(await stage.release(hold)).toEqual({ outcome: 'adjusted', costPico: 0n, overrunPico: 0n });
    expect(await stage.usage.get(ACCOUNT, hold.requestId)).toMatchObject({ status: 'provider_error' });
    await stage.expectSound();
  });
});

test('a usage record is invisible from the end of its retention on, and the money does not change', async () => {
  const stage = await WalletStage.funded(1_000n);
  // The store ends items by the second, and the promise is by the day: the record ends in the second before.
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

test('a reserve repeated when the store has forgotten the first is refused, and no money is stuck in a second hold', async () => {
  const stage = await WalletStage.funded(1_000n);
  const hold = await stage.reserve(400n);
  await stage.settle(hold, 150n);
  stage.now += 11 * 60_000;
  const again = stage.wallet.reserve({ ...hold, holdPico: hold.heldPico });
  await expect(again).rejects.toMatchObject({ name: 'WalletUnavailable' });
  expect(await stage.amounts()).toEqual([850n, 0n, 150n]);
});
