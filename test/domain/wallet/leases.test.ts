import { MINUTE_MS } from '../../../lambdas/domain/clock';
import { SHARDS } from '../../../lambdas/contracts/storage/table-keys/key-parts';
import { usageRecordKey } from '../../../lambdas/contracts/storage/table-keys/usage';
import { balanceKey } from '../../../lambdas/contracts/storage/table-keys/wallet';
import { USAGE, WALLET } from '../../../lambdas/contracts/storage/tables';
import type { Hold } from '../../../lambdas/domain/wallet/holds/hold';
import type { Fault } from './faulty-store';
import { ACCOUNT, outcomeOf, WalletStage } from './wallet-stage';

const AMPLE = 1_000_000n;

/** A stage whose account was contended once, so that its requests draw on leases of eight holds. */
async function hotStage(fundedPico = AMPLE): Promise<{ stage: WalletStage; first: Hold }> {
  const stage = await WalletStage.funded(fundedPico);
  stage.store.plan('conflict');
  return { stage, first: await stage.reserve(100n) };
}

describe('an account whose balance is contended', () => {
  test('a contended account draws on a lease, so the next request takes no money from the balance', async () => {
    const { stage, first } = await hotStage();
    expect(await stage.amounts()).toEqual([AMPLE - 800n, 800n, 0n]);
    expect(await stage.settle(first, 40n)).toEqual({ outcome: 'charged', costPico: 40n, overrunPico: 0n });
    const second = await stage.reserve(100n);
    expect(second.leaseTurn).toBe(first.leaseTurn?.replace(/#1$/, '#2'));
    expect(await stage.amounts()).toEqual([AMPLE - 800n, 800n, 0n]);
    await stage.expectSound();
  });

  test('an account uses single holds again after ten minutes without contention', async () => {
    const { stage, first } = await hotStage();
    await stage.settle(first, 1n);
    stage.now += 10 * MINUTE_MS;
    expect(await stage.reserve(100n)).not.toHaveProperty('leaseTurn');
  });

  test('a contended account has one lease for each concurrent request', async () => {
    const { stage, first } = await hotStage();
    const second = await stage.reserve(100n);
    expect(second.leaseTurn).not.toBe(first.leaseTurn);
    await stage.settle(first, 10n);
    await stage.settle(second, 10n);
    await stage.reserve(100n);
    await stage.reserve(100n);
    expect(await stage.amounts()).toEqual([AMPLE - 1_600n, 1_600n, 0n]);
    await stage.expectSound();
  });

  test('a contended account with too little money for leases uses single holds', async () => {
    const { stage, first } = await hotStage(10_000n);
    expect(first.leaseTurn).toBeUndefined();
    await stage.settle(first, 40n);
    expect(await stage.amounts()).toEqual([9_960n, 0n, 40n]);
  });

  test('a lease is charged at most the hold of each request, and the rest is the operator’s loss', async () => {
    const { stage, first } = await hotStage();
    expect(await stage.settle(first, 130n)).toEqual({ outcome: 'charged', costPico: 100n, overrunPico: 30n });
    await stage.reserve(100n);
    stage.now += 2 * MINUTE_MS;
    await stage.wallet.expireDue();
    const [lease] = (await stage.entries()).filter(({ kind }) => kind === 'lease');
    expect(lease).toMatchObject({ heldPico: 800n, requests: 1n, priceVersions: ['2026-11-01'] });
    expect(lease?.transfers).toEqual([
      { from: 'available', to: 'spent', amountPico: 100n },
      { from: 'operatorLoss', to: 'overrun', amountPico: 30n },
    ]);
    await stage.expectSound();
  });

  test('an account spends the money in its drawers before a request is refused', async () => {
    const { stage, first } = await hotStage();
    await stage.release(first);
    stage.now += 2 * MINUTE_MS;
    await stage.wallet.expireDue();
    const [available] = await stage.amounts();
    expect(available).toBe(AMPLE);
    stage.now += 10 * MINUTE_MS;
    await stage.reserve(AMPLE);
    expect(await stage.amounts()).toEqual([0n, AMPLE, 0n]);
    await expect(stage.reserve(1n)).rejects.toMatchObject({ name: 'InsufficientFunds', availablePico: 0n });
    await stage.expectSound();
  });
});

describe('a lease', () => {
  test('a lease takes requests for two minutes, and then its charges are booked and another one replaces it', async () => {
    const { stage, first } = await hotStage();
    await stage.settle(first, 40n);
    stage.now += 2 * MINUTE_MS;
    const second = await stage.reserve(100n);
    expect(second.leaseTurn).toMatch(/#1$/);
    await stage.settle(second, 1n);
    expect(await stage.amounts()).toEqual([AMPLE - 840n, 800n, 40n]);
    await stage.expectSound();
  });

  test('a lease without room for a request is replaced by another one', async () => {
    const { stage, first } = await hotStage();
    await stage.settle(first, 40n);
    const large = await stage.reserve(761n);
    expect(large.leaseTurn).toMatch(/#1$/);
    await stage.settle(large, 0n);
    await stage.expectSound();
  });

  test('a lease whose last request has ended is ended by the sweeper two minutes after it was taken', async () => {
    const { stage, first } = await hotStage();
    await stage.settle(first, 40n);
    stage.now += 2 * MINUTE_MS;
    expect(await stage.wallet.expireDue()).toEqual({ expired: 0, overdue: 0, failed: 0 });
    expect(await stage.amounts()).toEqual([AMPLE - 40n, 0n, 40n]);
    await stage.expectSound();
  });

  test('a lease is left alone while its last request is running', async () => {
    const { stage } = await hotStage();
    const running = await stage.reserve(100n, stage.nextRequestId());
    stage.now += 2 * MINUTE_MS - 1;
    const { deadline } = running;
    expect(deadline).toBeLessThan(stage.now);
    stage.now = deadline - 1;
    await stage.wallet.expireDue({ now: stage.now + 2 * MINUTE_MS - 60_000 });
    expect((await stage.amounts())[1]).toBe(1_600n);
    expect(await stage.settle(running, 7n)).toMatchObject({ outcome: 'charged' });
    await stage.expectSound();
  });

  test('a lease whose last request expired keeps the charges of the earlier ones, and the request gets a record', async () => {
    const { stage, first } = await hotStage();
    await stage.settle(first, 40n);
    const lost = await stage.reserve(100n);
    stage.now += 2 * MINUTE_MS;
    expect(await stage.wallet.expireDue()).toEqual({ expired: 1, overdue: 0, failed: 0 });
    expect(await stage.usage.get(ACCOUNT, lost.requestId)).toMatchObject({ status: 'expired', costPico: 0n });
    expect(await stage.amounts()).toEqual([AMPLE - 40n, 0n, 40n]);
    await stage.expectSound();
  });

  test('a settle after its lease has expired charges what is still available, as an adjustment', async () => {
    const { stage, first } = await hotStage();
    stage.now += 2 * MINUTE_MS;
    await stage.wallet.expireDue();
    expect(await stage.settle(first, 40n)).toEqual({ outcome: 'adjusted', costPico: 40n, overrunPico: 0n });
    expect(await stage.settle(first, 40n)).toMatchObject({ outcome: 'already_settled', costPico: 40n });
    expect(await stage.amounts()).toEqual([AMPLE - 40n, 0n, 40n]);
    await stage.expectSound();
  });

  test('a lease counts as overdue when its request is more than five minutes past its deadline', async () => {
    const { stage } = await hotStage();
    stage.now += 8 * MINUTE_MS;
    expect(await stage.wallet.expireDue()).toMatchObject({ expired: 1, overdue: 1 });
  });

  test('a lease charges a request once, even if it is settled again', async () => {
    const { stage, first } = await hotStage();
    await Promise.all([stage.settle(first, 40n), stage.settle(first, 40n)]);
    await expect(stage.settle(first, 41n)).rejects.toMatchObject({ name: 'HoldAlreadySettled', costPico: 40n });
    await stage.reserve(100n);
    await stage.expire();
    stage.now += MINUTE_MS;
    await stage.wallet.expireDue();
    expect((await stage.amounts())[2]).toBe(40n);
    await stage.expectSound();
  });

  test('a request that was given a second turn on a lease is not charged again', async () => {
    const { stage, first } = await hotStage();
    await stage.settle(first, 40n);
    const again = await stage.reserve(100n, first.requestId);
    expect(await stage.settle(again, 40n)).toMatchObject({ outcome: 'already_settled', costPico: 40n });
    await stage.expire();
    stage.now += MINUTE_MS;
    await stage.wallet.expireDue();
    expect(await stage.amounts()).toEqual([AMPLE - 40n, 0n, 40n]);
    await stage.expectSound();
  });
});

describe.each(['conflict', 'unreachable', 'lost reply', 'throttled'] as const)(
  'leases despite the store fault: %s',
  (fault) => {
    const times = (count: number): Fault[] => Array.from({ length: count }, () => fault);

    test('a lease is taken, given to the next request and settled exactly once despite store faults', async () => {
      const { stage, first } = await hotStage();
      stage.store.plan(...times(3));
      await stage.settle(first, 40n);
      stage.store.plan(...times(3));
      const second = await stage.reserve(100n);
      stage.store.plan(...times(3));
      const third = await stage.reserve(100n);
      await stage.settle(second, 2n);
      await stage.settle(third, 1n);
      stage.now += 2 * MINUTE_MS;
      stage.store.plan(...times(3));
      await stage.wallet.expireDue();
      await stage.wallet.expireDue();
      expect(await stage.amounts()).toEqual([AMPLE - 43n, 0n, 43n]);
      await stage.expectSound();
    });

    test('a settle that gives up leaves its lease to the sweeper, which finds what was written', async () => {
      const { stage, first } = await hotStage();
      stage.store.plan(...times(13));
      const settled = stage.settle(first, 40n);
      // The next attempt after a lost reply finds the record.
      if (fault === 'lost reply') expect(await settled).toMatchObject({ outcome: 'already_settled', costPico: 40n });
      else await expect(settled).rejects.toMatchObject({ name: 'WalletUnavailable' });
      stage.store.clear();
      const next = await stage.reserve(100n);
      expect(next.leaseTurn).toMatch(fault === 'lost reply' ? /#2$/ : /#1$/);
      stage.now += 2 * MINUTE_MS;
      await stage.wallet.expireDue();
      const spentPico = fault === 'lost reply' ? 40n : 0n;
      expect(await stage.amounts()).toEqual([AMPLE - spentPico, 0n, spentPico]);
      await stage.expectSound();
    });
  },
);

describe('the verification of leases', () => {
  test('the verifier reports a usage record whose amount differs from its lease’s', async () => {
    const { stage, first } = await hotStage();
    await stage.settle(first, 40n);
    stage.now += 2 * MINUTE_MS;
    await stage.wallet.expireDue();
    const update = usageRecordKey(ACCOUNT, first.requestId);
    await stage.engine.write({ table: USAGE, update, change: { set: { costPico: 39n } } });
    const id = first.leaseTurn?.slice(0, -2);
    expect((await stage.verify()).differences).toEqual([
      { kind: 'usage_cost', accountId: ACCOUNT, id, expectedPico: 40n, actualPico: 39n },
    ]);
  });

  test('the verifier reports money that is missing from a drawer', async () => {
    const { stage } = await hotStage();
    const drawers = await Promise.all(
      SHARDS.map((drawer) => stage.engine.get({ table: WALLET, key: balanceKey(ACCOUNT, drawer) })),
    );
    const update = balanceKey(ACCOUNT, SHARDS[drawers.findIndex((drawer) => drawer !== undefined)]);
    await stage.engine.write({ table: WALLET, update, change: { add: { availablePico: -1n } } });
    expect((await stage.verify()).differences).toMatchObject([{ kind: 'available_and_held' }]);
  });
});

test('a request that is settled on a lease has a complete usage record', async () => {
  const { stage, first } = await hotStage();
  await stage.settle(first, 40n);
  expect(await stage.usage.get(ACCOUNT, first.requestId)).toEqual({
    ...outcomeOf(first),
    costPico: 40n,
    overrunPico: 0n,
    leaseTurn: first.leaseTurn,
  });
});
