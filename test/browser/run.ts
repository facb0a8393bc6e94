/**
 * `npm run test:browser`: uses a gateway that runs as with `npm start` in a browser, and keeps screenshots. With
 * `-- --if-possible` the run succeeds on a machine without Chromium, and prints the reason.
 */
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { startGuarded } from '../deploy/guarded-process';
import { browserObstacle } from './chromium';
import { SCREENSHOTS } from './screenshots';

const ROOT = process.cwd();
const say = (line: string): void => void process.stdout.write(`${line}\n`);

const mayBeSkipped = process.argv.includes('--if-possible');
const selected = process.argv.slice(2).filter((argument) => argument !== '--if-possible');

const obstacle = browserObstacle();
if (obstacle === undefined) {
  rmSync(SCREENSHOTS, { recursive: true, force: true });
  const command = [join(ROOT, 'node_modules/.bin/jest'), '--config', join(ROOT, 'test/browser/jest.config.js')];
  say(`Screenshots are in ${SCREENSHOTS}.`);
  process.exitCode = await startGuarded([...command, ...selected], {
    cwd: ROOT,
    env: process.env,
    onOutput: (text) => void process.stdout.write(text),
  }).ended;
} else {
  say(`Nothing was tested in a browser: ${obstacle}.`);
  say(`0 passed, ${mayBeSkipped ? 0 : 1} failed`);
  process.exitCode = mayBeSkipped ? 0 : 1;
}
