/**
 * `npm run check`: checks everything about the code that can be checked without running it. Prints the name and time
 * of each step, and the output of the first one that fails. `npm run check -- lint types` runs only these steps.
 */
import { spawn, type ChildProcess } from 'node:child_process';
import { availableParallelism } from 'node:os';
import { filesChangedBy } from './files-changed-by';
import { PHASES, type Step } from './steps';

/** Begins the line in which a step that passed says what it could not check. */
const SKIPPED = 'skipped: ';

const running = new Set<ChildProcess>();

const hasFailed = () => process.exitCode !== undefined;

class StepFailed extends Error {
  override readonly name = 'StepFailed';
}

function stopAll(): void {
  for (const { pid } of running) if (pid !== undefined) process.kill(-pid);
}

/** Resolves to the command's exit code and output. Tools are found because npm puts node_modules/.bin on the PATH. */
function run(command: readonly string[]): Promise<{ code: number; output: string }> {
  const [tool = '', ...args] = command;
  return new Promise((resolve, reject) => {
    // The command gets its own process group, so that stopping it also stops its children.
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
  // Another step failed and stopped this one, so its result means nothing.
  if (hasFailed()) return;

  const seconds = ((performance.now() - startedAt) / 1000).toFixed(1);
  const passed = result.code === 0 && changed.length === 0;
  process.stdout.write(`${passed ? 'ok    ' : 'FAILED'} ${step.name.padEnd(10)} ${seconds.padStart(5)} s\n`);
  if (passed) {
    for (const line of result.output.split('\n'))
      if (line.startsWith(SKIPPED)) process.stdout.write(`       ${line}\n`);
    return;
  }
  process.exitCode = 1;
  process.stdout.write(`\n$ ${step.command.join(' ')}\n${result.output}\n`);
  if (changed.length > 0)
    process.stdout.write(
      `These files were out of date and have been regenerated; commit them:\n  ${changed.join('\n  ')}\n`,
    );
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

const stepNames = process.argv.slice(2);
const unknown = stepNames.filter((name) => !PHASES.flat().some((step) => step.name === name));
if (unknown.length > 0) throw new Error(`unknown step: ${unknown.join(', ')}`);

try {
  for (const phase of PHASES) {
    await runPhase(phase.filter((step) => stepNames.length === 0 || stepNames.includes(step.name)));
  }
} catch (error) {
  if (!(error instanceof StepFailed)) throw error;
}
