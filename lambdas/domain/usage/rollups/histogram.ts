/** Each doubling of a duration is divided into this many buckets, so a bucket is at most a quarter wider than its start. */
const BUCKETS_PER_OCTAVE = 4;
const EXACT_BELOW = 4;
/** Everything from 2^22 milliseconds (70 minutes) on is in one bucket. No request takes that long. */
const OCTAVES_MAX = 22;
export const BUCKET_MAX = EXACT_BELOW + (OCTAVES_MAX - 2) * BUCKETS_PER_OCTAVE;

/**
 * How often a duration was in each bucket. The buckets are the same for every histogram, so histograms are merged by
 * adding up their counts, in any order.
 */
export type Histogram = ReadonlyMap<number, number>;

/**
 * The bucket of a duration. It is computed with integers only, so every machine chooses the same one.
 * @param milliseconds a whole number, at least 0
 */
export function bucketOf(milliseconds: number): number {
  if (milliseconds < EXACT_BELOW) return milliseconds;
  if (milliseconds >= 1 << OCTAVES_MAX) return BUCKET_MAX;
  const octave = milliseconds.toString(2).length - 1;
  const quarter = (milliseconds >>> (octave - 2)) - BUCKETS_PER_OCTAVE;
  return EXACT_BELOW + (octave - 2) * BUCKETS_PER_OCTAVE + quarter;
}

/** The longest duration in a bucket, in milliseconds; Infinity for the last bucket. */
export function bucketEnd(bucket: number): number {
  if (bucket < EXACT_BELOW) return bucket;
  if (bucket >= BUCKET_MAX) return Infinity;
  const octave = Math.floor((bucket - EXACT_BELOW) / BUCKETS_PER_OCTAVE);
  const quarter = (bucket - EXACT_BELOW) % BUCKETS_PER_OCTAVE;
  return ((BUCKETS_PER_OCTAVE + quarter + 1) << octave) - 1;
}

/**
 * The duration that a share of all durations does not exceed, rounded up to the end of its bucket: at most a quarter too
 * long, never too short.
 * @param percent from 1 to 100
 * @returns milliseconds; undefined for an empty histogram
 */
export function percentile(histogram: Histogram, percent: number): number | undefined {
  const buckets = [...histogram].filter(([, count]) => count > 0).sort(([one], [other]) => one - other);
  const total = buckets.reduce((sum, [, count]) => sum + count, 0);
  let left = Math.floor((total * percent + 99) / 100);
  for (const [bucket, count] of buckets) {
    left -= count;
    if (left <= 0) return bucketEnd(bucket);
  }
  return undefined;
}
