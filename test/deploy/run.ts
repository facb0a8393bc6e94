/**
 * `npm run test:deploy`: deploys to an emulated AWS with the real CDK command and drives what is there from
 * outside. With `-- --if-possible` a machine that cannot run it says why and is content.
 */
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { EMULATOR_EXCLUSIONS } from '../../lib/compliance/emulator-exclusions';
import { HERE, ROOT, runFolder } from './cache-folder';
import { startGuarded } from './guarded-process';
import { pythonEnvironment, whyNoEmulator } from './python-environment';
import { buildRuntimeClient, whyNoRuntimeClient } from './runtime-client-package';

/** What this test cannot see, whatever the emulator has. */
const NOT_COVERED = [
  'sign-in pages, passkeys and second factors of the user pool: people are signed in by its administrator',
  "the control plane behind the edge: the emulator's API address is no HTTPS origin",
  "the edge of a deployment outside us-east-1: the emulator looks for another stack's outputs in the edge's own region",
  'chunks through the function URL as they come: the emulator hands an answer over whole',
];

const say = (line: string): void => void process.stdout.write(`${line}\n`);

function emptyRunFolder(): void {
  rmSync(runFolder(), { recursive: true, force: true });
  mkdirSync(runFolder(), { recursive: true });
  // In Lambda nothing lies above a function's code; here our own package.json would make ES modules of it.
  writeFileSync(join(runFolder(), 'package.json'), '{"type":"commonjs"}\n');
}

function sayWhatIsLeftOut(): void {
  for (const { type, because, coveredBy } of EMULATOR_EXCLUSIONS) {
    say(`left out for the emulator: ${type}, because ${because}; asserted by ${coveredBy}`);
  }
  for (const what of NOT_COVERED) say(`not covered: ${what}`);
  const whyNot = whyNoRuntimeClient();
  if (whyNot !== undefined) say(`skipped: Lambda's own runtime client, because ${whyNot}`);
}

async function testDeployment(): Promise<number> {
  emptyRunFolder();
  await Promise.all([pythonEnvironment(), buildRuntimeClient()]);
  sayWhatIsLeftOut();
  const jest = join(ROOT, 'node_modules/.bin/jest');
  return startGuarded([jest, '--config', join(HERE, 'jest.config.js')], {
    cwd: ROOT,
    env: process.env,
    onOutput: (text) => void process.stdout.write(text),
  }).ended;
}

const whyNot = whyNoEmulator();
if (whyNot === undefined) {
  process.exitCode = await testDeployment().catch((error: unknown) => {
    say(String(error));
    say('0 passed, 1 failed');
    return 1;
  });
} else {
  say(`The deployment test did not run: ${whyNot}.`);
  const isContent = process.argv.includes('--if-possible');
  say(`0 passed, ${isContent ? 0 : 1} failed`);
  process.exitCode = isContent ? 0 : 1;
}
