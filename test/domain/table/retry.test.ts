import type { RetryPolicy } from '../../../lambdas/domain/table/retry';
import { isContention, retry, RetryNeeded } from '../../../lambdas/domain/table/retry';
import type { CancellationReason } from '../../../lambdas/domain/table/table-errors';
import { StoreUnavailable, TransactionCancelled } from '../../../lambdas/domain/table/table-errors';

class GivenUp extends Error {
  override readonly name = 'GivenUp';
}

/** Attempts that all fail, with a clock that the waits turn. */
class Trial {
  now = 5_000;
  readonly waits: number[] = [];
  attempts = 0;

  persist(patience: Partial<RetryPolicy>, attempt: () => Promise<string>, random = 0.999): Promise<string> {
    const sleep = (milliseconds: number): Promise<void> => {
      this.waits.push(milliseconds);
      this.now += milliseconds;
      return Promise.resolve();
    };
    const whole = { attemptsMax: 100, firstWaitMs: 10, longestWaitMs: 1_000_000, totalMs: 1_000_000, ...patience };
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

describe('patience', () => {
  test('makes as many attempts as it has, and then tells why the last one failed', async () => {
    const trial = new Trial();
    const failed = trial.persist({ attemptsMax: 3 }, unavailable);
    await expect(failed).rejects.toMatchObject({ name: 'GivenUp', cause: { name: 'StoreUnavailable' } });
    expect(trial.attempts).toBe(3);
    expect(trial.waits).toHaveLength(2);
  });

  test('waits up to twice as long after each attempt, up to a ceiling, by chance', async () => {
    const trial = new Trial();
    await expect(trial.persist({ attemptsMax: 6, longestWaitMs: 45 }, unavailable)).rejects.toThrow(GivenUp);
    expect(trial.waits).toEqual([9, 19, 39, 44, 44]);
    const lucky = new Trial();
    await expect(lucky.persist({ attemptsMax: 3 }, unavailable, 0)).rejects.toThrow(GivenUp);
    expect(lucky.waits).toEqual([0, 0]);
  });

  test('ends before a wait that would take it beyond its time, and not before one that fills it', async () => {
    const trial = new Trial();
    await expect(trial.persist({ totalMs: 28 }, unavailable)).rejects.toThrow(GivenUp);
    expect(trial.waits).toEqual([9, 19]);
    const shorter = new Trial();
    await expect(shorter.persist({ totalMs: 27 }, unavailable)).rejects.toThrow(GivenUp);
    expect(shorter.waits).toEqual([9]);
  });

  test('counts the time that the store takes', async () => {
    const trial = new Trial();
    const slow = (): Promise<string> => {
      trial.now += 500;
      return unavailable();
    };
    await expect(trial.persist({ totalMs: 600 }, slow)).rejects.toThrow(GivenUp);
    expect(trial.attempts).toBe(2);
  });

  test('tries again when an attempt has learned something, and answers with the one that succeeds', async () => {
    const trial = new Trial();
    const attempt = (): Promise<string> =>
      trial.attempts < 3 ? Promise.reject(new RetryNeeded()) : Promise.resolve('done');
    expect(await trial.persist({}, attempt)).toBe('done');
    const hopeless = trial.persist({ attemptsMax: 4 }, () => Promise.reject(new RetryNeeded()));
    await expect(hopeless).rejects.toMatchObject({ cause: { name: 'TryAgain' } });
  });

  test('does not try again what cannot succeed', async () => {
    const trial = new Trial();
    const wrong = new RangeError('a cost is not negative');
    await expect(trial.persist({}, () => Promise.reject(wrong))).rejects.toBe(wrong);
    expect(trial.attempts).toBe(1);
  });
});

describe('contention is', () => {
  test.each([
    ['a conflict with another writer', cancelled(undefined, 'Conflict'), true],
    ['a partition that takes no more', cancelled('Throttled', undefined), true],
    ['not a write that stays invalid', cancelled('Conflict', 'Invalid'), false],
    ['not one that fails by itself', cancelled(undefined, undefined), false],
    ['not a store that does not answer', new StoreUnavailable('ECONNRESET'), false],
    ['not a failed condition', new TransactionCancelled([{ code: 'ConditionFailed', item: undefined }]), false],
  ])('%s', (_what, error, expected) => {
    expect(isContention(error)).toBe(expected);
  });
});
