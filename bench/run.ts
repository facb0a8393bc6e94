/**
 * `npm run bench`: measures Tollgate, a minimal pass-through and Portkey side by side, and writes RESULTS.md.
 * `npm run bench -- tollgate` measures only the named subjects and writes nothing. It needs Linux, because CPU time and
 * memory are read from /proc.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { cpus, loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { bundle } from './bundle';
import { ChildProcesses, nextMessage } from './child-processes';
import { divideCores } from './cores';
import type { LoadResult } from './load-jobs';
import type { RunLoad } from './measures';
import { resultsPage } from './results-page';
import { runRounds } from './rounds';
import { directTarget, startPassThrough, startPortkey, startTollgate, type Subject } from './subjects';

const HERE = import.meta.dirname;
const RESULTS = join(HERE, 'RESULTS.md');

const START = { 'pass-through': startPassThrough, portkey: startPortkey, tollgate: startTollgate } as const;
type Name = keyof typeof START;
const ALL = Object.keys(START) as readonly Name[];

/** The subjects to measure: those named as arguments, or all. */
function selectedNames(args: readonly string[]): readonly Name[] {
  const unknown = args.filter((arg) => !(ALL as readonly string[]).includes(arg));
  if (unknown.length > 0) throw new Error(`unknown subject ${unknown.join(', ')}: choose from ${ALL.join(', ')}`);
  return args.length === 0 ? ALL : ALL.filter((name) => args.includes(name));
}

const say = (line: string) => process.stdout.write(`${line}\n`);

/** The other gateways are in a separate package, so that installing Tollgate does not install them. */
function installSubjects(): void {
  if (existsSync(join(HERE, 'node_modules'))) return;
  say('installing the other gateways: npm ci in bench/');
  const { status } = spawnSync('npm', ['ci', '--no-audit', '--no-fund'], { cwd: HERE, stdio: 'inherit' });
  if (status !== 0) throw new Error('npm ci in bench/ failed');
}

function portkeyVersion(): string {
  const manifest = readFileSync(join(HERE, 'package.json'), 'utf8');
  return (JSON.parse(manifest) as { dependencies: Record<string, string> }).dependencies['@portkey-ai/gateway'] ?? '';
}

async function measure(names: readonly Name[], processes: ChildProcesses, folder: string): Promise<string> {
  const [load = 0] = loadavg();
  const cores = divideCores();
  const upstream = processes.startWithChannel({
    cores: cores.others,
    program: [await bundle(new URL('./upstream.ts', import.meta.url), folder)],
  });
  const { port: upstreamPort } = await nextMessage<{ port: number }>(upstream);
  const generator = processes.startWithChannel({
    cores: cores.others,
    program: [await bundle(new URL('./load.ts', import.meta.url), folder)],
  });
  const run: RunLoad = (job) => {
    const result = nextMessage<LoadResult>(generator);
    generator.send(job);
    return result;
  };

  const environment = { processes, cores: cores.subject, upstreamPort, folder };
  const subjects: Subject[] = [];
  for (const name of names) subjects.push(await START[name](environment));
  const { rows, direct } = await runRounds(run, subjects, directTarget(upstreamPort), say);
  const machine = {
    cores: cpus().length,
    cpu: cpus()[0]?.model ?? 'unknown',
    node: process.versions.node,
    load,
    isPinned: cores.isPinned,
    portkey: portkeyVersion(),
  };
  return resultsPage(rows, direct, machine);
}

const processes = new ChildProcesses();
const folder = mkdtempSync(join(tmpdir(), 'tollgate-bench-'));
const stop = async () => {
  await processes.stopAll();
  rmSync(folder, { recursive: true, force: true });
};
for (const signal of ['SIGINT', 'SIGTERM'] as const)
  process.once(signal, () => void stop().then(() => process.exit(1)));

try {
  const names = selectedNames(process.argv.slice(2));
  installSubjects();
  const page = await measure(names, processes, folder);
  say(`\n${page}`);
  if (names.length === ALL.length) writeFileSync(RESULTS, page);
} finally {
  await stop();
}
