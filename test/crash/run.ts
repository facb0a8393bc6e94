/**
 * `npm run test:crash -- --rounds N --seed S`: kills a gateway under load N times on one data folder. It fails if a
 * charge that a client has seen is lost or changed. A seed repeats the moments of the kills, but not the order in which
 * concurrent requests run.
 */
import { parseArgs } from 'node:util';
import { conclude, judge, numberOf, print } from '../support/long-run';
import { CrashRun } from './crash-run';
import { describePlan } from './plan';

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '100' },
    seed: { type: 'string', default: String(Date.now() % 1_000_000_000) },
  },
});
const rounds = Math.floor(numberOf('rounds', values.rounds));
const seed = Math.floor(numberOf('seed', values.seed));

/** @returns whether all rounds were sound. It ends with the first that was not, because all later ones would fail too. */
async function play(run: CrashRun): Promise<boolean> {
  await run.start();
  for (let round = 1; round <= rounds; round += 1) {
    const { plan, violations } = await run.round(round);
    judge(violations, [{ what: `round ${round}: ${describePlan(plan)}`, violations: (found) => found }]);
    if (violations.length > 0) return false;
  }
  const violations = await run.stopInOrder();
  const { acknowledged, returned, unseen } = run.totals;
  print(`${acknowledged} charges acknowledged, ${unseen} more committed, ${returned} holds returned`);
  judge(violations, [
    { what: 'every charge has its receipt once the last gateway has stopped', violations: (found) => found },
    { what: 'some kills interrupted requests', violations: () => (returned > 0 ? [] : ['no hold was returned']) },
  ]);
  return violations.length === 0;
}

print(`Killing ${rounds} gateways, seed ${seed}.`);
const run = await CrashRun.open(seed);
let isSound = false;
try {
  isSound = await play(run);
} catch (error) {
  judge(error, [{ what: 'the run reaches its end', violations: (found) => [String(found)] }]);
} finally {
  await run.close(!isSound);
}
print(`${(performance.now() / 1_000).toFixed(0)} s`);
if (!isSound)
  print(`The data folder is ${run.folder}. Again with: npm run test:crash -- --rounds ${rounds} --seed ${seed}`);
conclude();
