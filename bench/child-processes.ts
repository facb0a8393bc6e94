import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';

const STOP_TIMEOUT_MS = 5_000;

export interface Command {
  /** @default nothing: Node runs wherever there is room */
  readonly cores?: readonly string[];
  /** The program for Node, and its arguments. */
  readonly program: readonly string[];
  /** All of the environment: what the caller's says must not change what is measured. @default empty */
  readonly environment?: { readonly [name: string]: string };
}

/** All processes of one run, so that none outlives it. */
export class ChildProcesses {
  private readonly running = new Set<ChildProcess>();

  /** A process that is talked to over HTTP only. Its output goes nowhere. */
  start(command: Command): ChildProcess {
    return this.spawn(command, 'ignore');
  }

  /** A process that sends and takes messages. */
  startWithChannel(command: Command): ChildProcess {
    return this.spawn(command, 'ipc');
  }

  /** Asks them to end, then makes them. */
  async stopAll(): Promise<void> {
    const ends = [...this.running].map(async (child) => {
      const killer = setTimeout(() => child.kill('SIGKILL'), STOP_TIMEOUT_MS);
      const exit = once(child, 'exit');
      child.kill();
      await exit;
      clearTimeout(killer);
    });
    await Promise.all(ends);
  }

  private spawn({ cores = [], program, environment = {} }: Command, channel: 'ignore' | 'ipc'): ChildProcess {
    const [command = '', ...args] = [...cores, process.execPath, ...program];
    const child = spawn(command, args, {
      env: environment,
      stdio: ['ignore', 'ignore', 'ignore', channel],
      // JSON would make null of a percentile of nothing, and null counts as 0.
      serialization: 'advanced',
    });
    this.running.add(child);
    child.on('exit', () => this.running.delete(child));
    child.on('error', () => this.running.delete(child));
    return child;
  }
}

/** The next message of a process, or an error when it ends before. */
export async function nextMessage<Message>(child: ChildProcess): Promise<Message> {
  const over = new AbortController();
  const { signal } = over;
  const message = once(child, 'message', { signal }).then(([value]) => value as Message);
  const exit = once(child, 'exit', { signal }).then(([code]) => {
    throw new Error(`a process of the benchmark ended with ${String(code)}`);
  });
  try {
    return await Promise.race([message, exit]);
  } finally {
    over.abort();
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
