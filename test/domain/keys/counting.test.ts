import fc from 'fast-check';
import type { BudgetRule, KeyRules } from '../../../lambdas/contracts/http/key-rules';
import { windowAt } from '../../../lambdas/domain/keys/budget-window';
import { countingOf } from '../../../lambdas/domain/keys/counting';

const KEY = '01JD0000000000000000000001';
const at = (time: string): number => Date.parse(time);
const owner = (rules?: KeyRules) => ({ accountId: 'acc', keyId: KEY, ...(rules && { rules }) });

describe('the window of a budget', () => {
  test.each<[Omit<BudgetRule, 'limitPico'>, string, string]>([
    [{ window: 'day' }, '2026-11-21T00:00:00.000Z', 'day#UTC#2026-11-21'],
    [{ window: 'day' }, '2026-11-21T23:59:59.999Z', 'day#UTC#2026-11-21'],
    [{ window: 'day', timeZone: 'UTC' }, '2026-11-22T00:00:00.000Z', 'day#UTC#2026-11-22'],
    [{ window: 'day', timeZone: 'Europe/Berlin' }, '2026-11-21T22:59:59.999Z', 'day#Europe/Berlin#2026-11-21'],
    [{ window: 'day', timeZone: 'Europe/Berlin' }, '2026-11-21T23:00:00.000Z', 'day#Europe/Berlin#2026-11-22'],
    // In summer the same place is two hours ahead of UTC.
    [{ window: 'day', timeZone: 'Europe/Berlin' }, '2026-07-01T22:00:00.000Z', 'day#Europe/Berlin#2026-07-02'],
    [{ window: 'day', timeZone: 'America/New_York' }, '2026-11-21T04:59:59.999Z', 'day#America/New_York#2026-11-20'],
    // Samoa skipped 30 December 2011.
    [{ window: 'day', timeZone: 'Pacific/Apia' }, '2011-12-30T09:59:59.999Z', 'day#Pacific/Apia#2011-12-29'],
    [{ window: 'day', timeZone: 'Pacific/Apia' }, '2011-12-30T10:00:00.000Z', 'day#Pacific/Apia#2011-12-31'],
    // 16 November 2026 is a Monday.
    [{ window: 'week' }, '2026-11-15T23:59:59.999Z', 'week#UTC#2026-11-09'],
    [{ window: 'week' }, '2026-11-16T00:00:00.000Z', 'week#UTC#2026-11-16'],
    [{ window: 'week' }, '2026-11-22T23:59:59.999Z', 'week#UTC#2026-11-16'],
    [{ window: 'week' }, '2027-01-01T00:00:00.000Z', 'week#UTC#2026-12-28'],
    [{ window: 'week', timeZone: 'Asia/Tokyo' }, '2026-11-15T15:00:00.000Z', 'week#Asia/Tokyo#2026-11-16'],
    [{ window: 'month' }, '2026-11-30T23:59:59.999Z', 'month#UTC#2026-11-01'],
    [{ window: 'month' }, '2026-12-01T00:00:00.000Z', 'month#UTC#2026-12-01'],
    [{ window: 'month', timeZone: 'Europe/Berlin' }, '2026-11-30T23:00:00.000Z', 'month#Europe/Berlin#2026-12-01'],
    [{ window: 'total' }, '2026-11-21T10:00:00.000Z', 'total'],
    [{ window: 'total', timeZone: 'Europe/Berlin' }, '2027-11-21T10:00:00.000Z', 'total'],
  ])('the window of %j at %s is %s', (rule, time, window) => {
    expect(windowAt({ limitPico: '1', ...rule }, at(time))).toBe(window);
  });

  test('a weekly window has seven days and begins on a Monday', () => {
    const days = fc.integer({ min: 0, max: 40_000 });
    fc.assert(
      fc.property(days, (day) => {
        const [, , first = ''] = windowAt({ limitPico: '1', window: 'week' }, day * 86_400_000).split('#');
        const since = (day * 86_400_000 - at(first)) / 86_400_000;
        expect([new Date(first).getUTCDay(), since >= 0 && since < 7]).toEqual([1, true]);
      }),
    );
  });
});

describe('the counts of a request', () => {
  const now = at('2026-11-21T10:00:59.999Z');

  test.each([undefined, {}, { scopes: ['chat'] }, { labels: { team: 'a' }, models: ['x'] }] as (
    KeyRules | undefined
  )[])('a key with the rules %j counts nothing', (rules) => {
    expect(countingOf(owner(rules), { now, tokens: 10 })).toBeUndefined();
  });

  test.each<[KeyRules, object]>([
    [
      { budget: { limitPico: '100000000000000000000', window: 'day' } },
      { budget: { window: 'day#UTC#2026-11-21', limitPico: 100_000_000_000_000_000_000n } },
    ],
    [{ requestsPerMinute: 5 }, { minute: { start: at('2026-11-21T10:00:00Z'), tokens: 10, requestsMax: 5 } }],
    [{ tokensPerMinute: 7 }, { minute: { start: at('2026-11-21T10:00:00Z'), tokens: 10, tokensMax: 7 } }],
    [
      { tokensPerMinute: 7, requestsPerMinute: 5 },
      { minute: { start: at('2026-11-21T10:00:00Z'), tokens: 10, requestsMax: 5, tokensMax: 7 } },
    ],
    [{ concurrency: 2 }, { runningMax: 2 }],
  ])('a key with the rules %j counts %j', (rules, counted) => {
    expect(countingOf(owner(rules), { now, tokens: 10 })).toEqual({ counterId: KEY, ...counted });
  });

  test('a rotated key is counted with the key that it replaced', () => {
    const caller = { ...owner({ concurrency: 2 }), counterId: '01JD0000000000000000000009' };
    expect(countingOf(caller, { now, tokens: 10 })).toEqual({ counterId: caller.counterId, runningMax: 2 });
  });
});
