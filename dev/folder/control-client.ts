import { request } from 'node:http';
import { json } from 'node:stream/consumers';
import type { Owner } from './owner';

/** An owner that is alive answers in milliseconds, unless it is stopped or the machine is overloaded. */
const PROBE_TIMEOUT_MS = 5_000;
const COMMAND_TIMEOUT_MS = 120_000;

/** The owner's port is open and nothing comes: neither alive enough to be asked nor dead enough to be replaced. */
export class OwnerSilent extends Error {
  override readonly name = 'OwnerSilent';
  constructor(pid: number) {
    super(`The process ${pid} owns the data folder and does not answer.`);
  }
}

/** @throws OwnerSilent */
export async function isAlive(owner: Owner): Promise<boolean> {
  try {
    const { status, body } = await call(owner, { method: 'GET', timeoutMs: PROBE_TIMEOUT_MS });
    return status === 200 && (body as { id?: unknown }).id === owner.id;
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? '';
    // Nobody listens, or somebody who speaks something else: the port has gone to another program.
    if (code === 'ECONNREFUSED' || code.startsWith('HPE_') || error instanceof SyntaxError) return false;
    throw new OwnerSilent(owner.pid);
  }
}

/** @returns undefined when the owner is starting or stopping: ask again */
export async function askOwner(owner: Owner, command: object): Promise<unknown> {
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
