import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { emulatedAws } from './emulator';
import { type GuardedProcess, startGuarded } from './guarded-process';
import { runtimeClient } from './runtime-client-package';

const NEXT = '/2018-06-01/runtime/invocation/next';
const ANSWER = /^\/2018-06-01\/runtime\/invocation\/([^/]+)\/(response|error)$/;
const INVOCATION_MS_MAX = 60_000;

/** The default of `dataPlane.memoryMb`. */
export const MEMORY_MB = 256;

/** The limits of the heap that Lambda's bootstrap of nodejs24.x passes to Node, in percent of the memory. */
const HEAP = [
  `--max-semi-space-size=${Math.floor(0.05 * MEMORY_MB)}`,
  `--max-old-space-size=${Math.floor(0.9 * MEMORY_MB)}`,
];

/** The environment variables that Lambda sets for every function. */
const FUNCTION = {
  AWS_LAMBDA_FUNCTION_NAME: 'under-test',
  AWS_LAMBDA_FUNCTION_VERSION: '$LATEST',
  AWS_LAMBDA_FUNCTION_MEMORY_SIZE: String(MEMORY_MB),
  AWS_LAMBDA_LOG_GROUP_NAME: 'under-test',
  AWS_LAMBDA_LOG_STREAM_NAME: 'under-test',
};

export interface FunctionOptions {
  /** The folder with the code. */
  readonly bundle: string;
  /** File and export. @default index.handler */
  readonly handler?: string;
  readonly environment: Readonly<Record<string, string>>;
  /** The endpoint of the emulated services that the function uses. */
  readonly endpoint: string;
}

/** A response or an error of the function. Body and trailers are read from the message as they arrive. */
export interface Returned {
  readonly kind: 'response' | 'error';
  readonly message: IncomingMessage;
}

/** A function under Lambda's own runtime client, with a small server in the role of Lambda. */
export class RunningFunction {
  readonly #server: Server;
  readonly #waiting = new Map<string, { resolve(returned: Returned): void; reject(error: Error): void }>();
  readonly #events: object[] = [];
  #poll: ServerResponse | undefined;
  #process: GuardedProcess | undefined;
  #output = '';
  #count = 0;

  private constructor() {
    this.#server = createServer((request, reply) => this.#serve(request, reply));
  }

  static async start({
    bundle,
    handler = 'index.handler',
    environment,
    endpoint,
  }: FunctionOptions): Promise<RunningFunction> {
    const running = new RunningFunction();
    running.#server.listen(0, '127.0.0.1');
    await once(running.#server, 'listening');
    const { port } = running.#server.address() as AddressInfo;
    running.#process = startGuarded([process.execPath, ...HEAP, runtimeClient()], {
      cwd: bundle,
      env: {
        ...emulatedAws(endpoint),
        ...environment,
        AWS_LAMBDA_RUNTIME_API: `127.0.0.1:${port}`,
        ...FUNCTION,
        LAMBDA_TASK_ROOT: bundle,
        _HANDLER: handler,
      },
      onOutput: (text) => (running.#output += text),
    });
    void running.#process.ended.then(() => running.#giveUp());
    return running;
  }

  /** The function's output so far, which is its log in AWS. */
  get output(): string {
    return this.#output;
  }

  /** The most memory that the function's process has used so far, as Linux reports it. */
  get peakBytes(): number {
    const shell = this.#process?.pid ?? 0;
    const children = readFileSync(`/proc/${shell}/task/${shell}/children`, 'utf8').trim().split(' ');
    const pid = children.find((child) => readFileSync(`/proc/${child}/cmdline`, 'utf8').includes(runtimeClient()));
    const [, kib = ''] = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? [];
    return Number(kib) * 1024;
  }

  /** Resolves when the function begins to respond, and rejects if its process ends before that. */
  invoke(event: object): Promise<Returned> {
    return new Promise((resolve, reject) => {
      this.#count += 1;
      this.#waiting.set(`invocation-${this.#count}`, { resolve, reject });
      this.#events.push(event);
      this.#handOut();
    });
  }

  async stop(): Promise<void> {
    await this.#process?.stop();
    this.#server.closeAllConnections();
    this.#server.close();
  }

  #serve(request: IncomingMessage, reply: ServerResponse): void {
    if (request.url === NEXT) {
      this.#poll = reply;
      return this.#handOut();
    }
    const [, id = '', kind] = ANSWER.exec(request.url ?? '') ?? [];
    const invocation = this.#waiting.get(id);
    this.#waiting.delete(id);
    request.once('end', () => reply.writeHead(202, { 'content-type': 'application/json' }).end('{}'));
    if (invocation === undefined) request.resume();
    else invocation.resolve({ kind: kind === 'error' ? 'error' : 'response', message: request });
  }

  #giveUp(): void {
    for (const { reject } of this.#waiting.values()) reject(new Error(`The function exited:\n${this.#output}`));
    this.#waiting.clear();
  }

  /** Delivers one invocation at a time, as Lambda does. */
  #handOut(): void {
    if (this.#poll === undefined) return;
    const event = this.#events.shift();
    if (event === undefined) return;
    const [id = ''] = this.#waiting.keys();
    const head = {
      'lambda-runtime-aws-request-id': id,
      'lambda-runtime-deadline-ms': String(Date.now() + INVOCATION_MS_MAX),
      'lambda-runtime-invoked-function-arn': 'arn:aws:lambda:us-east-1:000000000000:function:under-test',
      'content-type': 'application/json',
    };
    this.#poll.writeHead(200, head).end(JSON.stringify(event));
    this.#poll = undefined;
  }
}
