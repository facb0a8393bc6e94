import { spawnSync } from 'node:child_process';
import { copyFileSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { builtFrom, completed } from '../../dev/tools/python/cache-folder';
import { run } from '../deploy/guarded-process';

const HERE = join(process.cwd(), 'test/agents');
const FILES = ['package.json', 'package-lock.json', '.npmrc'];

/** Each agent's binary in its package. */
const BINARIES = {
  claude: '@anthropic-ai/claude-code-linux-x64/claude',
  codex: '@openai/codex-linux-x64/vendor/x86_64-unknown-linux-musl/bin/codex',
  opencode: 'opencode-linux-x64/bin/opencode',
} as const;

export type Agent = keyof typeof BINARIES;

const AGENTS = Object.keys(BINARIES) as Agent[];

/** The packages are hundreds of megabytes, so all clones that share a cache folder share one installation. */
const folder = (): string =>
  builtFrom(
    'agents',
    FILES.map((file) => readFileSync(join(HERE, file), 'utf8')),
  );

export const binaryOf = (agent: Agent): string => join(folder(), 'node_modules', BINARIES[agent]);

const starts = (agent: Agent): boolean => {
  const env = { PATH: process.env['PATH'], HOME: folder() };
  return spawnSync(binaryOf(agent), ['--version'], { env, stdio: 'ignore' }).status === 0;
};

/**
 * Installs the agents on first use.
 * @returns why they cannot run on this machine, or `undefined` if they can
 */
export async function installAgents(): Promise<string | undefined> {
  if (process.platform !== 'linux' || process.arch !== 'x64') return 'their packages are for Linux on x64 only';
  const cwd = folder();
  try {
    await completed(cwd, async () => {
      for (const file of FILES) copyFileSync(join(HERE, file), join(cwd, file));
      await run(['npm', 'ci', '--no-progress'], { env: process.env, cwd });
    });
  } catch {
    return 'their packages could not be installed';
  }
  const broken = AGENTS.filter((agent) => !starts(agent));
  return broken.length === 0 ? undefined : `${broken.join(', ')} cannot start on this machine`;
}
