import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';

const STOP_TIMEOUT_MS = 20_000;

export interface Command {
  /** A command prefix that pins the process to cores. @default none, so the scheduler decides */
  readonly cores?: readonly string[];
  /** The script that Node runs, and its arguments. */
  readonly program: readonly string[];
  /** The whole environment. Nothing is inherited, so that the caller's cannot affect the results. @default empty */
  readonly environment?: { readonly [name: string]: string };
}

/** Keeps track of all processes of a run, so that none outlives it. */
export class ChildProcesses {
  private readonly running = new Set<ChildProcess>();

  /** Starts a process with an IPC channel. Its output is discarded. */
  start({ cores = [], program, environment = {} }: Command): ChildProcess {
    const [command = '', ...args] = [...cores, process.execPath, ...program];
    const child = spawn(command, args, {
      env: environment,
      stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
      // A percentile of no values is NaN. JSON would turn it into null, which then counts as 0.
      serialization: 'advanced',
    });
    this.running.add(child);
    child.on('exit', () => this.running.delete(child));
    child.on('error', () => this.running.delete(child));
    return child;
  }

  /** Terminates a process, and kills it when it does not exit in time. */
  async stop(child: ChildProcess): Promise<void> {
    if (!this.running.has(child)) return;
    const killer = setTimeout(() => child.kill('SIGKILL'), STOP_TIMEOUT_MS);
    const exit = once(child, 'exit');
    child.kill();
    await exit;
    clearTimeout(killer);
  }

  async stopAll(): Promise<void> {
    await Promise.all([...this.running].map((child) => this.stop(child)));
  }
}

/**
 * Waits for the next message of a process.
 * @throws Error when the process exits first
 */
export async function nextMessage<Message>(child: ChildProcess): Promise<Message> {
  const done = new AbortController();
  const { signal } = done;
  const message = once(child, 'message', { signal }).then(([value]) => value as Message);
  const exit = once(child, 'exit', { signal }).then(([code]) => {
    throw new Error(`a benchmark process exited with code ${String(code)}`);
  });
  try {
    return await Promise.race([message, exit]);
  } finally {
    done.abort();
    await Promise.allSettled([message, exit]);
  }
}

export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}
