import fc from 'fast-check';
import {
  BUCKET_MAX,
  bucketEnd,
  bucketOf,
  type Histogram,
  percentile,
} from '../../../../lambdas/domain/usage/rollups/histogram';

const histogramOf = (durations: readonly number[]): Histogram => {
  const counts = new Map<number, number>();
  for (const duration of durations) counts.set(bucketOf(duration), (counts.get(bucketOf(duration)) ?? 0) + 1);
  return counts;
};

test('a duration is in the bucket that ends at it or at most a quarter later', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 2 ** 22 - 1 }), (milliseconds) => {
      const end = bucketEnd(bucketOf(milliseconds));
      expect(end).toBeGreaterThanOrEqual(milliseconds);
      expect(end).toBeLessThanOrEqual(milliseconds * 1.25);
      expect(bucketOf(end)).toBe(bucketOf(milliseconds));
      expect(bucketOf(end + 1)).toBe(bucketOf(milliseconds) + 1);
    }),
  );
});

test.each([
  [0, 0, 0],
  [3, 3, 3],
  [4, 4, 4],
  [7, 7, 7],
  [8, 8, 9],
  [1_000, 35, 1_023],
  [15 * 60_000, 74, 917_503],
])('a duration of %d ms is in bucket %d, which ends at %d ms', (milliseconds, bucket, end) => {
  expect([bucketOf(milliseconds), bucketEnd(bucket)]).toEqual([bucket, end]);
});

test('durations of more than an hour share the last bucket', () => {
  expect([2 ** 22, 10 * 3_600_000, Number.MAX_SAFE_INTEGER].map(bucketOf)).toEqual([
    BUCKET_MAX,
    BUCKET_MAX,
    BUCKET_MAX,
  ]);
  expect(bucketEnd(BUCKET_MAX)).toBe(Infinity);
});

test('a percentile of a histogram is never below the exact one and at most a quarter above it', () => {
  const durations = fc.array(fc.integer({ min: 1, max: 900_000 }), { minLength: 1, maxLength: 200 });
  fc.assert(
    fc.property(durations, fc.constantFrom(50, 95, 99), (all, percent) => {
      const exact = [...all].sort((one, other) => one - other)[Math.ceil((all.length * percent) / 100) - 1]!;
      const found = percentile(histogramOf(all), percent)!;
      expect(found).toBeGreaterThanOrEqual(exact);
      expect(found).toBeLessThanOrEqual(exact * 1.25);
    }),
  );
});

test('an empty histogram has no percentiles', () => {
  expect(percentile(new Map(), 50)).toBeUndefined();
  expect(percentile(new Map([[4, 0]]), 99)).toBeUndefined();
});
