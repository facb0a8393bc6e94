import { budgetCounterKey } from '../../../lambdas/contracts/storage/table-keys/keys';
import { KEYS } from '../../../lambdas/contracts/storage/tables';
import { budgetOf, COUNTER_ID, KeyCounterStage, limitOf, runningOf, WINDOW } from './key-counter-stage';

describe('a budget', () => {
  test('a budget counts the worst-case cost of a request until it ends, and then its actual cost', async () => {
    const stage = await KeyCounterStage.funded();
    const hold = await stage.count(100n, budgetOf(1_000n));
    expect(await stage.countedPico()).toBe(100n);
    await stage.expectSound();
    await stage.settle(hold, 40n);
    expect(await stage.countedPico()).toBe(40n);
    const released = await stage.count(100n, budgetOf(1_000n));
    await stage.release(released);
    expect(await stage.countedPico()).toBe(40n);
    await stage.count(100n, budgetOf(1_000n));
    expect(await stage.expire()).toMatchObject({ expired: 1, failed: 0 });
    expect(await stage.countedPico()).toBe(40n);
    await stage.expectSound();
  });

  test('a budget is spent to the last pico-dollar and never beyond', async () => {
    const stage = await KeyCounterStage.funded();
    await stage.settle(await stage.count(70n, budgetOf(100n)), 70n);
    expect(await limitOf(stage.count(31n, budgetOf(100n)))).toMatchObject({
      kind: 'budget',
      leftPico: 30n,
      heldPico: 0n,
    });
    await stage.settle(await stage.count(30n, budgetOf(100n)), 500n);
    expect(await stage.countedPico()).toBe(100n);
    expect(await limitOf(stage.count(1n, budgetOf(100n)))).toMatchObject({
      kind: 'budget',
      leftPico: 0n,
      heldPico: 0n,
    });
    // A free request needs no budget.
    await stage.release(await stage.count(0n, budgetOf(100n)));
    expect(await stage.amounts()).toEqual([999_900n, 0n, 100n]);
    await stage.expectSound();
  });

  test('a budget that does not cover the first request refuses it', async () => {
    const stage = await KeyCounterStage.funded();
    expect(await limitOf(stage.count(101n, budgetOf(100n)))).toMatchObject({
      kind: 'budget',
      leftPico: 100n,
      heldPico: 0n,
    });
    expect(await limitOf(stage.count(1n, budgetOf(0n)))).toMatchObject({ kind: 'budget', leftPico: 0n, heldPico: 0n });
    expect(await stage.countedPico()).toBeUndefined();
    expect(await stage.amounts()).toEqual([1_000_000n, 0n, 0n]);
    await stage.count(100n, budgetOf(100n));
  });

  test('a budget that was lowered below the amount spent has nothing left', async () => {
    const stage = await KeyCounterStage.funded();
    await stage.settle(await stage.count(70n, budgetOf(100n)), 70n);
    expect(await limitOf(stage.count(1n, budgetOf(50n)))).toMatchObject({ kind: 'budget', leftPico: 0n, heldPico: 0n });
    expect(await limitOf(stage.count(0n, budgetOf(50n)))).toMatchObject({ kind: 'budget', leftPico: 0n, heldPico: 0n });
    await stage.expectSound();
  });

  test('a budget tells how much of it running requests hold, whatever becomes of them', async () => {
    const stage = await KeyCounterStage.funded();
    const budget = budgetOf(1_000n);
    const refused = () => limitOf(stage.count(2_000n, budget));
    const [settled, released, expired] = [
      await stage.count(100n, budget),
      await stage.count(200n, budget),
      await stage.count(300n, budget),
    ];
    expect(await refused()).toMatchObject({ kind: 'budget', leftPico: 400n, heldPico: 600n });
    await stage.settle(settled, 40n);
    expect(await refused()).toMatchObject({ kind: 'budget', leftPico: 460n, heldPico: 500n });
    await stage.release(released);
    expect(await refused()).toMatchObject({ kind: 'budget', leftPico: 660n, heldPico: 300n });
    await stage.expire();
    expect(await refused()).toMatchObject({ kind: 'budget', leftPico: 960n, heldPico: 0n });
    await stage.settle(expired, 60n);
    expect(await refused()).toMatchObject({ kind: 'budget', leftPico: 900n, heldPico: 0n });
  });

  test('a budget tells how much of it running requests hold while their holds grow and shrink', async () => {
    const stage = await KeyCounterStage.funded();
    const budget = budgetOf(1_000n);
    const first = await stage.roll(100n, 5_000n, budget);
    const grown = await stage.extend(first, 200n);
    await expect(stage.extend(grown, 5_000n)).rejects.toMatchObject({ limit: { leftPico: 700n, heldPico: 300n } });
    const shrunk = await stage.wallet.shrink(grown, 50n);
    await expect(stage.extend(shrunk, 5_000n)).rejects.toMatchObject({ limit: { leftPico: 750n, heldPico: 250n } });
    await stage.settle(shrunk, 400n);
    const refusal = { kind: 'budget', leftPico: 600n, heldPico: 0n };
    expect(await limitOf(stage.count(2_000n, budget))).toMatchObject(refusal);
  });

  test('a budget whose holds were counted by an earlier release has nothing held, and not less', async () => {
    const stage = await KeyCounterStage.funded();
    const hold = await stage.count(100n, budgetOf(1_000n));
    const update = budgetCounterKey(COUNTER_ID, WINDOW);
    await stage.engine.write({ table: KEYS, update, change: { remove: ['heldPico'] } });
    await stage.release(hold);
    const refusal = { kind: 'budget', leftPico: 1_000n, heldPico: 0n };
    expect(await limitOf(stage.count(2_000n, budgetOf(1_000n)))).toMatchObject(refusal);
  });

  test('a budget admits as many concurrent requests as it can cover', async () => {
    const stage = await KeyCounterStage.funded();
    const reserved = await Promise.allSettled(Array.from({ length: 20 }, () => stage.count(10n, budgetOf(75n))));
    expect(reserved.filter(({ status }) => status === 'fulfilled')).toHaveLength(7);
    expect(await stage.countedPico()).toBe(70n);
    await stage.expectSound();
  });

  test('a new budget window starts at 0, and a request counts in the window that admitted it', async () => {
    const stage = await KeyCounterStage.funded();
    const hold = await stage.count(100n, budgetOf(100n));
    const next = { counterId: COUNTER_ID, budget: { window: 'day#UTC#2026-11-21', limitPico: 100n } };
    await stage.count(100n, next);
    await stage.settle(hold, 40n);
    expect(await stage.countedPico()).toBe(40n);
    expect(await stage.counter(budgetCounterKey(COUNTER_ID, 'day#UTC#2026-11-21'))).toMatchObject({
      countedPico: 100n,
    });
    await stage.expectSound();
  });

  test('insufficient funds are reported instead of a budget that covers the request', async () => {
    const stage = await KeyCounterStage.funded(50n);
    await expect(stage.count(60n, budgetOf(100n))).rejects.toMatchObject({ name: 'InsufficientFunds' });
    expect(await stage.countedPico()).toBeUndefined();
    // If neither covers the request, the error names the budget.
    expect(await limitOf(stage.count(60n, budgetOf(20n)))).toMatchObject({
      kind: 'budget',
      leftPico: 20n,
      heldPico: 0n,
    });
  });
});

describe('a settle after the hold has expired', () => {
  test('a late settle charges what the budget has left, and the rest is the operator’s loss', async () => {
    const stage = await KeyCounterStage.funded();
    const late = await stage.count(100n, budgetOf(100n));
    await stage.expire();
    await stage.settle(await stage.count(90n, budgetOf(100n)), 90n);
    expect(await stage.settle(late, 40n)).toEqual({ outcome: 'adjusted', costPico: 10n, overrunPico: 30n });
    expect(await stage.settle(late, 40n)).toMatchObject({ outcome: 'already_settled' });
    expect(await stage.countedPico()).toBe(100n);
    expect(await stage.amounts()).toEqual([999_900n, 0n, 100n]);
    await stage.expectSound();
  });

  test('a late settle charges nothing if the budget is used up, even if a larger budget was used since', async () => {
    const stage = await KeyCounterStage.funded();
    const late = await stage.count(100n, budgetOf(100n));
    await stage.expire();
    await stage.settle(await stage.count(150n, budgetOf(200n)), 150n);
    expect(await stage.settle(late, 40n)).toEqual({ outcome: 'adjusted', costPico: 0n, overrunPico: 40n });
    await stage.expectSound();
  });

  test('a late settle charges no more than the wallet has, even if the budget has more', async () => {
    const stage = await KeyCounterStage.funded(100n);
    const late = await stage.count(100n, budgetOf(1_000n));
    await stage.expire();
    await stage.reserve(70n);
    expect(await stage.settle(late, 40n)).toEqual({ outcome: 'adjusted', costPico: 30n, overrunPico: 10n });
    expect(await stage.countedPico()).toBe(30n);
    await stage.expectSound();
  });

  test('a late settle is retried if another request took the budget in between', async () => {
    const stage = await KeyCounterStage.funded();
    const late = await stage.count(100n, budgetOf(100n));
    await stage.expire();
    // The first write finds the hold gone; the second is the adjustment.
    stage.store.plan('none', async () => stage.settle(await stage.count(80n, budgetOf(100n)), 80n));
    expect(await stage.settle(late, 40n)).toEqual({ outcome: 'adjusted', costPico: 20n, overrunPico: 20n });
    expect(await stage.countedPico()).toBe(100n);
    await stage.expectSound();
  });

  test('a late settle for a key without a budget changes no counter', async () => {
    const stage = await KeyCounterStage.funded();
    const late = await stage.count(100n, runningOf(1));
    await stage.expire();
    expect(await stage.running()).toBe(0n);
    expect(await stage.settle(late, 40n)).toMatchObject({ outcome: 'adjusted', costPico: 40n });
    expect(await stage.running()).toBe(0n);
    await stage.expectSound();
  });
});
