import { MINUTE_MS } from '../../../lambdas/domain/clock';
import { balanceKey, SHARDS, usageRecordKey } from '../../../lambdas/contracts/storage/table-keys';
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
  test('draws on a lease: the next request takes no money of its own', async () => {
    const { stage, first } = await hotStage();
    expect(await stage.amounts()).toEqual([AMPLE - 800n, 800n, 0n]);
    expect(await stage.settle(first, 40n)).toEqual({ outcome: 'charged', costPico: 40n, overrunPico: 0n });
    const second = await stage.reserve(100n);
    expect(second.leaseTurn).toBe(first.leaseTurn?.replace(/#1$/, '#2'));
    expect(await stage.amounts()).toEqual([AMPLE - 800n, 800n, 0n]);
    await stage.expectSound();
  });

  test('holds as before once nothing has been contended for ten minutes', async () => {
    const { stage, first } = await hotStage();
    await stage.settle(first, 1n);
    stage.now += 10 * MINUTE_MS;
    expect(await stage.reserve(100n)).not.toHaveProperty('leaseTurn');
  });

  test('has as many leases as requests at a time', async () => {
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

  test('holds request by request where it has too little for leases', async () => {
    const { stage, first } = await hotStage(10_000n);
    expect(first.leaseTurn).toBeUndefined();
    await stage.settle(first, 40n);
    expect(await stage.amounts()).toEqual([9_960n, 0n, 40n]);
  });

  test("is charged at most what each request held, and the rest is the operator's loss", async () => {
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

  test('spends what lies in its drawers before a request is refused', async () => {
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
  test('takes requests for two minutes, and then another one takes its place and its charges are booked', async () => {
    const { stage, first } = await hotStage();
    await stage.settle(first, 40n);
    stage.now += 2 * MINUTE_MS;
    const second = await stage.reserve(100n);
    expect(second.leaseTurn).toMatch(/#1$/);
    await stage.settle(second, 1n);
    expect(await stage.amounts()).toEqual([AMPLE - 840n, 800n, 40n]);
    await stage.expectSound();
  });

  test('that has no room for a request gives way to another', async () => {
    const { stage, first } = await hotStage();
    await stage.settle(first, 40n);
    const large = await stage.reserve(761n);
    expect(large.leaseTurn).toMatch(/#1$/);
    await stage.settle(large, 0n);
    await stage.expectSound();
  });

  test('ends by the sweeper two minutes after it was taken, once its last request has ended', async () => {
    const { stage, first } = await hotStage();
    await stage.settle(first, 40n);
    stage.now += 2 * MINUTE_MS;
    expect(await stage.wallet.expireDue()).toEqual({ expired: 0, overdue: 0, failed: 0 });
    expect(await stage.amounts()).toEqual([AMPLE - 40n, 0n, 40n]);
    await stage.expectSound();
  });

  test('is left alone while its last request runs', async () => {
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

  test('whose request nobody ended leaves a record of it, and the charges of those before it', async () => {
    const { stage, first } = await hotStage();
    await stage.settle(first, 40n);
    const lost = await stage.reserve(100n);
    stage.now += 2 * MINUTE_MS;
    expect(await stage.wallet.expireDue()).toEqual({ expired: 1, overdue: 0, failed: 0 });
    expect(await stage.usage.get(ACCOUNT, lost.requestId)).toMatchObject({ status: 'expired', costPico: 0n });
    expect(await stage.amounts()).toEqual([AMPLE - 40n, 0n, 40n]);
    await stage.expectSound();
  });

  test('whose last request ends after the sweeper expired it charges what is left, as an adjustment', async () => {
    const { stage, first } = await hotStage();
    stage.now += 2 * MINUTE_MS;
    await stage.wallet.expireDue();
    expect(await stage.settle(first, 40n)).toEqual({ outcome: 'adjusted', costPico: 40n, overrunPico: 0n });
    expect(await stage.settle(first, 40n)).toMatchObject({ outcome: 'already_settled', costPico: 40n });
    expect(await stage.amounts()).toEqual([AMPLE - 40n, 0n, 40n]);
    await stage.expectSound();
  });

  test('tells that it is overdue when its request should have ended five minutes ago', async () => {
    const { stage } = await hotStage();
    stage.now += 8 * MINUTE_MS;
    expect(await stage.wallet.expireDue()).toMatchObject({ expired: 1, overdue: 1 });
  });

  test('charges a request once, also when it is settled again', async () => {
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

  test('does not charge a request for which it was taken twice', async () => {
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
  'although the store answers with: %s,',
  (fault) => {
    const times = (count: number): Fault[] => Array.from({ length: count }, () => fault);

    test('a lease is taken, given on and settled exactly once', async () => {
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

describe('the ledger tells', () => {
  test('a record that was charged to a lease with another amount', async () => {
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

  test('money that is missing in a drawer', async () => {
    const { stage } = await hotStage();
    const drawers = await Promise.all(
      SHARDS.map((drawer) => stage.engine.get({ table: WALLET, key: balanceKey(ACCOUNT, drawer) })),
    );
    const update = balanceKey(ACCOUNT, SHARDS[drawers.findIndex((drawer) => drawer !== undefined)]);
    await stage.engine.write({ table: WALLET, update, change: { add: { availablePico: -1n } } });
    expect((await stage.verify()).differences).toMatchObject([{ kind: 'available_and_held' }]);
  });
});

test('a request that is settled on a lease keeps its whole record', async () => {
  const { stage, first } = await hotStage();
  await stage.settle(first, 40n);
  expect(await stage.usage.get(ACCOUNT, first.requestId)).toEqual({
    ...outcomeOf(first),
    costPico: 40n,
    overrunPico: 0n,
    leaseTurn: first.leaseTurn,
  });
});
