import { request } from 'node:http';
import { json } from 'node:stream/consumers';
import { setTimeout as wait } from 'node:timers/promises';
import type { Owner } from './owner';

/** An owner that is alive answers in milliseconds, unless it is stopped or the machine is overloaded. */
const PROBE_TIMEOUT_MS = 5_000;
const COMMAND_TIMEOUT_MS = 120_000;

/** The owner's port is open and nothing comes: neither alive enough to be asked nor dead enough to be replaced. */
export class OwnerNotResponding extends Error {
  override readonly name = 'OwnerNotResponding';
  constructor(pid: number) {
    super(`The process ${pid} owns the data folder and does not answer.`);
  }
}

/** An owner that ends as it is asked breaks the connection once; whoever does so every time is no owner. */
const RESET_PROBES_MAX = 20;
const PROBE_RETRY_MS = 25;

/** @throws OwnerNotResponding */
export async function isAlive(owner: Owner): Promise<boolean> {
  for (let probes = 0; probes < RESET_PROBES_MAX; probes += 1) {
    try {
      const { status, body } = await call(owner, { method: 'GET', timeoutMs: PROBE_TIMEOUT_MS });
      return status === 200 && (body as { id?: unknown }).id === owner.id;
    } catch (error) {
      const code = (error as NodeJS.ErrnoException).code ?? '';
      // Nobody listens, or somebody who speaks something else: the port has gone to another program.
      if (code === 'ECONNREFUSED' || code.startsWith('HPE_') || error instanceof SyntaxError) return false;
      if (!isConnectionReset(error)) throw new OwnerNotResponding(owner.pid);
      await wait(PROBE_RETRY_MS);
    }
  }
  return false;
}

/** Whether the other side ended the connection, as a process does that ends. */
export function isConnectionReset(error: unknown): boolean {
  return ['ECONNRESET', 'EPIPE'].includes((error as NodeJS.ErrnoException).code ?? '');
}

/** @returns undefined when the owner is starting or stopping: ask again */
export async function sendCommand(owner: Owner, command: object): Promise<unknown> {
  const { status, body } = await call(
    owner,
    { method: 'POST', timeoutMs: COMMAND_TIMEOUT_MS },
    JSON.stringify(command),
  );
  if (status === 503) return undefined;
  if (status !== 200) throw new Error(`The gateway refused the command with status ${status}.`);
  return body;
}

function call(
  { port, token }: Owner,
  { method, timeoutMs }: { readonly method: string; readonly timeoutMs: number },
  body = '',
): Promise<{ readonly status: number; readonly body: unknown }> {
  return new Promise((resolve, reject) => {
    const headers = { authorization: `Bearer ${token}`, 'content-length': Buffer.byteLength(body) };
    const options = { host: '127.0.0.1', port, method, headers, agent: false, signal: AbortSignal.timeout(timeoutMs) };
    const sent = request(options, (response) => {
      json(response).then((answer) => resolve({ status: response.statusCode ?? 0, body: answer }), reject);
    });
    sent.on('error', reject).end(body);
  });
}
