import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { builtFrom, cacheFolder, completed, HERE, isComplete, readText, ROOT } from './cache-folder';
import { run } from './guarded-process';

const PYTHON_MINIMUM = [3, 11] as const;
const REQUIREMENTS = 'requirements.txt';
/** Long enough for a slow package index; an unreachable one fails sooner. */
const PROBE_TIMEOUT_SECONDS = 15;

const SAY_VERSION = 'import sys, venv, ensurepip; print("%d.%d.%d" % sys.version_info[:3])';

/** Returns the version of the `python3` in the path, or the reason why it cannot be used. */
function pythonVersion(): { readonly version: string } | { readonly obstacle: string } {
  const { error, status, stdout } = spawnSync('python3', ['-c', SAY_VERSION], { encoding: 'utf8' });
  if (error !== undefined) return { obstacle: 'python3 is not installed' };
  if (status !== 0) return { obstacle: 'python3 cannot create virtual environments' };
  const version = stdout.trim();
  const [major = 0, minor = 0] = version.split('.').map(Number);
  const isRecent = major === PYTHON_MINIMUM[0] && minor >= PYTHON_MINIMUM[1];
  return isRecent ? { version } : { obstacle: `python3 is ${version}, older than ${PYTHON_MINIMUM.join('.')}` };
}

const folderFor = (version: string): string => builtFrom('deploy-python', [version, readText(REQUIREMENTS)]);

/** Returns why the emulator cannot run here, or `undefined` if it is installed or its package index answers. */
export function emulatorObstacle(): string | undefined {
  const python = pythonVersion();
  if ('obstacle' in python) return python.obstacle;
  if (isComplete(folderFor(python.version))) return undefined;
  const [name = ''] = /^ministack==\S+/m.exec(readText(REQUIREMENTS)) ?? [];
  const args = [
    '-m',
    'pip',
    'download',
    '--quiet',
    '--disable-pip-version-check',
    '--no-deps',
    '--only-binary',
    ':all:',
  ];
  const limits = ['--retries', '0', '--timeout', String(PROBE_TIMEOUT_SECONDS)];
  const into = join(cacheFolder(), 'deploy-probe');
  const { status, stderr } = spawnSync('python3', [...args, ...limits, '--dest', into, name], { encoding: 'utf8' });
  return status === 0 ? undefined : `pip cannot download ${name}: ${stderr.trim().split('\n').at(-1)}`;
}

/**
 * Installs the emulator once, with the committed hashes.
 *
 * @returns the path of the environment's python
 */
export async function pythonEnvironment(): Promise<string> {
  const python = pythonVersion();
  if ('obstacle' in python) throw new Error(python.obstacle);
  const folder = folderFor(python.version);
  const options = { env: process.env, cwd: ROOT };
  const executable = join(folder, 'bin/python');
  const install = [
    '-m',
    'pip',
    'install',
    '--quiet',
    '--disable-pip-version-check',
    '--require-hashes',
    '--only-binary',
    ':all:',
  ];
  await completed(folder, async () => {
    await run(['python3', '-m', 'venv', folder], options);
    await run([executable, ...install, '--requirement', join(HERE, REQUIREMENTS)], options);
  });
  return executable;
}
