import { TOKEN_LIFETIME_MS } from '../../../lambdas/adapters/embedded/tokens';
import { suspendBalance } from '../../../lambdas/domain/wallet/balance/balance';
import {
  HoldNotFound,
  InsufficientFunds,
  KeyLimitReached,
  WalletSuspended,
  WalletUnavailable,
} from '../../../lambdas/domain/wallet/wallet-errors';
import { budgetOf } from './key-counter-stage';
import { ACCOUNT, ESTIMATE, WalletStage } from './wallet-stage';

const BUDGET = budgetOf(500n);

let stage: WalletStage;
beforeEach(async () => {
  stage = await WalletStage.funded(1_000n);
});
afterEach(() => stage.expectSound());

describe('a large first hold that is refused after an attempt without a reply', () => {
  const CEILING = { ceilingPico: 5_000n, counting: BUDGET };

  /** @returns a request whose first hold of 400 may still arrive; nothing else is held */
  async function refusedLate(): Promise<string> {
    const requestId = stage.nextRequestId();
    const other = await stage.reserve(700n);
    stage.store.plan('late');
    await expect(stage.reserve(400n, requestId, ACCOUNT, CEILING)).rejects.toBeInstanceOf(InsufficientFunds);
    await stage.release(other);
    return requestId;
  }

  test('a smaller first hold after a large one that has arrived late is the large one', async () => {
    const requestId = await refusedLate();
    expect(await stage.store.arrive()).toEqual([true]);
    const hold = await stage.reserve(100n, requestId, ACCOUNT, CEILING);
    expect(hold).toMatchObject({ heldPico: 400n, rolling: { slice: 0n, ceilingPico: 5_000n }, counting: BUDGET });
    expect(await stage.amounts()).toEqual([600n, 400n, 0n]);
    await stage.settle(hold, 300n);
    expect(await stage.amounts()).toEqual([700n, 0n, 300n]);
  });

  test('a smaller first hold finds a large one that has arrived late, although the store fails while it looks', async () => {
    const requestId = await refusedLate();
    expect(await stage.store.arrive()).toEqual([true]);
    stage.store.plan('unreachable', 'conflict');
    expect(await stage.reserve(100n, requestId, ACCOUNT, CEILING)).toMatchObject({ heldPico: 400n });
  });

  test('a large first hold that arrives after a smaller one does not apply', async () => {
    const requestId = await refusedLate();
    await stage.reserve(100n, requestId, ACCOUNT, CEILING);
    expect(await stage.store.arrive()).toEqual([false]);
    expect(await stage.amounts()).toEqual([900n, 100n, 0n]);
  });

  test('a small first hold that has arrived late is not mistaken for a larger one', async () => {
    const requestId = await refusedLate();
    expect(await stage.store.arrive()).toEqual([true]);
    await expect(stage.reserve(401n, requestId)).rejects.toMatchObject({ name: 'RequestIdReused' });
  });

  test('a large first hold that has arrived late and expired serves no request', async () => {
    const requestId = await refusedLate();
    const { now } = stage;
    expect(await stage.store.arrive()).toEqual([true]);
    await stage.expire();
    stage.now = now;
    await expect(stage.reserve(100n, requestId, ACCOUNT, CEILING)).rejects.toMatchObject({ name: 'RequestIdReused' });
    expect(await stage.amounts()).toEqual([1_000n, 0n, 0n]);
  });
});

describe('a hold that grows', () => {
  test('an extension moves money from available to held, and the settle returns what is left', async () => {
    const hold = await stage.extend(await stage.roll(100n, 900n), 200n);
    expect(hold).toMatchObject({ heldPico: 300n, rolling: { slice: 1n, ceilingPico: 900n } });
    expect(await stage.amounts()).toEqual([700n, 300n, 0n]);
    expect(await stage.settle(hold, 250n)).toMatchObject({ costPico: 250n, overrunPico: 0n });
    expect(await stage.amounts()).toEqual([750n, 0n, 250n]);
  });

  test('an extension takes what is left if that is enough to be of use, and nothing otherwise', async () => {
    const hold = await stage.roll(100n, 5_000n);
    await expect(stage.extend(hold, 2_000n, 901n)).rejects.toBeInstanceOf(InsufficientFunds);
    expect(await stage.amounts()).toEqual([900n, 100n, 0n]);
    const extended = await stage.extend(hold, 2_000n, 900n);
    expect(extended.heldPico).toBe(1_000n);
    await stage.release(extended);
  });

  test('an extension has to fit into the budget of the key', async () => {
    const hold = await stage.roll(100n, 5_000n, BUDGET);
    await expect(stage.extend(hold, 401n)).rejects.toBeInstanceOf(KeyLimitReached);
    const extended = await stage.extend(hold, 450n, 400n);
    expect(extended.heldPico).toBe(500n);
    await stage.settle(extended, 450n);
    expect(await stage.amounts()).toEqual([550n, 0n, 450n]);
  });

  test('an extension that neither the account nor the budget covers names the one that has less', async () => {
    const hold = await stage.roll(100n, 5_000n, BUDGET);
    await expect(stage.extend(hold, 2_000n, 500n)).rejects.toMatchObject({ limit: { kind: 'budget', leftPico: 400n } });
    const other = await stage.reserve(600n);
    await expect(stage.extend(hold, 2_000n, 500n)).rejects.toMatchObject({ availablePico: 300n });
    await stage.release(other);
    await stage.release(hold);
  });

  test('an extension that both cover equally little names the account, after one attempt', async () => {
    const hold = await stage.roll(100n, 5_000n, BUDGET);
    await stage.reserve(500n);
    const before = stage.store.counts.transact;
    await expect(stage.extend(hold, 2_000n, 500n)).rejects.toBeInstanceOf(InsufficientFunds);
    expect(stage.store.counts.transact).toBe(before + 1);
  });

  test('an extension that the budget covers least names the budget after one attempt', async () => {
    const hold = await stage.roll(100n, 5_000n, BUDGET);
    const before = stage.store.counts.transact;
    await expect(stage.extend(hold, 2_000n, 500n)).rejects.toBeInstanceOf(KeyLimitReached);
    expect(stage.store.counts.transact).toBe(before + 1);
  });

  test('a hold of a key with limits but no budget can be extended', async () => {
    const hold = await stage.extend(await stage.roll(100n, 900n, { counterId: 'key_1', runningMax: 2 }), 200n);
    expect(hold.heldPico).toBe(300n);
    await stage.settle(hold, 300n);
  });

  test('a suspended account gets no extension, and its request can still be settled', async () => {
    const hold = await stage.roll(100n, 900n);
    await stage.store.write(suspendBalance(ACCOUNT, '2026-11-20T10:00:00.000Z'));
    await expect(stage.extend(hold, 100n)).rejects.toBeInstanceOf(WalletSuspended);
    expect(await stage.settle(hold, 90n)).toMatchObject({ costPico: 90n });
  });

  test('an extension whose reply was lost is made once if it is sent again', async () => {
    const hold = await stage.roll(100n, 900n);
    stage.store.plan('lost reply');
    expect(await stage.extend(hold, 200n)).toMatchObject({ heldPico: 300n, rolling: { slice: 1n } });
    expect(await stage.amounts()).toEqual([700n, 300n, 0n]);
  });

  test('an extension that is sent again when its token is forgotten has an unknown outcome, and counts in the next', async () => {
    stage.holdMs = 2 * TOKEN_LIFETIME_MS;
    const hold = await stage.roll(100n, 900n);
    stage.store.plan('lost reply', async () => void (stage.now += TOKEN_LIFETIME_MS + 1));
    await expect(stage.extend(hold, 200n)).rejects.toBeInstanceOf(WalletUnavailable);
    expect(await stage.extend(hold, 200n)).toMatchObject({ heldPico: 300n, rolling: { slice: 2n } });
    expect(await stage.amounts()).toEqual([700n, 300n, 0n]);
  });

  test('an extension that falls back on a part has the whole if its first attempt arrives late', async () => {
    const hold = await stage.roll(100n, 900n);
    const other = await stage.reserve(700n);
    stage.store.plan('none', async () => {
      await stage.release(other);
      await stage.extend(hold, 400n);
    });
    expect(await stage.extend(hold, 400n, 100n)).toMatchObject({ heldPico: 500n, rolling: { slice: 2n } });
    expect(await stage.amounts()).toEqual([500n, 500n, 0n]);
    await stage.release(hold);
  });

  test('an extension that is sent again after its request was settled is only acknowledged', async () => {
    const hold = await stage.roll(100n, 900n);
    stage.store.plan('lost reply', () => stage.settle(hold, 250n));
    expect(await stage.extend(hold, 200n)).toMatchObject({ heldPico: 300n, rolling: { slice: 1n } });
    expect(await stage.amounts()).toEqual([750n, 0n, 250n]);
  });

  test('an extension that is sent again when its request is settled and its token forgotten finds no hold', async () => {
    const hold = await stage.roll(100n, 900n);
    stage.store.plan('lost reply', async () => {
      await stage.settle(hold, 250n);
      stage.now += TOKEN_LIFETIME_MS + 1;
    });
    await expect(stage.extend(hold, 200n)).rejects.toBeInstanceOf(HoldNotFound);
    expect(await stage.amounts()).toEqual([750n, 0n, 250n]);
  });

  test('a request that has ended gets no extension', async () => {
    const hold = await stage.roll(100n, 900n);
    await stage.settle(hold, 50n);
    await expect(stage.extend(hold, 100n)).rejects.toBeInstanceOf(HoldNotFound);
    expect(await stage.amounts()).toEqual([950n, 0n, 50n]);
  });
});

describe('a hold that shrinks', () => {
  test('a shrink returns money to the account and to the budget of the key', async () => {
    const hold = await stage.wallet.shrink(await stage.roll(400n, 900n, BUDGET), 300n);
    expect(hold).toMatchObject({ heldPico: 100n, rolling: { slice: 1n } });
    expect(await stage.amounts()).toEqual([900n, 100n, 0n]);
    await stage.release(await stage.count(400n, BUDGET));
    await stage.release(hold);
  });

  test.each([0n, -1n, 401n])('a hold of 400 pico-dollars cannot shrink by %s', async (returnedPico) => {
    const hold = await stage.roll(400n, 900n);
    const refusal = { name: 'RangeError', message: 'a hold cannot shrink by this amount' };
    await expect(stage.wallet.shrink(hold, returnedPico)).rejects.toMatchObject(refusal);
  });

  test('a hold can shrink to nothing', async () => {
    const hold = await stage.wallet.shrink(await stage.roll(400n, 900n), 400n);
    expect(hold.heldPico).toBe(0n);
    await stage.release(hold);
  });

  test('a hold shrinks although its account is suspended', async () => {
    const hold = await stage.roll(400n, 900n);
    await stage.store.write(suspendBalance(ACCOUNT, '2026-11-20T10:00:00.000Z'));
    expect(await stage.wallet.shrink(hold, 300n)).toMatchObject({ heldPico: 100n });
  });

  test('a hold shrinks although its budget was lowered below what is counted', async () => {
    const hold = await stage.roll(400n, 900n, BUDGET);
    const other = await stage.count(600n, { ...BUDGET, budget: { window: '2026-11', limitPico: 1_000n } });
    expect(await stage.wallet.shrink(hold, 300n)).toMatchObject({ heldPico: 100n });
    await stage.release(other);
  });
});

describe('the end of a hold that has changed', () => {
  test('a settle that does not know of an extension ends the hold at the amount that it has', async () => {
    const known = await stage.roll(100n, 900n);
    await stage.extend(known, 200n);
    expect(await stage.settle(known, 250n)).toMatchObject({ costPico: 250n, overrunPico: 0n });
    expect(await stage.amounts()).toEqual([750n, 0n, 250n]);
    expect((await stage.entries()).at(-1)).toMatchObject({ heldPico: 300n });
  });

  test('a sweep returns what a hold was extended by, too', async () => {
    await stage.extend(await stage.roll(100n, 900n), 200n);
    expect(await stage.expire()).toMatchObject({ expired: 1 });
    expect(await stage.amounts()).toEqual([1_000n, 0n, 0n]);
  });

  test('an extension that arrives while a sweep ends its hold does not leave money behind', async () => {
    const hold = await stage.roll(100n, 900n);
    stage.store.plan(() => stage.extend(hold, 200n));
    expect(await stage.expire()).toMatchObject({ expired: 1, failed: 0 });
    expect(await stage.amounts()).toEqual([1_000n, 0n, 0n]);
  });

  test('a request that was extended and expired is charged for what it reports, within what is left', async () => {
    const hold = await stage.extend(await stage.roll(100n, 900n), 200n);
    await stage.expire();
    expect(await stage.settle(hold, 800n)).toMatchObject({ outcome: 'adjusted', costPico: 800n, overrunPico: 0n });
    expect(await stage.amounts()).toEqual([200n, 0n, 800n]);
  });
});

describe('a charge of a hold that has expired', () => {
  test('an estimate is charged up to what was held at the expiry, although a shrink is not known', async () => {
    const known = await stage.roll(400n, 900n);
    await stage.wallet.shrink(known, 300n);
    await stage.expire();
    expect(await stage.settle(known, 950n, ESTIMATE)).toMatchObject({ costPico: 100n, overrunPico: 850n });
  });

  test('an estimate is charged up to what was held at the expiry, although an extension is not known', async () => {
    const known = await stage.roll(100n, 900n);
    await stage.extend(known, 200n);
    await stage.expire();
    expect(await stage.settle(known, 950n, ESTIMATE)).toMatchObject({ costPico: 300n, overrunPico: 650n });
  });
});
