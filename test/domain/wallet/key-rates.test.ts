import { MINUTE_MS } from '../../../lambdas/domain/clock';
import { countingOf } from '../../../lambdas/domain/keys/counting';
import { COUNTER_ID, KeyCounterStage, limitOf, minuteOf, runningOf, START } from './key-counter-stage';
import { ACCOUNT } from './wallet-stage';

describe('a limit of concurrent requests', () => {
  test('concurrent requests are limited by the rule, and the end of each makes room', async () => {
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

  test('a running request is subtracted once, even if it is ended twice', async () => {
    const stage = await KeyCounterStage.funded();
    const hold = await stage.count(10n, runningOf(1));
    await Promise.all([stage.settle(hold, 1n), stage.settle(hold, 1n)]);
    expect(await stage.running()).toBe(0n);
  });
});

describe('a limit per minute', () => {
  test('a minute admits as many requests as the rule allows, however they end', async () => {
    const stage = await KeyCounterStage.funded();
    const counting = minuteOf({ tokens: 7, requestsMax: 2 });
    await stage.settle(await stage.count(10n, counting), 1n);
    await stage.release(await stage.count(10n, counting));
    expect(await limitOf(stage.count(10n, counting))).toMatchObject({ kind: 'minute', requestsCounted: 2 });
    // The next minute has its own counter.
    await stage.count(10n, minuteOf({ tokens: 7, requestsMax: 2, start: START + MINUTE_MS }));
    await stage.expectSound();
  });

  test('a minute admits as many tokens as the rule allows', async () => {
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

  test('a minute that refuses its first request reports that nothing was counted', async () => {
    const stage = await KeyCounterStage.funded();
    expect(await limitOf(stage.count(10n, minuteOf({ tokens: 101, tokensMax: 100 })))).toMatchObject({
      kind: 'minute',
      requestsCounted: 0,
      tokensCounted: 0,
    });
    expect(await stage.minute()).toBeUndefined();
  });

  test.each([
    ['requests', { requestsPerMinute: 1 }],
    ['tokens', { tokensPerMinute: 7 }],
  ])('a key whose only rule limits its %s per minute is counted by that rule', async (_what, rules) => {
    const stage = await KeyCounterStage.funded();
    const counting = countingOf({ accountId: ACCOUNT, keyId: COUNTER_ID, rules }, { now: stage.now, tokens: 7 });
    if (!counting) throw new Error('the rule counts nothing');
    await stage.release(await stage.count(10n, counting));
    expect(await limitOf(stage.count(10n, counting))).toMatchObject({ kind: 'minute' });
  });

  test('a minute with both rules needs room for the request and for its tokens', async () => {
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

  test('a minute counts the actual tokens of a request that ended within it', async () => {
    const stage = await KeyCounterStage.funded();
    const [first, second] = [
      await stage.count(10n, minuteOf({ tokens: 500, tokensMax: 1_000 })),
      await stage.count(10n, minuteOf({ tokens: 500, tokensMax: 1_000 })),
    ];
    const expiresAt = BigInt(START / 1_000 + 600);
    expect(await stage.minute()).toEqual({ requests: 2n, tokens: 1_000n, expiresAt });
    stage.now = START + MINUTE_MS - 1;
    // The request used ten input tokens and twenty output tokens.
    await stage.settle(first, 1n);
    expect(await stage.minute()).toEqual({ requests: 2n, tokens: 530n, expiresAt });
    stage.now = START + MINUTE_MS;
    await stage.settle(second, 1n);
    expect(await stage.minute()).toEqual({ requests: 2n, tokens: 530n, expiresAt });
  });

  test('a minute gets all the tokens of a request back if it used none', async () => {
    const stage = await KeyCounterStage.funded();
    const hold = await stage.count(10n, minuteOf({ tokens: 500, tokensMax: 1_000 }));
    await stage.release(hold, {});
    expect(await stage.minute()).toMatchObject({ requests: 1n, tokens: 0n });
  });

  test('a minute gets the tokens back of a request that expires within it', async () => {
    const stage = await KeyCounterStage.funded();
    stage.holdMs = MINUTE_MS / 2;
    await stage.count(10n, minuteOf({ tokens: 500, tokensMax: 1_000 }));
    await stage.expire();
    expect(await stage.minute()).toMatchObject({ requests: 1n, tokens: 0n });
  });

  test('the counter of a minute expires ten minutes after the minute began', async () => {
    const stage = await KeyCounterStage.funded();
    await stage.count(10n, minuteOf({ requestsMax: 1 }));
    stage.now = START + 10 * MINUTE_MS - 1;
    expect(await stage.minute()).toBeDefined();
    stage.now += 1;
    expect(await stage.minute()).toBeUndefined();
  });
});
