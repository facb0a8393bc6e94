import { Agent, type Dispatcher } from 'undici';
import type { ProviderSettings } from '../../contracts/catalog';
import type { Headers } from '../../domain/proxy/exchange';
import type {
  ProviderCall,
  ProviderClient,
  ProviderFailure,
  ProviderListener,
  ProviderRequest,
} from '../../domain/proxy/provider-client';

/** A provider that has not begun to answer by then will not; reasoning models take minutes. */
const HEAD_TIMEOUT_MS = 600_000;
/** Between two pieces of an answer. */
const SILENCE_TIMEOUT_MS = 300_000;
const CONNECT_TIMEOUT_MS = 10_000;
/** Connections stay warm between requests, across invocations of one environment too. */
const KEEP_ALIVE_MS = 60_000;
/** Streams hold a connection each. */
const CONNECTIONS_PER_PROVIDER_MAX = 2_048;

export interface UndiciProviderClientOptions {
  /** The provider's own key by provider id; undefined for a provider that wants none. */
  readonly apiKey: (providerId: string) => string | undefined;
  /** @default 600,000 ms */
  readonly headTimeoutMs?: number;
  /** @default 300,000 ms */
  readonly silenceTimeoutMs?: number;
}

/** Reaches providers through undici's dispatch: callbacks and bytes, no streams or promises per chunk. */
export class UndiciProviderClient implements ProviderClient {
  readonly #agent: Agent;
  readonly #apiKey: (providerId: string) => string | undefined;
  readonly #targets = new Map<string, { origin: string; prefix: string }>();

  constructor(options: UndiciProviderClientOptions) {
    this.#apiKey = options.apiKey;
    this.#agent = new Agent({
      connections: CONNECTIONS_PER_PROVIDER_MAX,
      pipelining: 1,
      headersTimeout: options.headTimeoutMs ?? HEAD_TIMEOUT_MS,
      bodyTimeout: options.silenceTimeoutMs ?? SILENCE_TIMEOUT_MS,
      keepAliveTimeout: KEEP_ALIVE_MS,
      connect: { timeout: CONNECT_TIMEOUT_MS },
    });
  }

  send(request: ProviderRequest, listener: ProviderListener): ProviderCall {
    const { origin, prefix } = this.#targetOf(request.provider);
    const handler = new DispatchListener(listener);
    const headers = { ...request.headers, ...credentials(request.provider, this.#apiKey(request.provider.id)) };
    this.#agent.dispatch({ origin, path: prefix + request.path, method: 'POST', headers, body: request.body }, handler);
    return handler;
  }

  close(): Promise<void> {
    return this.#agent.destroy();
  }

  #targetOf({ baseUrl }: ProviderSettings): { origin: string; prefix: string } {
    let target = this.#targets.get(baseUrl);
    if (target === undefined) {
      const url = new URL(baseUrl);
      target = { origin: url.origin, prefix: url.pathname.replace(/\/+$/, '') };
      this.#targets.set(baseUrl, target);
    }
    return target;
  }
}

function credentials({ dialect }: ProviderSettings, apiKey: string | undefined): { [name: string]: string } {
  if (apiKey === undefined) return {};
  return dialect === 'anthropic' ? { 'x-api-key': apiKey } : { authorization: `Bearer ${apiKey}` };
}

class DispatchListener implements Dispatcher.DispatchHandler, ProviderCall {
  readonly #listener: ProviderListener;
  #controller: Dispatcher.DispatchController | undefined;
  #aborted = false;

  constructor(listener: ProviderListener) {
    this.#listener = listener;
  }

  resume(): void {
    this.#controller?.resume();
  }

  abort(): void {
    this.#aborted = true;
    this.#controller?.abort(new Error('aborted'));
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.#controller = controller;
    if (this.#aborted) controller.abort(new Error('aborted'));
  }

  onResponseStart(
    _controller: Dispatcher.DispatchController,
    status: number,
    headers: { [name: string]: string | string[] | undefined },
  ): void {
    // 1xx answers announce the real one.
    if (status >= 200 && !this.#aborted) this.#listener.onHead(status, firstValues(headers));
  }

  onResponseData(controller: Dispatcher.DispatchController, chunk: Buffer): void {
    if (!this.#aborted && !this.#listener.onData(chunk)) controller.pause();
  }

  onResponseEnd(): void {
    if (!this.#aborted) this.#listener.onEnd();
  }

  onResponseError(_controller: Dispatcher.DispatchController, error: Error): void {
    if (!this.#aborted) this.#listener.onFailure(failureOf(error));
  }
}

function firstValues(headers: { [name: string]: string | string[] | undefined }): Headers {
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [name, Array.isArray(value) ? value[0] : value]),
  );
}

const TIMEOUTS = new Set(['UND_ERR_HEADERS_TIMEOUT', 'UND_ERR_BODY_TIMEOUT', 'UND_ERR_CONNECT_TIMEOUT', 'ETIMEDOUT']);
const UNREACHABLE = new Set(['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'EHOSTUNREACH', 'ENETUNREACH']);

function failureOf(error: Error): ProviderFailure {
  const code = (error as { code?: string }).code ?? '';
  if (TIMEOUTS.has(code)) return 'timeout';
  return UNREACHABLE.has(code) ? 'unreachable' : 'broken';
}
