import { request } from 'node:http';
import { json } from 'node:stream/consumers';
import { setTimeout as wait } from 'node:timers/promises';
import type { Owner } from './owner';

/** A live owner answers within milliseconds, unless it is suspended or the machine is overloaded. */
const PROBE_TIMEOUT_MS = 5_000;
const COMMAND_TIMEOUT_MS = 120_000;

/**
 * The owner's port accepts connections but nothing answers. It runs no commands, but may be alive, so it must not be
 * replaced.
 */
export class OwnerNotResponding extends Error {
  override readonly name = 'OwnerNotResponding';
  constructor(pid: number) {
    super(`Process ${pid} owns the data folder but does not respond.`);
  }
}

/** An owner that exits during a probe resets the connection once. A port that resets every probe is not an owner's. */
const RESET_PROBES_MAX = 20;
const PROBE_RETRY_MS = 25;

/** @throws OwnerNotResponding when the port is open but the probe times out */
export async function isAlive(owner: Owner): Promise<boolean> {
  for (let probes = 0; probes < RESET_PROBES_MAX; probes += 1) {
    try {
      const { status, body } = await call(owner, { method: 'GET', timeoutMs: PROBE_TIMEOUT_MS });
      return status === 200 && (body as { id?: unknown }).id === owner.id;
    } catch (error) {
      const code = (error as NodeJS.ErrnoException).code ?? '';
      // The port is closed, or another program that does not speak our protocol has taken it.
      if (code === 'ECONNREFUSED' || code.startsWith('HPE_') || error instanceof SyntaxError) return false;
      if (!isConnectionReset(error)) throw new OwnerNotResponding(owner.pid);
      await wait(PROBE_RETRY_MS);
    }
  }
  return false;
}

/** Whether the peer dropped the connection, as an exiting process does. */
export function isConnectionReset(error: unknown): boolean {
  return ['ECONNRESET', 'EPIPE'].includes((error as NodeJS.ErrnoException).code ?? '');
}

/** @returns undefined when the owner is starting or stopping, so the caller should retry */
export async function sendCommand(owner: Owner, command: object): Promise<unknown> {
  const { status, body } = await call(
    owner,
    { method: 'POST', timeoutMs: COMMAND_TIMEOUT_MS },
    JSON.stringify(command),
  );
  if (status === 503) return undefined;
  if (status !== 200) throw new Error(`The gateway rejected the command with status ${status}.`);
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
    const outgoing = request(options, (response) => {
      json(response).then((answer) => resolve({ status: response.statusCode ?? 0, body: answer }), reject);
    });
    outgoing.on('error', reject).end(body);
  });
}
