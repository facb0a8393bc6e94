/**
 * `npm run simulate:payments -- --histories N --seed S`: plays N histories of payments, by default 50,000, with seeds
 * from S upwards. It fails if one of them breaks an invariant, or if none of them met one of the landmarks.
 */
import { parseArgs } from 'node:util';
import { conclude, judge, numberOf, print } from '../../support/long-run';
import { simulatePayments } from './simulation';

const { values } = parseArgs({
  options: {
    histories: { type: 'string', default: '50000' },
    seed: { type: 'string', default: String(Date.now() % 1_000_000_000) },
  },
});
const histories = Math.floor(numberOf('histories', values.histories));
const seed = Math.floor(numberOf('seed', values.seed));

print(`Playing ${histories} histories of payments from seed ${seed}.`);
const simulation = await simulatePayments({ histories, seed });
print(`${histories} histories, ${simulation.steps} steps, ${(performance.now() / 1_000).toFixed(1)} s`);
for (const [landmark, count] of simulation.met) print(`${String(count).padStart(8)} met: ${landmark}`);
judge(simulation, [
  {
    what: 'the ledger agrees with the processor in every history',
    violations: ({ failure }) => (failure === undefined ? [] : [failure]),
  },
  {
    what: 'some history met each landmark',
    violations: ({ met, failure }) =>
      failure === undefined && histories >= 1_000 ? [...met].filter(([, count]) => count === 0) : [],
  },
]);
conclude();
