import type { Counting } from '../../lambdas/domain/wallet/holds/counting';
import {
  HoldNotFound,
  InsufficientFunds,
  KeyLimitReached,
  WalletUnavailable,
} from '../../lambdas/domain/wallet/wallet-errors';
import { ACCOUNT, ESTIMATE, WalletStage } from '../domain/wallet/wallet-stage';
import { describeDurableEngines, startStage } from './table-store-engines';

const CENT = 10_000_000_000n;
const BUDGET: Counting = { counterId: '01JD0000000000000000000001', budget: { window: 'total', limitPico: 5n * CENT } };
const STREAMS = 20;

/** Changes holds on each real engine; the rules of that are tested in test/domain/wallet/rolling-holds.test.ts. */
describeDurableEngines('holds that follow their requests on', (engine) => {
  let stage: WalletStage;
  let stop: () => Promise<void>;
  beforeEach(async () => {
    ({ stage, stop } = await startStage(engine, WalletStage));
    await stage.fund(10n * CENT);
  });
  afterEach(async () => {
    await stage.expectSound();
    await stop();
  });

  test('a hold grows, shrinks, and returns the rest when its request is settled', async () => {
    const extended = await stage.extend(await stage.roll(CENT, 9n * CENT), 3n * CENT);
    expect(extended).toMatchObject({ heldPico: 4n * CENT, rolling: { slice: 1n } });
    const shrunk = await stage.wallet.shrink(extended, 2n * CENT);
    expect(shrunk).toMatchObject({ heldPico: 2n * CENT, rolling: { slice: 2n } });
    expect(await stage.amounts()).toEqual([8n * CENT, 2n * CENT, 0n]);
    expect(await stage.settle(shrunk, CENT)).toMatchObject({ outcome: 'charged', costPico: CENT });
    await expect(stage.extend(shrunk, CENT)).rejects.toBeInstanceOf(HoldNotFound);
    expect(await stage.amounts()).toEqual([9n * CENT, 0n, CENT]);
  });

  test('a lease grows for a running request, and a sweep that meets the growth leaves nothing held', async () => {
    await stage.wallet.credit({ accountId: ACCOUNT, amountPico: 10_000n * CENT, paymentId: 'pi_more' });
    stage.store.plan('conflict');
    const hold = await stage.roll(CENT, 50n * CENT);
    expect(hold).toMatchObject({ heldPico: 8n * CENT, leaseTurn: expect.any(String) as string });
    const extended = await stage.extend(hold, 8n * CENT);
    expect(extended.heldPico).toBe(16n * CENT);
    expect(await stage.settle(extended, 12n * CENT)).toMatchObject({ costPico: 12n * CENT, overrunPico: 0n });
    const next = await stage.roll(CENT, 50n * CENT);
    expect(next).toMatchObject({ heldPico: 4n * CENT, leaseTurn: expect.stringMatching(/#2$/) as string });
    stage.now += 120_000;
    stage.store.plan(() => stage.extend(next, 2_000n * CENT));
    expect(await stage.wallet.expireDue()).toMatchObject({ expired: 1, failed: 0 });
    await expect(stage.extend(next, CENT)).rejects.toBeInstanceOf(HoldNotFound);
    expect(await stage.amounts()).toEqual([9_998n * CENT, 0n, 12n * CENT]);
  });

  test('a settle above the hold charges reports to the ceiling, and estimates to the hold', async () => {
    const [reported, estimated] = [await stage.roll(CENT, 3n * CENT), await stage.roll(CENT, 3n * CENT)];
    expect(await stage.settle(reported, 4n * CENT)).toMatchObject({ costPico: 3n * CENT, overrunPico: CENT });
    expect(await stage.settle(estimated, 4n * CENT, ESTIMATE)).toMatchObject({ costPico: CENT });
    expect(await stage.amounts()).toEqual([6n * CENT, 0n, 4n * CENT]);
  });

  test('an extension and a charge above the hold take what the account and the budget have, to the pico-dollar', async () => {
    const hold = await stage.roll(CENT, 50n * CENT, BUDGET);
    await expect(stage.extend(hold, 4n * CENT + 1n)).rejects.toBeInstanceOf(KeyLimitReached);
    const extended = await stage.extend(hold, 9n * CENT, 4n * CENT);
    expect(extended.heldPico).toBe(5n * CENT);
    // After a loss, the account would need the worst case.
    const other = await stage.roll(CENT, 50n * CENT);
    expect(await stage.settle(extended, 5n * CENT + 1n)).toMatchObject({ costPico: 5n * CENT, overrunPico: 1n });
    await expect(stage.extend(other, 4n * CENT + 1n)).rejects.toBeInstanceOf(InsufficientFunds);
    expect(await stage.settle(other, 5n * CENT + 1n)).toMatchObject({ costPico: 5n * CENT, overrunPico: 1n });
    expect(await stage.amounts()).toEqual([0n, 0n, 10n * CENT]);
  });

  test('a settle and a sweep that do not know of an extension end the hold at the amount that it has', async () => {
    const [settled, swept] = [await stage.roll(CENT, 9n * CENT), await stage.roll(CENT, 9n * CENT)];
    await stage.extend(settled, CENT);
    expect(await stage.settle(settled, 2n * CENT)).toMatchObject({ costPico: 2n * CENT, overrunPico: 0n });
    // The hold grows after the sweeper has read it and before the sweeper ends it.
    stage.now += stage.holdMs;
    stage.store.plan(() => stage.extend(swept, CENT));
    expect(await stage.wallet.expireDue()).toMatchObject({ expired: 1, failed: 0 });
    expect(await stage.settle(swept, 2n * CENT)).toMatchObject({ outcome: 'adjusted', costPico: 2n * CENT });
    expect(await stage.amounts()).toEqual([6n * CENT, 0n, 4n * CENT]);
  });

  test('an extension whose reply was lost is made once, under the same token and under another one', async () => {
    const hold = await stage.roll(CENT, 9n * CENT);
    stage.store.plan('lost reply');
    expect(await stage.extend(hold, CENT)).toMatchObject({ heldPico: 2n * CENT, rolling: { slice: 1n } });
    expect(await stage.extend(hold, CENT)).toMatchObject({ heldPico: 2n * CENT, rolling: { slice: 2n } });
    await stage.release(hold);
    expect(await stage.amounts()).toEqual([10n * CENT, 0n, 0n]);
  });

  test('an extension whose reply was lost adds nothing after the settle, whether its token is remembered or not', async () => {
    const hold = await stage.roll(CENT, 9n * CENT);
    stage.store.plan('lost reply', () => stage.settle(hold, 2n * CENT));
    expect(await stage.extend(hold, 3n * CENT)).toMatchObject({ heldPico: 4n * CENT });
    expect(await stage.amounts()).toEqual([8n * CENT, 0n, 2n * CENT]);
    await expect(stage.extend(hold, 3n * CENT)).rejects.toBeInstanceOf(HoldNotFound);
    expect(await stage.amounts()).toEqual([8n * CENT, 0n, 2n * CENT]);
  });

  test('a shrink that a later extension overtakes does not shrink what that extension has confirmed', async () => {
    const hold = await stage.roll(CENT, 9n * CENT);
    await stage.extend(hold, 2n * CENT);
    stage.store.plan('none', 'late', ...Array.from({ length: 20 }, () => 'unreachable' as const));
    await expect(stage.wallet.shrink(hold, CENT)).rejects.toBeInstanceOf(WalletUnavailable);
    stage.store.clear();
    expect(await stage.extend(hold, 2n * CENT)).toMatchObject({ heldPico: 3n * CENT });
    expect(await stage.store.arrive()).toEqual([false]);
    expect(await stage.amounts()).toEqual([7n * CENT, 3n * CENT, 0n]);
  });

  test('a report above the hold meets a budget that a concurrent reserve has left one pico-dollar short', async () => {
    const hold = await stage.roll(CENT, 50n * CENT, BUDGET);
    stage.store.plan(() => stage.count(CENT + 1n, BUDGET));
    expect(await stage.settle(hold, 4n * CENT)).toMatchObject({ costPico: 4n * CENT - 1n, overrunPico: 1n });
    expect(await stage.amounts()).toEqual([5n * CENT, CENT + 1n, 4n * CENT - 1n]);
  });

  test('a report of 900 million tokens is charged up to the ceiling, and the loss is booked', async () => {
    const tokens = 900_000_000;
    const costPico = BigInt(tokens) * 15_000_000n;
    const hold = await stage.roll(CENT, 9n * CENT);
    const charge = { costPico: 9n * CENT, overrunPico: costPico - 9n * CENT };
    expect(await stage.settle(hold, costPico, { usage: { output: tokens } })).toMatchObject(charge);
    expect(await stage.usage.get(hold.accountId, hold.requestId)).toMatchObject({
      ...charge,
      usage: { output: tokens },
    });
    expect((await stage.entries()).at(-1)?.transfers).toContainEqual({
      from: 'operatorLoss',
      to: 'overrun',
      amountPico: charge.overrunPico,
    });
    expect(await stage.amounts()).toEqual([CENT, 0n, 9n * CENT]);
  });

  test('streams that extend concurrently take what the account has, and no more', async () => {
    const holds = await Promise.all(Array.from({ length: STREAMS }, () => stage.roll(CENT / 10n, 9n * CENT)));
    const extended = await Promise.allSettled(holds.map((hold) => stage.extend(hold, CENT, 1n)));
    const refusals = extended.flatMap((result) => (result.status === 'rejected' ? [result.reason as unknown] : []));
    expect(refusals.every((refusal) => refusal instanceof InsufficientFunds)).toBe(true);
    expect(await stage.amounts()).toEqual([0n, 10n * CENT, 0n]);
    await Promise.all(holds.map((hold) => stage.settle(hold, CENT / 2n)));
    const [availablePico, heldPico, spentPico] = await stage.amounts();
    expect([availablePico + spentPico, heldPico]).toEqual([10n * CENT, 0n]);
  });
});
