import { execFile, spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { builtFrom, cacheFolder, completed, isComplete } from './cache-folder';

const PYTHON_MINIMUM = [3, 11] as const;
/** Long enough for a slow package index; an unreachable one fails sooner. */
const PROBE_TIMEOUT_SECONDS = 15;

const SAY_VERSION = 'import sys, venv, ensurepip; print("%d.%d.%d" % sys.version_info[:3])';
const PIP_OPTIONS = ['--quiet', '--disable-pip-version-check', '--only-binary', ':all:'];

/** A program written in Python, in an environment of its own. */
export interface PythonProgram {
  /** The name of its package. */
  readonly name: string;
  /** The first part of the name of the folder with the environment. */
  readonly folder: string;
  /** A requirements file that pins it and all that it needs, with hashes. */
  readonly requirements: string;
}

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

const requirementsOf = ({ requirements }: PythonProgram): string => readFileSync(requirements, 'utf8');

const folderFor = (program: PythonProgram, version: string): string =>
  builtFrom(program.folder, [version, requirementsOf(program)]);

/** Returns why the program cannot run here, or `undefined` if it is installed or its package index answers. */
export function pythonObstacle(program: PythonProgram): string | undefined {
  const python = pythonVersion();
  if ('obstacle' in python) return python.obstacle;
  if (isComplete(folderFor(program, python.version))) return undefined;
  const lines = requirementsOf(program).split('\n');
  const pinned = lines.find((line) => line.startsWith(`${program.name}==`))?.split(' ')[0] ?? program.name;
  const limits = ['--no-deps', '--retries', '0', '--timeout', String(PROBE_TIMEOUT_SECONDS)];
  const into = ['--dest', join(cacheFolder(), `${program.folder}-probe`)];
  const args = ['-m', 'pip', 'download', ...PIP_OPTIONS, ...limits, ...into, pinned];
  const { status, stderr } = spawnSync('python3', args, { encoding: 'utf8' });
  return status === 0 ? undefined : `pip cannot download ${pinned}: ${stderr.trim().split('\n').at(-1)}`;
}

/**
 * Installs the program once, with the committed hashes.
 *
 * @returns the path of the environment's python
 */
export async function pythonEnvironment(program: PythonProgram): Promise<string> {
  const python = pythonVersion();
  if ('obstacle' in python) throw new Error(python.obstacle);
  const folder = folderFor(program, python.version);
  const executable = join(folder, 'bin/python');
  const run = promisify(execFile);
  await completed(folder, async () => {
    await run('python3', ['-m', 'venv', folder]);
    const requirements = ['--require-hashes', '--requirement', program.requirements];
    await run(executable, ['-m', 'pip', 'install', ...PIP_OPTIONS, ...requirements]);
  });
  return executable;
}
