import { parseArgs } from 'node:util';
import { simulate } from './simulation';

/** `npm run simulate -- --histories N --seed S`: plays N histories, with seeds from S upwards. */
const { values } = parseArgs({
  options: {
    histories: { type: 'string', default: '100000' },
    seed: { type: 'string', default: String(Date.now() % 1_000_000_000) },
  },
});
const histories = Number(values.histories);
const seed = Number(values.seed);
if (![histories, seed].every((count) => Number.isSafeInteger(count) && count >= 0)) {
  throw new RangeError('--histories and --seed take whole numbers');
}

const startedAt = performance.now();
process.stdout.write(`Playing ${histories} histories from seed ${seed}.\n`);
const { steps, met, failure } = await simulate({ histories, seed });
if (failure) {
  process.stdout.write(`${failure.report}\n`);
  process.exitCode = 1;
} else {
  const seconds = ((performance.now() - startedAt) / 1_000).toFixed(1);
  process.stdout.write(`${histories} histories, ${steps} steps, ${seconds} s: every invariant held.\n`);
  for (const [landmark, count] of met) process.stdout.write(`${String(count).padStart(8)} in which ${landmark}\n`);
}
