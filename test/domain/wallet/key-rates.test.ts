import { MINUTE_MS } from '../../../lambdas/domain/clock';
import { outcomeOf } from './wallet-stage';
import { KeyCounterStage, limitOf, minuteOf, runningOf, START } from './key-counter-stage';

describe('requests at a time', () => {
  test('are as many as the rule says, and each end makes room', async () => {
    const stage = await KeyCounterStage.funded();
    const first = await stage.count(10n, runningOf(2));
    const second = await stage.count(10n, runningOf(2));
    expect(await limitOf(stage.count(10n, runningOf(2)))).toEqual({ kind: 'running', runningMax: 2 });
    await stage.expectSound();
    await stage.settle(first, 1n);
    const third = await stage.count(10n, runningOf(2));
    expect(await limitOf(stage.count(10n, runningOf(2)))).toMatchObject({ kind: 'running' });
    await stage.release(second);
    await stage.count(10n, runningOf(2));
    expect(await stage.expire()).toMatchObject({ expired: 2 });
    expect(await stage.running()).toBe(0n);
    expect(await stage.settle(third, 1n)).toMatchObject({ outcome: 'adjusted' });
    expect(await stage.running()).toBe(0n);
    await stage.expectSound();
  });

  test('are counted once, also when a request is ended twice', async () => {
    const stage = await KeyCounterStage.funded();
    const hold = await stage.count(10n, runningOf(1));
    await Promise.all([stage.settle(hold, 1n), stage.settle(hold, 1n)]);
    expect(await stage.running()).toBe(0n);
  });
});

describe('a minute', () => {
  test('takes as many requests as the rule says, however they end', async () => {
    const stage = await KeyCounterStage.funded();
    const counting = minuteOf({ tokens: 7, requestsMax: 2 });
    await stage.settle(await stage.count(10n, counting), 1n);
    await stage.release(await stage.count(10n, counting));
    expect(await limitOf(stage.count(10n, counting))).toMatchObject({ kind: 'minute', requestsCounted: 2 });
    // The next minute is another.
    await stage.count(10n, minuteOf({ tokens: 7, requestsMax: 2, start: START + MINUTE_MS }));
    await stage.expectSound();
  });

  test('takes as many tokens as the rule says', async () => {
    const stage = await KeyCounterStage.funded();
    const counting = minuteOf({ tokens: 50, tokensMax: 100 });
    await stage.count(10n, counting);
    await stage.count(10n, counting);
    expect(await limitOf(stage.count(10n, minuteOf({ tokens: 1, tokensMax: 100 })))).toEqual({
      kind: 'minute',
      requestsCounted: 2,
      tokensCounted: 100,
      minute: { start: START, tokens: 1, tokensMax: 100 },
    });
    await stage.count(10n, minuteOf({ tokens: 0, tokensMax: 100 }));
  });

  test('that does not take the first request tells that nothing was counted', async () => {
    const stage = await KeyCounterStage.funded();
    expect(await limitOf(stage.count(10n, minuteOf({ tokens: 101, tokensMax: 100 })))).toMatchObject({
      kind: 'minute',
      requestsCounted: 0,
      tokensCounted: 0,
    });
    expect(await stage.minute()).toBeUndefined();
  });

  test('needs room for both where there are both rules', async () => {
    const stage = await KeyCounterStage.funded();
    const counting = { tokens: 50, requestsMax: 2, tokensMax: 60 };
    await stage.count(10n, minuteOf(counting));
    expect(await limitOf(stage.count(10n, minuteOf(counting)))).toMatchObject({
      requestsCounted: 1,
      tokensCounted: 50,
    });
    await stage.count(10n, minuteOf({ ...counting, tokens: 10 }));
    expect(await limitOf(stage.count(10n, minuteOf({ ...counting, tokens: 0 })))).toMatchObject({ requestsCounted: 2 });
  });

  test('counts, once a request has ended within it, what that really took and gave', async () => {
    const stage = await KeyCounterStage.funded();
    const [first, second] = [
      await stage.count(10n, minuteOf({ tokens: 500, tokensMax: 1_000 })),
      await stage.count(10n, minuteOf({ tokens: 500, tokensMax: 1_000 })),
    ];
    const expiresAt = BigInt(START / 1_000 + 600);
    expect(await stage.minute()).toEqual({ requests: 2n, tokens: 1_000n, expiresAt });
    stage.now = START + MINUTE_MS - 1;
    // Ten tokens in and twenty out.
    await stage.settle(first, 1n);
    expect(await stage.minute()).toEqual({ requests: 2n, tokens: 530n, expiresAt });
    stage.now = START + MINUTE_MS;
    await stage.settle(second, 1n);
    expect(await stage.minute()).toEqual({ requests: 2n, tokens: 530n, expiresAt });
  });

  test('gives all its tokens back for a request that took none', async () => {
    const stage = await KeyCounterStage.funded();
    const hold = await stage.count(10n, minuteOf({ tokens: 500, tokensMax: 1_000 }));
    await stage.wallet.release({ hold, record: { ...outcomeOf(hold), status: 'provider_error', usage: {} } });
    expect(await stage.minute()).toMatchObject({ requests: 1n, tokens: 0n });
  });

  test('gets its tokens back from a request that the sweep ends within it', async () => {
    const stage = await KeyCounterStage.funded();
    stage.holdMs = MINUTE_MS / 2;
    await stage.count(10n, minuteOf({ tokens: 500, tokensMax: 1_000 }));
    await stage.expire();
    expect(await stage.minute()).toMatchObject({ requests: 1n, tokens: 0n });
  });

  test('is forgotten ten minutes after it began', async () => {
    const stage = await KeyCounterStage.funded();
    await stage.count(10n, minuteOf({ requestsMax: 1 }));
    stage.now = START + 10 * MINUTE_MS - 1;
    expect(await stage.minute()).toBeDefined();
    stage.now += 1;
    expect(await stage.minute()).toBeUndefined();
  });
});
