import { MINUTE_MS } from '../../../lambdas/domain/clock';
import { budgetCounterKey, runningCounterKey } from '../../../lambdas/contracts/storage/table-keys/keys';
import { KEYS } from '../../../lambdas/contracts/storage/tables';
import type { Counting } from '../../../lambdas/domain/wallet/holds/counting';
import type { Fault } from './faulty-store';
import { ACCOUNT, outcomeOf } from './wallet-stage';
import {
  budgetOf,
  COUNTER_ID,
  KeyCounterStage,
  limitOf,
  minuteOf,
  runningOf,
  START,
  WINDOW,
} from './key-counter-stage';

const EVERYTHING: Counting = {
  ...budgetOf(1_000n),
  ...runningOf(3),
  ...minuteOf({ tokens: 30, requestsMax: 10, tokensMax: 300 }),
};

describe('a key with every counted limit', () => {
  test('the hold and its entry name the counters that count the request', async () => {
    const stage = await KeyCounterStage.funded();
    const hold = await stage.count(100n, EVERYTHING);
    expect(hold.counting).toEqual(EVERYTHING);
    await stage.settle(hold, 40n);
    expect((await stage.entries()).at(-1)).toMatchObject({ counterId: COUNTER_ID, budgetWindow: WINDOW });
    const plain = await stage.reserve(10n);
    expect(plain).not.toHaveProperty('counting');
    await stage.settle(plain, 1n);
    expect((await stage.entries()).at(-1)).not.toHaveProperty('counterId');
    await stage.release(await stage.count(1n, runningOf(3)));
    expect((await stage.entries()).at(-1)).not.toHaveProperty('budgetWindow');
  });

  test('a request is refused by the first limit without room, and then no counter counts it', async () => {
    const stage = await KeyCounterStage.funded();
    const holds = [await stage.count(1n, EVERYTHING), await stage.count(1n, EVERYTHING)];
    holds.push(await stage.count(1n, EVERYTHING));
    const counted = [await stage.countedPico(), await stage.running(), await stage.minute()];
    expect(await limitOf(stage.count(1n, EVERYTHING))).toMatchObject({ kind: 'running' });
    expect(await limitOf(stage.count(1_000n, EVERYTHING))).toMatchObject({ kind: 'budget' });
    const full = { ...EVERYTHING, minute: { start: START, tokens: 0, requestsMax: 3 } };
    expect(await limitOf(stage.count(1n, full))).toMatchObject({ kind: 'minute' });
    expect([await stage.countedPico(), await stage.running(), await stage.minute()]).toEqual(counted);
    await Promise.all(holds.map((hold) => stage.release(hold)));
    await stage.expectSound();
  });

  test('a counted request gets its own hold even in an account that draws on leases', async () => {
    const stage = await KeyCounterStage.funded();
    stage.store.plan('conflict');
    expect((await stage.reserve(100n)).leaseTurn).toBeDefined();
    const hold = await stage.count(100n, EVERYTHING);
    expect(hold).not.toHaveProperty('leaseTurn');
    await stage.settle(hold, 40n);
    // Contention does not make it use a lease either.
    stage.store.plan('conflict', 'throttled');
    expect(await stage.count(100n, EVERYTHING)).not.toHaveProperty('leaseTurn');
    await stage.expectSound();
  });

  test('a counted request can use the money in drawers', async () => {
    const stage = await KeyCounterStage.funded();
    stage.store.plan('conflict');
    await stage.release(await stage.reserve(100n));
    stage.now += 2 * MINUTE_MS;
    await stage.wallet.expireDue();
    await stage.count(1_000_000n, { counterId: COUNTER_ID, runningMax: 1 });
    expect(await stage.amounts()).toEqual([0n, 1_000_000n, 0n]);
    await stage.expectSound();
  });

  test('every limit of a key is refused with the same message', async () => {
    const stage = await KeyCounterStage.funded();
    await expect(stage.count(1n, budgetOf(0n))).rejects.toMatchObject({
      name: 'KeyLimitReached',
      message: 'a limit of the key is reached',
    });
  });

  test('a counted request cannot have a negative hold, which would make room in its limits', async () => {
    const stage = await KeyCounterStage.funded();
    await expect(stage.count(-1n, EVERYTHING)).rejects.toThrow(RangeError);
  });
});

describe.each(['conflict', 'unreachable', 'lost reply', 'throttled'] as const)(
  'the counters despite the store fault: %s',
  (fault) => {
    const times = (count: number): Fault[] => Array.from({ length: count }, () => fault);

    test('a request is counted once and subtracted once despite store faults', async () => {
      const stage = await KeyCounterStage.funded();
      // There is room for one request only, so an attempt whose reply was lost must not block its own retry.
      const counting = { ...budgetOf(100n), runningMax: 1, minute: { start: START, tokens: 30, requestsMax: 1 } };
      stage.store.plan(...times(3));
      const hold = await stage.count(100n, counting);
      expect([await stage.countedPico(), await stage.running()]).toEqual([100n, 1n]);
      await stage.expectSound();
      stage.store.plan(...times(3));
      await stage.settle(hold, 40n);
      expect([await stage.countedPico(), await stage.running()]).toEqual([40n, 0n]);
      await stage.expectSound();
    });

    test('an expired request is subtracted once despite store faults', async () => {
      const stage = await KeyCounterStage.funded();
      const hold = await stage.count(100n, { ...budgetOf(100n), runningMax: 1 });
      stage.store.plan(...times(3));
      await stage.expire();
      expect([await stage.countedPico(), await stage.running()]).toEqual([0n, 0n]);
      stage.store.plan(...times(3));
      await stage.settle(hold, 40n);
      expect([await stage.countedPico(), await stage.running()]).toEqual([40n, 0n]);
      await stage.expectSound();
    });
  },
);

describe('a request that its key’s budget has ended', () => {
  test.each([
    ['less than its hold', 90n, 90n],
    ['exactly its hold', 100n, 100n],
    ['more than its hold', 110n, 110n],
  ])('a request that cost %s leaves the key with the worst case for a minute', async (_what, costPico, countedPico) => {
    const stage = await KeyCounterStage.funded();
    const hold = await stage.roll(100n, 900n, budgetOf(1_000n));
    const record = outcomeOf(hold);
    await stage.wallet.settle({ hold, kind: 'charge', costPico, record, shortOf: 'budget' });
    expect(await stage.countedPico()).toBe(countedPico);
    await expect(stage.roll(100n, 900n, budgetOf(1_000n))).rejects.toMatchObject({
      name: 'WorstCaseRequired',
      until: stage.now + MINUTE_MS,
    });
    await stage.release(await stage.count(100n, budgetOf(1_000n)));
    stage.now += MINUTE_MS;
    await stage.release(await stage.roll(100n, 900n, budgetOf(1_000n)));
    await stage.expectSound();
  });
});

describe('the verification of counters', () => {
  test('the verifier reports a budget that does not match the amounts charged and held', async () => {
    const stage = await KeyCounterStage.funded();
    await stage.settle(await stage.count(100n, budgetOf(1_000n)), 40n);
    await stage.count(100n, budgetOf(1_000n));
    await stage.expectSound();
    const update = budgetCounterKey(COUNTER_ID, WINDOW);
    await stage.engine.write({ table: KEYS, update, change: { add: { countedPico: -1n } } });
    expect((await stage.verify()).differences).toEqual([
      { kind: 'key_budget', accountId: ACCOUNT, id: `${COUNTER_ID}#${WINDOW}`, expectedPico: 140n, actualPico: 139n },
    ]);
    await stage.engine.write({ table: KEYS, delete: update });
    expect((await stage.verify()).differences).toMatchObject([{ kind: 'key_budget', actualPico: 0n }]);
  });

  test('the verifier reads no counters for an account whose keys have no counted limits', async () => {
    const stage = await KeyCounterStage.funded();
    await stage.settle(await stage.reserve(100n), 40n);
    const reads = jest.spyOn(stage.engine, 'get');
    await stage.expectSound();
    expect(reads.mock.calls.filter(([{ table }]) => table === KEYS)).toEqual([]);
  });

  test('the verifier reports running requests that are not counted, and counted ones that do not run', async () => {
    const stage = await KeyCounterStage.funded();
    const hold = await stage.count(100n, runningOf(5));
    await stage.expectSound();
    const update = runningCounterKey(COUNTER_ID);
    await stage.engine.write({ table: KEYS, delete: update });
    const missing = { kind: 'key_running', accountId: ACCOUNT, id: COUNTER_ID, expectedPico: 1n, actualPico: 0n };
    expect((await stage.verify()).differences).toEqual([missing]);
    // A hold can end even if its key's counter is gone.
    expect(await stage.settle(hold, 1n)).toMatchObject({ outcome: 'charged' });
    expect((await stage.verify()).differences).toEqual([{ ...missing, expectedPico: 0n, actualPico: -1n }]);
  });
});
