/**
 * `npm run test:agents`: installs coding agents and lets them work through a gateway that runs as with `npm start`, with
 * a provider on this machine. On a machine that cannot run the agents, it prints the reason and does not fail.
 */
import { join } from 'node:path';
import { startGuarded } from '../deploy/guarded-process';
import { installAgents } from './packages';

const ROOT = process.cwd();
const say = (line: string): void => void process.stdout.write(`${line}\n`);

const obstacle = await installAgents();
if (obstacle === undefined) {
  const command = [join(ROOT, 'node_modules/.bin/jest'), '--config', join(ROOT, 'test/agents/jest.config.js')];
  process.exitCode = await startGuarded([...command, ...process.argv.slice(2)], {
    cwd: ROOT,
    env: process.env,
    onOutput: (text) => void process.stdout.write(text),
  }).ended;
} else {
  say(`The coding agents were not tested: ${obstacle}.`);
  say('0 passed, 0 failed');
}
