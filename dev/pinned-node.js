/**
 * The first import of every npm script: it makes sure that the script runs on the Node that package.json pins.
 *
 * npm installs that Node and puts it first on the PATH, so usually there is nothing to do. npm 10 also installs it, but
 * deletes its link in node_modules/.bin when it removes the packages for other platforms; the script then restarts on
 * the pinned Node. On platforms for which npm has no Node package, the system's Node must be new enough.
 *
 * This file has to run on older versions of Node, so it is JavaScript.
 */
import { spawn } from 'node:child_process';
import { existsSync, realpathSync } from 'node:fs';
import { constants } from 'node:os';
import { delimiter, dirname } from 'node:path';
import { fileURLToPath } from 'node:url';

const [MAJOR_MIN, MINOR_MIN] = [22, 19];

const file =
  process.platform === 'win32'
    ? `node-win-${process.arch}/bin/node.exe`
    : `node-${process.platform}-${process.arch}/bin/node`;
const pinned = fileURLToPath(new URL(`../node_modules/${file}`, import.meta.url));

/** Restarts on the pinned Node and exits with its exit code. Resolves only if the pinned Node cannot run at all. */
function restart() {
  const child = spawn(pinned, [...process.execArgv, ...process.argv.slice(1)], {
    stdio: 'inherit',
    env: { ...process.env, PATH: `${dirname(pinned)}${delimiter}${process.env.PATH}` },
  });
  // A terminal sends Ctrl-C to both processes; other signals reach only this one.
  process.on('SIGINT', () => {});
  for (const signal of ['SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
  child.on('exit', (code, signal) => process.exit(code ?? 128 + constants.signals[signal]));
  return new Promise((resolve) => child.on('error', resolve));
}

if (existsSync(pinned) && realpathSync(pinned) !== process.execPath) await restart();

const [major, minor] = process.versions.node.split('.').map(Number);
if (major < MAJOR_MIN || (major === MAJOR_MIN && minor < MINOR_MIN)) {
  process.stderr.write(
    `Node ${process.versions.node} is too old for Tollgate: install Node 24 (${MAJOR_MIN}.${MINOR_MIN} or newer will do), ` +
      'because `npm ci` provides it only on Linux with glibc and on Windows x64.\n',
  );
  process.exit(1);
}
