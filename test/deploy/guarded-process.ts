import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';

/**
 * A shell in its own process group that runs the command, and ends the whole group when the command ends or when its
 * own input closes. The system closes that input even if this process is killed, so no process that was started here
 * can outlive it.
 */
const GUARD = `
exec 3<&0
"$@" </dev/null 3<&- &
command=$!
{ cat <&3 >/dev/null; kill -TERM -$$; } &
trap : TERM
wait "$command"; status=$?
while kill -0 "$command" 2>/dev/null; do wait "$command"; status=$?; done
trap '' TERM
kill -TERM -$$
exit "$status"
`;

/** How long a process may take to stop before it is killed. */
const STOP_TIMEOUT_MS = 10_000;

export interface CommandOptions {
  /** The whole environment. This process's own is not inherited. */
  readonly env: NodeJS.ProcessEnv;
  readonly cwd: string;
  /** Receives the output as it arrives. */
  readonly onOutput?: (text: string) => void;
}

export interface GuardedProcess {
  /** The process ID of the shell, whose child is the command. */
  readonly pid: number | undefined;
  /** Resolves to the exit code. */
  readonly ended: Promise<number>;
  /** Ends the process and all that it started, and resolves when they are gone. */
  stop(): Promise<void>;
}

export function startGuarded(command: readonly string[], { env, cwd, onOutput }: CommandOptions): GuardedProcess {
  const child = spawn('sh', ['-c', GUARD, 'sh', ...command], { env, cwd, detached: true, stdio: 'pipe' });
  child.stdin.on('error', () => undefined);
  for (const output of [child.stdout, child.stderr]) output.on('data', (chunk: Buffer) => onOutput?.(chunk.toString()));
  const ended = once(child, 'exit').then(([code]) => (typeof code === 'number' ? code : 1));
  return { pid: child.pid, ended, stop: () => stop(child, ended) };
}

async function stop(child: ChildProcess, ended: Promise<number>): Promise<void> {
  child.stdin?.end();
  const killer = setTimeout(() => {
    if (child.pid !== undefined) process.kill(-child.pid, 'SIGKILL');
  }, STOP_TIMEOUT_MS);
  await ended;
  clearTimeout(killer);
}

export class CommandFailed extends Error {
  override readonly name = 'CommandFailed';
  readonly output: string;

  constructor(command: readonly string[], code: number, output: string) {
    super(`${command.join(' ')} ended with ${code}:\n${output.slice(-4_000)}`);
    this.output = output;
  }
}

/**
 * Runs a command to its end and resolves to its output.
 *
 * @throws CommandFailed when the exit code is not 0
 */
export async function run(command: readonly string[], options: CommandOptions): Promise<string> {
  let output = '';
  const onOutput = (text: string): void => {
    output += text;
    options.onOutput?.(text);
  };
  const code = await startGuarded(command, { ...options, onOutput }).ended;
  if (code !== 0) throw new CommandFailed(command, code, output);
  return output;
}
