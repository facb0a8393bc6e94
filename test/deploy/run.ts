/**
 * `npm run test:deploy`: deploys to an emulated AWS with the real CDK command and tests the deployment from outside. With
 * `-- --if-possible` the run succeeds on a machine that cannot run the emulator, and prints the reason. Other
 * arguments go to jest, such as `-- -t promise-09`.
 */
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pythonEnvironment, pythonObstacle } from '../../dev/tools/python/python-environment';
import { EMULATOR_EXCLUSIONS } from '../../lib/compliance/emulator-exclusions';
import { HERE, ROOT, runFolder } from './cache-folder';
import { startGuarded } from './guarded-process';
import { EMULATOR } from './emulator-program';
import { releasedObstacle } from './released';
import { buildRuntimeClient, runtimeClientObstacle } from './runtime-client-package';

/** Behaviour that this test cannot cover. */
const NOT_COVERED = [
  'sign-in pages, passkeys and second factors of the user pool: the test signs people in as its administrator',
  "the control plane behind the edge: the emulator's API address is not an HTTPS origin",
  "the edge of a deployment outside us-east-1: the emulator looks for another stack's outputs in the edge's region",
  'an export in use: the emulator removes it, so test/infra/references.test.ts applies the rule of CloudFormation',
  'streaming through the function URL: the emulator returns an answer only when it is complete',
];

const IF_POSSIBLE = '--if-possible';
const forJest = process.argv.slice(2).filter((argument) => argument !== IF_POSSIBLE);

const say = (line: string): void => void process.stdout.write(`${line}\n`);

function emptyRunFolder(): void {
  rmSync(runFolder(), { recursive: true, force: true });
  mkdirSync(runFolder(), { recursive: true });
  // Without this file our own package.json would turn the functions of the previous release into ES modules.
  writeFileSync(join(runFolder(), 'package.json'), '{"type":"commonjs"}\n');
}

function printExclusions(): void {
  for (const { type, because, coveredBy } of EMULATOR_EXCLUSIONS) {
    say(`left out for the emulator: ${type}, because ${because}; covered by ${coveredBy}`);
  }
  for (const what of NOT_COVERED) say(`not covered: ${what}`);
  const obstacle = runtimeClientObstacle();
  if (obstacle !== undefined) say(`skipped: Lambda's own runtime client, because ${obstacle}`);
  const withoutRelease = releasedObstacle();
  if (withoutRelease !== undefined) say(`skipped: the upgrade from the previous release, because ${withoutRelease}`);
}

async function testDeployment(): Promise<number> {
  emptyRunFolder();
  await Promise.all([pythonEnvironment(EMULATOR), buildRuntimeClient()]);
  printExclusions();
  const jest = join(ROOT, 'node_modules/.bin/jest');
  return startGuarded([jest, '--config', join(HERE, 'jest.config.js'), ...forJest], {
    cwd: ROOT,
    env: process.env,
    onOutput: (text) => void process.stdout.write(text),
  }).ended;
}

const obstacle = pythonObstacle(EMULATOR);
if (obstacle === undefined) {
  process.exitCode = await testDeployment().catch((error: unknown) => {
    say(String(error));
    say('0 passed, 1 failed');
    return 1;
  });
} else {
  say(`The deployment test did not run: ${obstacle}.`);
  const mayBeSkipped = process.argv.includes(IF_POSSIBLE);
  say(`0 passed, ${mayBeSkipped ? 0 : 1} failed`);
  process.exitCode = mayBeSkipped ? 0 : 1;
}
