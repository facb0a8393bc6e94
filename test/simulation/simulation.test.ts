import { SABOTAGES } from './sabotage';
import corpus from './seeds.json';
import { play } from './history';
import { planOf } from './plan';
import { simulate } from './simulation';

/** A sample: `npm run simulate` plays more, and .ci/run runs it. */
const HISTORIES = 2_000;
/** The last word of REACHED is first met by history 115. */
const TRACED_HISTORIES = 300;

/** What a set of histories must have come to, as their traces say it. */
const REACHED = [
  'credited',
  'already_credited',
  'InsufficientFunds',
  'RequestIdReused',
  'WalletNotFound',
  'WalletUnavailable',
  'charged',
  'released',
  'adjusted',
  'already_settled',
  'HoldAlreadySettled',
  'HoldAlreadyReleased',
  '1 expired',
  'sweep of everything',
  'crash',
  'accepted',
  'refused',
  'conflict',
  'throttled',
  'unreachable',
  'lost reply',
  'late',
  'twice',
  'crash before',
  'crash after',
];

async function traceOf(seed: number): Promise<string> {
  const trace: string[] = [];
  await play(planOf(seed), { trace });
  return trace.join('\n');
}

describe('a simulated history', () => {
  // A seed stands for its history for as long as plan.ts, scenes.ts and faults.ts draw the same numbers.
  test.each(corpus)('of seed $seed is sound: it once showed that $showed', async ({ seed }) => {
    await play(planOf(seed));
  });

  test(`keeps every invariant after every step, ${HISTORIES} times`, async () => {
    const { failure, met } = await simulate({ histories: HISTORIES, seed: 1 });
    expect(failure?.report).toBeUndefined();
    expect([...met].filter(([, histories]) => histories === 0)).toEqual([]);
  });

  test('is the same each time', async () => {
    for (let seed = 1; seed <= 20; seed += 1) expect(await traceOf(seed)).toBe(await traceOf(seed));
  });

  test('meets all that is meant to happen', async () => {
    const traces: string[] = [];
    for (let seed = 1; seed <= TRACED_HISTORIES; seed += 1) traces.push(await traceOf(seed));
    const all = traces.join('\n');
    expect(REACHED.filter((word) => !all.includes(`: ${word}`))).toEqual([]);
  });
});

describe('the simulation finds', () => {
  test.each(SABOTAGES)('%s', async (_what, sabotage) => {
    const { failure } = await simulate({ histories: 2_000, seed: 1, sabotage });
    expect(failure?.report).toMatch(
      /^Seed (\d+) fails: [^]*\nAgain with: npm run simulate -- --histories 1 --seed \1\n/,
    );
  });
});
