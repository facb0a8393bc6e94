import { CrashRun } from '../crash/crash-run';
import { describePlan } from '../crash/plan';

/** One kill under load, one during a shutdown and one during a checkpoint. `npm run test:crash` plays 100 rounds. */
const ROUNDS = 3;
const SEED = 1;

let run: CrashRun;
beforeAll(async () => {
  run = await CrashRun.open(SEED);
  await run.start();
});
afterAll(() => run.close());

test('a gateway that is killed again and again with 50 running streams keeps every acknowledged charge', async () => {
  for (let round = 1; round <= ROUNDS; round += 1) {
    const { plan, violations } = await run.round(round);
    expect([describePlan(plan), violations]).toEqual([expect.any(String), []]);
  }
  expect(await run.stopInOrder()).toEqual([]);
  expect(run.totals.acknowledged).toBeGreaterThan(0);
  expect(run.totals.returned).toBeGreaterThan(0);
});
