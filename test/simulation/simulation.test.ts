import { SABOTAGES } from './sabotage';
import corpus from './seeds.json';
import { play } from './history';
import { LANDMARKS } from './landmarks';
import { planOf } from './plan';
import { simulate, type Simulation } from './simulation';

/** A sample. `.ci/run` plays 20,000 with `npm run simulate`. */
const HISTORIES = 400;
/** Further histories, which reach the landmarks that the sample does not. */
const RARE_SEEDS = [412, 712, 1_131, 1_570];
/** This ends a run that hangs: the histories take seconds on an idle machine and minutes on a very busy one. */
const HANG_MS = 900_000;

/** The words that the traces of the sample must contain. The last of them first occurs in history 115. */
const REACHED = [
  'credited',
  'already_credited',
  'InsufficientFunds',
  'RequestIdReused',
  'WalletNotFound',
  'WalletUnavailable',
  'WalletSuspended',
  'HoldNotFound',
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
  const traces = new Map<number, string[]>();
  let sample: Simulation;
  beforeAll(async () => {
    sample = await simulate({ histories: HISTORIES, seed: 1, traces });
  }, HANG_MS);

  // A seed produces the same history only while plan.ts, scenes.ts and faults.ts draw the same random numbers.
  test.each(corpus)('a history of seed $seed is sound: it once showed that $showed', async ({ seed }) => {
    await play(planOf(seed));
  });

  test(`every invariant holds after every step of ${HISTORIES} histories, which reach every landmark`, async () => {
    const { failure, met } = sample;
    expect(failure?.report).toBeUndefined();
    const reached = new Set([...met].filter(([, histories]) => histories > 0).map(([landmark]) => landmark));
    for (const seed of RARE_SEEDS) for (const landmark of (await play(planOf(seed))).met) reached.add(landmark);
    expect(LANDMARKS.filter((landmark) => !reached.has(landmark))).toEqual([]);
  });

  test('a seed produces the same history each time, alone and beside others', async () => {
    for (let seed = 1; seed <= 20; seed += 1) expect(await traceOf(seed)).toBe(traces.get(seed)?.join('\n'));
  });

  test(`${HISTORIES} histories cover every outcome and every fault`, () => {
    const all = [...traces.values()].flat().join('\n');
    expect(REACHED.filter((word) => !all.includes(`: ${word}`))).toEqual([]);
  });
});

describe('a simulation of sabotaged code', () => {
  const found = SABOTAGES.map(([what, sabotage, seed = 1]) => [what, sabotage, seed] as const);
  test.each(found)('the simulation finds %s', async (_what, sabotage, seed) => {
    const { failure } = await simulate({ histories: 2_000, seed, sabotage, concurrent: 1 });
    expect(failure?.report).toMatch(
      /^Seed (\d+) fails: [^]*\nAgain with: npm run simulate -- --histories 1 --seed \1\n/,
    );
  });
});
