import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';

/**
 * A shell in a process group of its own that runs the command, and ends the whole group when the command has
 * ended or when its own input closes. The system closes that input even if this process is killed, so nothing
 * that was started here can stay behind.
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

/** What is still there this long after it was told to end is killed, in milliseconds. */
const STOP_TIMEOUT_MS = 10_000;

export interface CommandOptions {
  /** The whole environment: nothing of this process's own goes along. */
  readonly env: NodeJS.ProcessEnv;
  readonly cwd: string;
  /** Takes what it prints, as it comes. */
  readonly onOutput?: (text: string) => void;
}

export interface GuardedProcess {
  /** Resolves to the exit code. */
  readonly ended: Promise<number>;
  /** Ends it and all that it started; resolves once they are gone. */
  stop(): Promise<void>;
}

export function startGuarded(command: readonly string[], { env, cwd, onOutput }: CommandOptions): GuardedProcess {
  const child = spawn('sh', ['-c', GUARD, 'sh', ...command], { env, cwd, detached: true, stdio: 'pipe' });
  child.stdin.on('error', () => undefined);
  for (const output of [child.stdout, child.stderr]) output.on('data', (chunk: Buffer) => onOutput?.(chunk.toString()));
  const ended = once(child, 'exit').then(([code]) => (typeof code === 'number' ? code : 1));
  return { ended, stop: () => stop(child, ended) };
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
 * Runs a command to its end and resolves to all that it printed.
 * @throws CommandFailed when its exit code is not 0
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
