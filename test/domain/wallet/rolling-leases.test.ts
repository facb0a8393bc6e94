import { DAY_MS, MINUTE_MS, SECOND_MS } from '../../../lambdas/domain/clock';
import { balanceKey } from '../../../lambdas/contracts/storage/table-keys/wallet';
import { WALLET } from '../../../lambdas/contracts/storage/tables';
import { WalletUnavailable } from '../../../lambdas/domain/wallet/wallet-errors';
import { AMPLE, OUTAGE, rollOnLease, sweepLeases } from './lease-stage';
import { ACCOUNT, outcomeOf, WalletStage } from './wallet-stage';

/** The least that an account needs for leases of 800: sixteen drawers of eight leases. */
const LEAST = 16n * 8n * 800n;

let stage: WalletStage;
beforeEach(async () => {
  stage = await WalletStage.funded(AMPLE);
});
afterEach(() => stage.expectSound());

const mainBalance = () => stage.engine.get({ table: WALLET, key: balanceKey(ACCOUNT) });

describe('a request on a lease', () => {
  test('a request whose hold rolls counts on all of its lease, up to its ceiling', async () => {
    const first = await rollOnLease(stage);
    expect(first).toMatchObject({ heldPico: 800n, rolling: { ceilingPico: 10_000n } });
    await stage.settle(first, 40n);
    expect(await stage.roll(760n, 10_000n)).toMatchObject({
      heldPico: 760n,
      leaseTurn: expect.stringMatching(/#2$/) as string,
    });
    const whole = await stage.roll(100n, 300n);
    expect(whole).toMatchObject({ heldPico: 300n, leaseTurn: expect.any(String) as string });
    expect(whole).not.toHaveProperty('rolling');
    expect(await stage.amounts()).toEqual([AMPLE - 1_600n, 1_600n, 0n]);
  });

  test('a request whose hold rolls costs one write for its reserve and one for its settle, and no read', async () => {
    const first = await rollOnLease(stage);
    await stage.settle(first, 0n);
    const before = { ...stage.store.counts };
    await stage.settle(await stage.roll(100n, 10_000n), 700n);
    const { counts } = stage.store;
    expect(counts).toEqual({ ...before, write: before.write + 2 });
  });

  test('a lease has room for a request if it covers the first hold', async () => {
    const first = await rollOnLease(stage);
    await stage.settle(first, 700n);
    expect(await stage.roll(100n, 10_000n)).toMatchObject({
      heldPico: 100n,
      leaseTurn: expect.stringMatching(/#2$/) as string,
    });
    expect(await stage.roll(101n, 10_000n)).toMatchObject({ leaseTurn: expect.stringMatching(/#1$/) as string });
  });

  test('a lease holds eight times the mean charge if that is more than the first hold', async () => {
    const first = await stage.extend(await rollOnLease(stage), 1_000n);
    await stage.settle(first, 900n);
    await stage.settle(await stage.roll(100n, 10_000n), 100n);
    await stage.roll(800n, 10_000n);
    // The mean follows the latest charges: 900, and then an eighth of the way to 100.
    expect(await stage.roll(100n, 10_000n)).toMatchObject({ heldPico: 8n * 800n });
  });

  test('an account that cannot afford leases of its mean charge gets leases of the first hold', async () => {
    const first = await stage.extend(await rollOnLease(stage, 100_000n), 40_000n);
    await stage.settle(first, 40_000n);
    // The rest of the first lease is 800.
    expect(await stage.roll(900n, 100_000n)).toMatchObject({
      heldPico: 7_200n,
      leaseTurn: expect.any(String) as string,
    });
  });

  test('a request on a lease returns nothing while it runs, because the next one can use it', async () => {
    const hold = await rollOnLease(stage);
    const before = { ...stage.store.counts };
    expect(await stage.wallet.shrink(hold, 500n)).toBe(hold);
    expect(stage.store.counts).toEqual(before);
  });
});

describe('a charge above what a request on a lease counts on', () => {
  test('a report above the hold grows the lease first, up to the ceiling', async () => {
    const hold = await rollOnLease(stage, 1_000n);
    expect(await stage.settle(hold, 1_200n)).toEqual({ outcome: 'charged', costPico: 1_000n, overrunPico: 200n });
    await sweepLeases(stage);
    expect(await stage.amounts()).toEqual([AMPLE - 1_000n, 0n, 1_000n]);
  });

  test('a report above the hold takes all that the account has, and the rest is the operator’s loss', async () => {
    stage = await WalletStage.funded(LEAST);
    const hold = await rollOnLease(stage, 10n ** 12n);
    const overrunPico = 7n;
    expect(await stage.settle(hold, LEAST + overrunPico)).toEqual({ outcome: 'charged', costPico: LEAST, overrunPico });
    await sweepLeases(stage);
    expect(await stage.amounts()).toEqual([0n, 0n, LEAST]);
  });

  test('an estimate above the hold grows no lease', async () => {
    const hold = await rollOnLease(stage);
    const settled = await stage.settle(hold, 1_200n, { estimated: true });
    expect(settled).toEqual({ outcome: 'charged', costPico: 800n, overrunPico: 400n });
    expect(await stage.amounts()).toEqual([AMPLE - 800n, 800n, 0n]);
  });

  test('a report above the hold is charged up to the hold if the lease cannot grow now', async () => {
    const hold = await rollOnLease(stage);
    stage.store.plan(...OUTAGE.slice(0, 9));
    expect(await stage.settle(hold, 1_200n)).toEqual({ outcome: 'charged', costPico: 800n, overrunPico: 400n });
    // The account was not short of money.
    expect(await mainBalance()).not.toHaveProperty('lossUntil');
  });

  test.each([
    ['was made but its record could not be put', 'none'],
    ['was made although no reply came', 'lost reply'],
    ['was not made, because the store did not answer', 'unreachable'],
  ] as const)('a report above the hold is charged in full by a later settle if the growth %s', async (_name, fault) => {
    const hold = await rollOnLease(stage);
    stage.store.plan(fault, ...OUTAGE, ...OUTAGE);
    await expect(stage.settle(hold, 1_200n)).rejects.toBeInstanceOf(WalletUnavailable);
    stage.store.clear();
    expect(await stage.settle(hold, 1_200n)).toEqual({ outcome: 'charged', costPico: 1_200n, overrunPico: 0n });
    // The lease serves the next request.
    expect(await stage.roll(0n, 10_000n)).toMatchObject({ leaseTurn: hold.leaseTurn?.replace(/#1$/, '#2') });
    await sweepLeases(stage);
    expect(await stage.amounts()).toEqual([AMPLE - 1_200n, 0n, 1_200n]);
  });

  test('a report above the hold whose settle failed is charged from the account once its lease has expired', async () => {
    const hold = await rollOnLease(stage);
    stage.store.plan('none', ...OUTAGE);
    await expect(stage.settle(hold, 1_200n)).rejects.toBeInstanceOf(WalletUnavailable);
    stage.store.clear();
    await sweepLeases(stage);
    expect(await stage.settle(hold, 1_200n)).toEqual({ outcome: 'adjusted', costPico: 1_200n, overrunPico: 0n });
    expect(await stage.amounts()).toEqual([AMPLE - 1_200n, 0n, 1_200n]);
  });

  test('a report above the hold is charged once, even if it is settled again', async () => {
    const hold = await rollOnLease(stage);
    expect(await stage.settle(hold, 1_200n)).toMatchObject({ outcome: 'charged', costPico: 1_200n });
    expect(await stage.settle(hold, 1_200n)).toMatchObject({ outcome: 'already_settled', costPico: 1_200n });
  });
});

describe('an account on leases that ran short', () => {
  /** Whether the next request holds all that it can cost. */
  async function holdsWorstCase(): Promise<boolean> {
    const hold = await stage.reserve(100n, undefined, ACCOUNT, { ceilingPico: 20_000n });
    await stage.release(hold);
    expect(hold.leaseTurn).toBeDefined();
    return hold.heldPico === 20_000n && hold.rolling === undefined;
  }

  test('a cut on a lease makes the account hold its worst case for a minute', async () => {
    const hold = await rollOnLease(stage);
    const record = outcomeOf(hold);
    await stage.wallet.settle({ hold, kind: 'charge', costPico: 800n, record, shortOf: 'account' });
    stage.holdMs = 16 * MINUTE_MS;
    expect(await mainBalance()).toMatchObject({ cutUntil: BigInt(stage.now + MINUTE_MS) });
    await expect(stage.roll(100n, 20_000n)).rejects.toMatchObject({ name: 'WorstCaseRequired' });
    stage.now += MINUTE_MS;
    expect(await stage.roll(100n, 20_000n)).toMatchObject({
      leaseTurn: expect.any(String) as string,
      rolling: expect.anything() as object,
    });
  });

  test('a loss on a lease makes the account hold its worst case for a day, on leases too', async () => {
    stage = await WalletStage.funded(LEAST);
    const hold = await rollOnLease(stage, 10n ** 12n);
    await stage.settle(hold, LEAST + 1n);
    expect(await mainBalance()).toMatchObject({ lossUntil: BigInt(stage.now + DAY_MS) });
    await stage.wallet.credit({ accountId: ACCOUNT, amountPico: 1_000n * AMPLE, paymentId: 'pi_more' });
    expect(await holdsWorstCase()).toBe(true);
    stage.now += DAY_MS;
    stage.store.plan('conflict');
    expect(await stage.roll(100n, 10n ** 12n)).toMatchObject({ leaseTurn: expect.any(String) as string });
    expect(await stage.roll(100n, 10n ** 12n)).toHaveProperty('rolling');
  });

  test('a request that costs more than its ceiling, all of which its lease covered, is not a loss of the account’s', async () => {
    const hold = await rollOnLease(stage, 500n);
    expect(await stage.settle(hold, 600n)).toMatchObject({ costPico: 500n, overrunPico: 100n });
    expect(await mainBalance()).not.toHaveProperty('lossUntil');
  });

  test('usage above the ceiling of a request whose lease grew for it is not a loss of the account’s', async () => {
    const hold = await rollOnLease(stage, 1_000n);
    expect(await stage.settle(hold, 1_200n)).toMatchObject({ costPico: 1_000n, overrunPico: 200n });
    expect(await mainBalance()).not.toHaveProperty('lossUntil');
  });

  test('an account that is set to worst-case gets whole holds on leases within five seconds', async () => {
    const hold = await rollOnLease(stage);
    await stage.settle(hold, 0n);
    await stage.wallet.credit({ accountId: ACCOUNT, amountPico: 100n * AMPLE, paymentId: 'pi_more' });
    await stage.accounts.setHolds({ accountId: ACCOUNT, holds: 'worst-case', actor: { kind: 'deployment' } });
    stage.now += 5 * SECOND_MS;
    expect(await holdsWorstCase()).toBe(true);
  });

  test('a cut on a lease is known to requests that begin while it is noted', async () => {
    const hold = await rollOnLease(stage);
    const record = outcomeOf(hold);
    // The second write notes the shortage, and a request that begins before it reads the balance without it.
    stage.store.plan('none', () => stage.roll(100n, 20_000n));
    await stage.wallet.settle({ hold, kind: 'charge', costPico: 800n, record, shortOf: 'account' });
    await expect(stage.roll(100n, 20_000n)).rejects.toMatchObject({ name: 'WorstCaseRequired' });
  });

  test.each([
    ['cut', 100n, 'account'],
    ['loss', 30n * AMPLE, undefined],
  ] as const)(
    'a %s of a request with a hold of its own is known to the next request on a lease at once',
    async (_name, costPico, shortOf) => {
      const counting = { counterId: 'key_1', runningMax: 2 };
      const own = await stage.roll(100n, 20n * AMPLE, counting);
      await stage.settle(await rollOnLease(stage), 0n);
      await stage.wallet.settle({ hold: own, kind: 'charge', costPico, record: outcomeOf(own), shortOf });
      await expect(stage.roll(100n, 20n * AMPLE)).rejects.toMatchObject({ name: 'WorstCaseRequired' });
    },
  );

  test.each([
    ['on a lease', rollOnLease],
    ['with a hold of its own', (on: WalletStage, ceilingPico: bigint) => on.roll(100n, ceilingPico)],
  ])(
    'a request %s that is settled after its expiry does not make its account hold the worst case',
    async (_name, begin) => {
      const hold = await begin(stage, 10n * AMPLE);
      await sweepLeases(stage);
      const late = { hold, kind: 'charge', costPico: 2n * AMPLE, record: outcomeOf(hold), shortOf: 'account' } as const;
      const settled = await stage.wallet.settle(late);
      expect(settled).toEqual({ outcome: 'adjusted', costPico: AMPLE, overrunPico: AMPLE });
      expect(await mainBalance()).not.toMatchObject({ lossUntil: expect.anything() as bigint });
      expect(await mainBalance()).not.toMatchObject({ cutUntil: expect.anything() as bigint });
    },
  );

  test('a settle on a lease does not fail when the shortage cannot be noted', async () => {
    const hold = await rollOnLease(stage);
    stage.store.plan('none', ...OUTAGE);
    const record = outcomeOf(hold);
    const settled = await stage.wallet.settle({ hold, kind: 'charge', costPico: 8n, record, shortOf: 'account' });
    expect(settled).toMatchObject({ outcome: 'charged', costPico: 8n });
    stage.store.clear();
    expect(await stage.roll(100n, 10_000n)).toMatchObject({ heldPico: 792n });
  });
});
