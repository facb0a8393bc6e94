/**
 * `npm run simulate -- --histories N --seed S`: plays N histories, by default 200,000, with seeds from S upwards. It fails if one of them
 * breaks an invariant, or if too few of them reached a landmark for their success to mean something.
 */
import { parseArgs } from 'node:util';
import { conclude, judge, numberOf, print } from '../support/long-run';
import { missedLandmarks } from './landmarks';
import { simulate } from './simulation';

const { values } = parseArgs({
  options: {
    histories: { type: 'string', default: '200000' },
    seed: { type: 'string', default: String(Date.now() % 1_000_000_000) },
  },
});
const histories = Math.floor(numberOf('histories', values.histories));
const seed = Math.floor(numberOf('seed', values.seed));

print(`Playing ${histories} histories from seed ${seed}.`);
const simulation = await simulate({ histories, seed });
const { steps, met } = simulation;
print(`${histories} histories, ${steps} steps, ${(performance.now() / 1_000).toFixed(1)} s`);
for (const [landmark, count] of met) print(`${String(count).padStart(8)} in which ${landmark}`);
judge(simulation, [
  { what: 'every invariant holds after every step', violations: ({ failure }) => (failure ? [failure.report] : []) },
  {
    what: 'enough histories reached each landmark',
    // A simulation that failed stopped early.
    violations: ({ failure }) => (failure ? [] : missedLandmarks(met, histories)),
  },
]);
conclude();
