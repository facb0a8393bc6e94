/**
 * `npm run check`: everything that can be said about the code without running it. Prints each step's name
 * and time, and what the first failing step had to say. `npm run check -- lint types` runs only those.
 */
import { spawn, type ChildProcess } from 'node:child_process';
import { availableParallelism } from 'node:os';
import { filesChangedBy } from './files-changed-by';
import { PHASES, type Step } from './steps';

const running = new Set<ChildProcess>();

const hasFailed = () => process.exitCode !== undefined;

class StepFailed extends Error {
  override readonly name = 'StepFailed';
}

function stopAll(): void {
  for (const { pid } of running) if (pid !== undefined) process.kill(-pid);
}

/** Resolves to the command's exit code and all that it printed. npm has put node_modules/.bin on the PATH. */
function run(command: readonly string[]): Promise<{ code: number; output: string }> {
  const [tool = '', ...args] = command;
  return new Promise((resolve, reject) => {
    // A group of its own, so that stopping it also stops what it started.
    const child = spawn(tool, args, { stdio: ['ignore', 'pipe', 'pipe'], detached: true });
    running.add(child);
    let output = '';
    const collect = (chunk: Buffer) => (output += chunk.toString());
    child.stdout.on('data', collect);
    child.stderr.on('data', collect);
    child.on('error', reject);
    child.on('close', (code) => {
      running.delete(child);
      resolve({ code: code ?? 1, output });
    });
  });
}

async function runStep(step: Step): Promise<void> {
  const startedAt = performance.now();
  const work = async () => run(step.command);
  const { result, changed } = step.mustChangeNothing
    ? await filesChangedBy(work)
    : { result: await work(), changed: [] };
  // A step that was stopped because another one failed has nothing to say.
  if (hasFailed()) return;

  const seconds = ((performance.now() - startedAt) / 1000).toFixed(1);
  const passed = result.code === 0 && changed.length === 0;
  process.stdout.write(`${passed ? 'ok    ' : 'FAILED'} ${step.name.padEnd(10)} ${seconds.padStart(5)} s\n`);
  if (passed) return;
  process.exitCode = 1;
  process.stdout.write(`\n$ ${step.command.join(' ')}\n${result.output}\n`);
  if (changed.length > 0) process.stdout.write(`Out of date until now, regenerated:\n  ${changed.join('\n  ')}\n`);
  throw new StepFailed(step.name);
}

/** Runs the steps on as many workers as there are cores, and stops them all at the first failure. */
async function runPhase(steps: readonly Step[]): Promise<void> {
  const waiting = [...steps];
  const worker = async () => {
    for (let step = waiting.shift(); step !== undefined && !hasFailed(); step = waiting.shift()) await runStep(step);
  };
  try {
    await Promise.all(Array.from({ length: availableParallelism() }, worker));
  } catch (error) {
    stopAll();
    throw error;
  }
}

process.once('SIGINT', () => {
  stopAll();
  process.exit(130);
});

const wanted = process.argv.slice(2);
const unknown = wanted.filter((name) => !PHASES.flat().some((step) => step.name === name));
if (unknown.length > 0) throw new Error(`no such step: ${unknown.join(', ')}`);

try {
  for (const phase of PHASES) {
    await runPhase(phase.filter((step) => wanted.length === 0 || wanted.includes(step.name)));
  }
} catch (error) {
  if (!(error instanceof StepFailed)) throw error;
}
