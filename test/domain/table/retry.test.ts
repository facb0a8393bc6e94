import type { RetryPolicy } from '../../../lambdas/domain/table/retry';
import { isContention, retry, RetryNeeded } from '../../../lambdas/domain/table/retry';
import type { CancellationReason } from '../../../lambdas/domain/table/table-errors';
import { StoreUnavailable, TransactionCancelled } from '../../../lambdas/domain/table/table-errors';

class GivenUp extends Error {
  override readonly name = 'GivenUp';
}

/** Runs `retry` with a clock that its waits advance. */
class Trial {
  now = 5_000;
  readonly waits: number[] = [];
  attempts = 0;

  retry(policy: Partial<RetryPolicy>, attempt: () => Promise<string>, random = 0.999): Promise<string> {
    const sleep = (milliseconds: number): Promise<void> => {
      this.waits.push(milliseconds);
      this.now += milliseconds;
      return Promise.resolve();
    };
    const whole = { attemptsMax: 100, firstWaitMs: 10, longestWaitMs: 1_000_000, totalMs: 1_000_000, ...policy };
    const timing = { clock: () => this.now, random: () => random, sleep };
    const counted = (): Promise<string> => {
      this.attempts += 1;
      return attempt();
    };
    return retry(whole, timing, counted, (cause) => new GivenUp('given up', { cause }));
  }
}

const unavailable = (): Promise<string> => Promise.reject(new StoreUnavailable('ETIMEDOUT'));
const cancelled = (...codes: readonly ('Conflict' | 'Throttled' | 'Invalid' | undefined)[]): TransactionCancelled =>
  new TransactionCancelled(codes.map((code): CancellationReason | undefined => code && { code }));

describe('a retry', () => {
  test('a retry makes as many attempts as its policy allows, and then fails with the last error as the cause', async () => {
    const trial = new Trial();
    const failed = trial.retry({ attemptsMax: 3 }, unavailable);
    await expect(failed).rejects.toMatchObject({ name: 'GivenUp', cause: { name: 'StoreUnavailable' } });
    expect(trial.attempts).toBe(3);
    expect(trial.waits).toHaveLength(2);
  });

  test('a retry waits at random, up to twice as long after each attempt, up to a ceiling', async () => {
    const trial = new Trial();
    await expect(trial.retry({ attemptsMax: 6, longestWaitMs: 45 }, unavailable)).rejects.toThrow(GivenUp);
    expect(trial.waits).toEqual([9, 19, 39, 44, 44]);
    const lucky = new Trial();
    await expect(lucky.retry({ attemptsMax: 3 }, unavailable, 0)).rejects.toThrow(GivenUp);
    expect(lucky.waits).toEqual([0, 0]);
  });

  test('a retry ends before a wait that would exceed its total time, but not before one that just fits', async () => {
    const trial = new Trial();
    await expect(trial.retry({ totalMs: 28 }, unavailable)).rejects.toThrow(GivenUp);
    expect(trial.waits).toEqual([9, 19]);
    const shorter = new Trial();
    await expect(shorter.retry({ totalMs: 27 }, unavailable)).rejects.toThrow(GivenUp);
    expect(shorter.waits).toEqual([9]);
  });

  test('a retry’s total time includes the time that the store takes', async () => {
    const trial = new Trial();
    const slow = (): Promise<string> => {
      trial.now += 500;
      return unavailable();
    };
    await expect(trial.retry({ totalMs: 600 }, slow)).rejects.toThrow(GivenUp);
    expect(trial.attempts).toBe(2);
  });

  test('a retry repeats an attempt that asks for it, and returns the result of the one that succeeds', async () => {
    const trial = new Trial();
    const attempt = (): Promise<string> =>
      trial.attempts < 3 ? Promise.reject(new RetryNeeded()) : Promise.resolve('done');
    expect(await trial.retry({}, attempt)).toBe('done');
    const hopeless = trial.retry({ attemptsMax: 4 }, () => Promise.reject(new RetryNeeded()));
    await expect(hopeless).rejects.toMatchObject({ cause: { name: 'RetryNeeded' } });
  });

  test('a retry whose caller maps no error fails with the error of its last attempt', async () => {
    const policy = { attemptsMax: 2, firstWaitMs: 10, longestWaitMs: 10, totalMs: 1_000 };
    const timing = { clock: () => 5_000, random: () => 0, sleep: () => Promise.resolve() };
    const errors = [new StoreUnavailable('ETIMEDOUT'), new StoreUnavailable('ECONNRESET')];
    let attempts = 0;
    const attempt = (): Promise<string> => {
      attempts += 1;
      return Promise.reject(errors[attempts - 1] ?? new Error('one attempt too many'));
    };
    await expect(retry(policy, timing, attempt)).rejects.toBe(errors[1]);
  });

  test('an attempt that cannot succeed is not retried', async () => {
    const trial = new Trial();
    const wrong = new RangeError('a cost cannot be negative');
    await expect(trial.retry({}, () => Promise.reject(wrong))).rejects.toBe(wrong);
    expect(trial.attempts).toBe(1);
  });
});

describe('contention', () => {
  test.each([
    ['a conflict with another writer is contention', cancelled(undefined, 'Conflict'), true],
    ['a throttled partition is contention', cancelled('Throttled', undefined), true],
    ['an invalid write is not contention, even beside a conflict', cancelled('Conflict', 'Invalid'), false],
    ['a transaction cancelled without a reason is not contention', cancelled(undefined, undefined), false],
    ['an unreachable store is not contention', new StoreUnavailable('ECONNRESET'), false],
    [
      'a failed condition is not contention',
      new TransactionCancelled([{ code: 'ConditionFailed', item: undefined }]),
      false,
    ],
  ])('%s', (_what, error, expected) => {
    expect(isContention(error)).toBe(expected);
  });
});
