/**
 * `npm run model`: checks docs/model/hold.pml in every state that it can reach, then that each sabotage of it breaks an
 * invariant. With `-- --if-possible` the run succeeds on a machine without Spin, and prints the reason. With
 * `-- --redundant` it also checks what the model does without, and with `-- --trails` it prints every counterexample.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { conclude, judge, print } from '../support/long-run';
import { search, type Search, spinObstacle } from './spin';
import { LANDMARKS, REDUNDANT, SABOTAGES, SOUND, type Variant } from './variants';

const { values } = parseArgs({
  options: {
    'if-possible': { type: 'boolean', default: false },
    redundant: { type: 'boolean', default: false },
    trails: { type: 'boolean', default: false },
  },
});

const counted = (states: number): string => `${states.toLocaleString('en-US')} states`;

function judgeSound({ what }: Variant, { states, isComplete, counterexample, report }: Search): void {
  const isSound = isComplete && counterexample === undefined;
  const violations = () => (isSound ? [] : (counterexample ?? report.split('\n')));
  judge(states, [{ what: `${what}: ${counted(states)}`, violations }]);
}

function judgeRefuted({ what }: Variant, { states, counterexample }: Search): void {
  const steps = counterexample ? `${counterexample.length - 1} steps` : 'no counterexample';
  const violations = () => (counterexample ? [] : [`no counterexample in ${counted(states)}`]);
  judge(states, [{ what: `${what} (${steps})`, violations }]);
  if (values.trails) for (const step of counterexample ?? []) print(`       ${step}`);
}

async function checkSound(within: string, variants: readonly Variant[]): Promise<void> {
  for (const variant of variants) {
    const { define } = variant;
    judgeSound(variant, await search({ folder: join(within, define ?? 'as-it-is'), define, isShort: false }));
  }
}

async function checkRefuted(within: string, variants: readonly Required<Variant>[]): Promise<void> {
  for (const variant of variants) {
    const { define } = variant;
    judgeRefuted(variant, await search({ folder: join(within, define), define, isShort: true }));
  }
}

async function checkAll(): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'tollgate-model-'));
  try {
    await Promise.all([
      checkSound(folder, values.redundant ? [...SOUND, ...REDUNDANT] : SOUND),
      checkRefuted(folder, [...SABOTAGES, ...LANDMARKS]),
    ]);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  print(`${(performance.now() / 1_000).toFixed(0)} s`);
  conclude();
}

const obstacle = spinObstacle();
if (obstacle === undefined) {
  await checkAll();
} else {
  const mayBeSkipped = values['if-possible'];
  print(`The model was not checked: ${obstacle}.`);
  print(`0 passed, ${mayBeSkipped ? 0 : 1} failed`);
  process.exitCode = mayBeSkipped ? 0 : 1;
}
