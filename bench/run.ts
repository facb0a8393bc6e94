/**
 * `npm run bench`: measures Tollgate, a minimal pass-through and Portkey side by side, and writes RESULTS.md. It needs
 * Linux, because CPU time and memory are read from /proc. These commands measure a part and write nothing:
 *
 * - `npm run bench -- tollgate pass-through`: only the named subjects.
 * - `npm run bench -- stall [seconds] [subjects]`: the stalls of event loops under load, for five minutes per subject.
 * - `npm run bench -- stored [requests]`: a start of Tollgate with a million stored requests.
 * - `npm run bench -- agents [seed]`: coding agents on small wallets, in virtual time. Without a seed it writes AGENTS.md.
 * - `npm run bench -- fill <folder> [requests]`: only stores finished requests in a data folder, and keeps it.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { cpus, loadavg } from 'node:os';
import { join } from 'node:path';
import { runAgents } from './agents';
import { agentsSection } from './agents-section';
import { type Bench, setUpBench } from './bench-setup';
import { ChildProcesses } from './child-processes';
import {
  AGENTS_SEED,
  type BenchCommand,
  parseArguments,
  STORED_REQUESTS,
  SUBJECT_NAMES,
  type SubjectName,
} from './command-line';
import { resultsPage } from './results-page';
import { runRounds } from './rounds';
import { runStalls } from './stalls';
import { stallsSection } from './stalls-section';
import { monthOf, runStored, storeRequests } from './stored';
import { storedSection } from './stored-section';
import { START } from './start-subject';
import type { Subject } from './subjects';

const HERE = import.meta.dirname;
const RESULTS = join(HERE, 'RESULTS.md');
/** It is apart, because its numbers depend on the seed alone and not on a machine. */
const AGENTS_RESULTS = join(HERE, 'AGENTS.md');
/** It is on the same disk as the repository, because the cost of durable writes depends on the disk. */
const CACHE = join(HERE, '..', '.cache');
/** The length of the sample in a run that also measures everything else. */
const STALL_SAMPLE_SECONDS = 20;

const say = (line: string) => process.stdout.write(`${line}\n`);

/** The other gateways are in a separate package, so that installing Tollgate does not install them. */
function installPortkey(): void {
  if (existsSync(join(HERE, 'node_modules'))) return;
  say('installing the other gateways: npm ci in bench/');
  const { status } = spawnSync('npm', ['ci', '--no-audit', '--no-fund'], { cwd: HERE, stdio: 'inherit' });
  if (status !== 0) throw new Error('npm ci in bench/ failed');
}

function portkeyVersion(): string {
  const manifest = readFileSync(join(HERE, 'package.json'), 'utf8');
  return (JSON.parse(manifest) as { dependencies: Record<string, string> }).dependencies['@portkey-ai/gateway'] ?? '';
}

async function compare(bench: Bench, names: readonly SubjectName[]): Promise<string> {
  const [load = 0] = loadavg();
  const { environment, run, upstream, isPinned } = bench;
  const subjects: Subject[] = [];
  for (const name of names) subjects.push(await START[name](environment));
  const rounds = await runRounds(run, subjects, upstream, say);
  await Promise.all(subjects.map(({ child }) => environment.processes.stop(child)));
  const stalls = await runStalls(bench, names, STALL_SAMPLE_SECONDS);
  const isWhole = names.length === SUBJECT_NAMES.length;
  const results = { ...rounds, stalls, ...(isWhole && { stored: await runStored(bench, STORED_REQUESTS) }) };
  const page = resultsPage(results, {
    cores: cpus().length,
    cpu: cpus()[0]?.model ?? 'unknown',
    node: process.versions.node,
    load,
    isPinned,
    portkey: portkeyVersion(),
  });
  if (isWhole) writeFileSync(RESULTS, page);
  return page;
}

async function measure(command: Exclude<BenchCommand, { kind: 'fill' | 'agents' }>, bench: Bench): Promise<string> {
  switch (command.kind) {
    case 'compare':
      return compare(bench, command.names);
    case 'stall':
      return stallsSection(await runStalls(bench, command.names, command.seconds));
    case 'stored':
      return storedSection(await runStored(bench, command.requests));
  }
}

async function main(command: BenchCommand): Promise<void> {
  if (command.kind === 'fill') {
    await storeRequests(command.path, monthOf(command.requests), say);
    return;
  }
  if (command.kind === 'agents') {
    const page = `# Agents on small wallets\n\n${agentsSection(await runAgents(command.seed, say))}\n`;
    if (command.seed === AGENTS_SEED) writeFileSync(AGENTS_RESULTS, page);
    say(`\n${page}`);
    return;
  }
  if ('names' in command && command.names.includes('portkey')) installPortkey();
  mkdirSync(CACHE, { recursive: true });
  const folder = mkdtempSync(join(CACHE, 'bench-'));
  const processes = new ChildProcesses();
  const stop = async () => {
    await processes.stopAll();
    rmSync(folder, { recursive: true, force: true });
  };
  for (const signal of ['SIGINT', 'SIGTERM'] as const)
    process.once(signal, () => void stop().then(() => process.exit(1)));
  try {
    say(`\n${await measure(command, await setUpBench(processes, folder, say))}`);
  } finally {
    await stop();
  }
}

await main(parseArguments(process.argv.slice(2)));
