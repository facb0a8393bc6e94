import { Keys } from '../../lambdas/domain/keys/keys';
import type { Counting } from '../../lambdas/domain/wallet/holds/counting';
import { InsufficientFunds, KeyLimitReached, WalletSuspended } from '../../lambdas/domain/wallet/wallet-errors';
import { ACCOUNT, WalletStage } from '../domain/wallet/wallet-stage';
import { describeDurableEngines, startStage } from './table-store-engines';

const CENT = 10_000_000_000n;
const AFFORDED = 50;
const REQUESTS = 200;

/** Runs the money path on each real engine; its rules are tested in test/domain/wallet. */
describeDurableEngines('the wallet on', (engine) => {
  let stage: WalletStage;
  let stop: () => Promise<void>;
  beforeEach(async () => ({ stage, stop } = await startStage(engine, WalletStage)));
  afterEach(() => stop());

  test('a wallet holds and charges exactly the fifty requests that it affords out of two hundred concurrent ones', async () => {
    await stage.fund(BigInt(AFFORDED) * CENT);
    const reserved = await Promise.allSettled(Array.from({ length: REQUESTS }, () => stage.reserve(CENT)));
    const holds = reserved.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []));
    const refusals = reserved.flatMap((result) => (result.status === 'rejected' ? [result.reason as unknown] : []));
    expect(holds).toHaveLength(AFFORDED);
    expect(refusals.every((refusal) => refusal instanceof InsufficientFunds)).toBe(true);
    expect(await stage.amounts()).toEqual([0n, BigInt(AFFORDED) * CENT, 0n]);

    await Promise.all(holds.map((hold) => stage.settle(hold, CENT / 2n)));
    expect(await stage.amounts()).toEqual([25n * CENT, 0n, 25n * CENT]);
    expect(await stage.verify()).toMatchObject({ accounts: 1, entries: AFFORDED + 1, differences: [] });
  });

  test('each end of a hold happens once, and a late settle adjusts', async () => {
    await stage.fund(10n * CENT);
    const [charged, released, expired] = [
      await stage.reserve(CENT),
      await stage.reserve(CENT),
      await stage.reserve(CENT),
    ];
    expect(await stage.settle(charged, 3n * CENT)).toEqual({
      outcome: 'charged',
      costPico: CENT,
      overrunPico: 2n * CENT,
    });
    expect(await stage.settle(charged, 3n * CENT)).toMatchObject({ outcome: 'already_settled' });
    expect(await stage.release(released)).toMatchObject({ outcome: 'released' });
    expect(await stage.expire()).toMatchObject({ expired: 1, failed: 0 });
    expect(await stage.settle(expired, CENT)).toMatchObject({ outcome: 'adjusted', costPico: CENT });
    expect(await stage.usage.get(expired.accountId, expired.requestId)).toMatchObject({
      status: 'completed',
      costPico: CENT,
    });
    expect(await stage.amounts()).toEqual([8n * CENT, 0n, 2n * CENT]);
    await stage.expectSound();
  });

  test('a contended account draws on leases, and the cost of its requests is booked when they end', async () => {
    await stage.fund(100_000n * CENT);
    stage.store.plan('conflict');
    const [first, second] = [await stage.reserve(CENT), await stage.reserve(CENT)];
    expect([first.leaseTurn, second.leaseTurn]).toEqual([expect.stringMatching(/#1$/), expect.stringMatching(/#1$/)]);
    expect(await stage.settle(first, 3n * CENT)).toEqual({
      outcome: 'charged',
      costPico: CENT,
      overrunPico: 2n * CENT,
    });
    const third = await stage.reserve(CENT);
    expect(third.leaseTurn).toMatch(/#2$/);
    expect(await stage.release(third)).toMatchObject({ outcome: 'released' });
    await stage.expectSound();
    stage.now += 120_000;
    expect(await stage.wallet.expireDue()).toEqual({ expired: 1, overdue: 0, failed: 0 });
    expect(await stage.settle(second, CENT)).toMatchObject({ outcome: 'adjusted', costPico: CENT });
    expect(await stage.amounts()).toEqual([99_998n * CENT, 0n, 2n * CENT]);
    expect((await stage.entries()).map(({ kind }) => kind).sort()).toEqual([
      'adjustment',
      'credit',
      'expire',
      'lease',
      'lease',
    ]);
    await stage.expectSound();
  });

  test('a key’s budget, concurrency and rate are counted with the hold and returned when it ends', async () => {
    await stage.fund(100n * CENT);
    const counting: Counting = {
      counterId: '01JD0000000000000000000001',
      runningMax: 8,
      budget: { window: 'day#UTC#2026-11-20', limitPico: 20n * CENT },
      minute: { start: stage.now - (stage.now % 60_000), tokens: 100, requestsMax: 20, tokensMax: 900 },
    };
    const reserveAll = async () => {
      const reserved = await Promise.allSettled(Array.from({ length: 12 }, () => stage.count(CENT, counting)));
      const refusals = reserved.flatMap((result) => (result.status === 'rejected' ? [result.reason as unknown] : []));
      expect(refusals.every((refusal) => refusal instanceof KeyLimitReached)).toBe(true);
      return reserved.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []));
    };
    const first = await reserveAll();
    expect(first).toHaveLength(8);
    await stage.expectSound();
    await Promise.all(first.map((hold, place) => (place < 4 ? stage.settle(hold, 2n * CENT) : stage.release(hold))));
    // Each used thirty tokens, so this minute has room for six more of a hundred.
    const second = await reserveAll();
    expect(second).toHaveLength(6);
    expect(await stage.expire()).toMatchObject({ expired: 6, failed: 0 });
    const next = { ...counting, minute: { start: stage.now, tokens: 901, tokensMax: 900 } };
    await expect(stage.count(CENT, next)).rejects.toMatchObject({ limit: { kind: 'minute', tokensCounted: 0 } });
    const { budget } = counting;
    await expect(stage.count(17n * CENT, { counterId: counting.counterId, budget })).rejects.toMatchObject({
      limit: { kind: 'budget', leftPico: 16n * CENT },
    });
    expect(await stage.settle(second[0]!, CENT)).toMatchObject({ outcome: 'adjusted', costPico: CENT });
    expect(await stage.amounts()).toEqual([95n * CENT, 0n, 5n * CENT]);
    await stage.expectSound();
  });

  test('a suspended account holds nothing until it is resumed', async () => {
    await stage.fund(100n * CENT);
    const operator = { kind: 'deployment' } as const;
    await stage.accounts.suspend({ accountId: ACCOUNT, reason: 'abuse', actor: operator });
    await expect(stage.reserve(CENT)).rejects.toThrow(WalletSuspended);
    await stage.accounts.resume({ accountId: ACCOUNT, actor: operator });
    expect(await stage.release(await stage.reserve(CENT))).toMatchObject({ outcome: 'released' });
  });

  test('a payment is credited once, and a key verifies until it is revoked', async () => {
    await stage.fund(CENT);
    const { accountId } = await stage.reserve(0n);
    const payment = { accountId, amountPico: CENT, paymentId: 'pi_twice' };
    const outcomes = await Promise.all([stage.wallet.credit(payment), stage.wallet.credit(payment)]);
    expect([...outcomes].sort()).toEqual(['already_credited', 'credited']);

    const keys = new Keys({ store: stage.engine, pepper: 'a pepper of enough bytes', clock: () => stage.now });
    const { keyId, key } = await keys.create({ accountId });
    expect(await keys.verify(key)).toEqual({ accountId, keyId });
    expect(await keys.verify(`${key.slice(0, -1)}${key.endsWith('0') ? '1' : '0'}`)).toBeUndefined();
    await keys.revoke(keyId);
    expect(await keys.verify(key)).toBeUndefined();
  });
});
