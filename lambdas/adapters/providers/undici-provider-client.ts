import { Agent } from 'undici';
import type { ProviderSettings } from '../../contracts/storage/catalog';
import type {
  ProviderCall,
  ProviderClient,
  ProviderListener,
  ProviderRequest,
} from '../../domain/data-plane/provider/provider-client';
import { DIALECTS } from '../../domain/dialects/registry';
import { DispatchListener } from './dispatch-listener';
import { StaleConnections } from './stale-connections';

/** The time limit until a response begins. Reasoning models can take minutes. */
const HEAD_TIMEOUT_MS = 600_000;
/** The time limit between two pieces of a response. */
const SILENCE_TIMEOUT_MS = 300_000;
const CONNECT_TIMEOUT_MS = 10_000;
/**
 * Connections stay warm between requests, and across invocations of one environment. They are not kept for as long as a
 * provider would keep them, because a NAT gateway in between drops idle ones silently (AWS's after 350 s).
 */
const KEEP_ALIVE_MS = 60_000;
/** A closed connection is detected within a round trip; a provider that breaks off later was working on the request. */
const STALE_MS = 2_000;
/** Each stream occupies a connection. */
const CONNECTIONS_PER_PROVIDER_MAX = 2_048;

export interface UndiciProviderClientOptions {
  /** Returns a provider's API key; undefined if the provider needs no key. */
  readonly apiKey: (providerId: string) => string | undefined;
  /** Says why a provider may get no content at present. @default every provider may */
  readonly refusal?: ProviderClient['refusal'];
  /** @default 600,000 ms */
  readonly headTimeoutMs?: number;
  /** @default 300,000 ms */
  readonly silenceTimeoutMs?: number;
  /** A request that fails within this time may have been sent on a closed connection. @default 2,000 ms */
  readonly staleMs?: number;
}

/**
 * Calls providers through undici's dispatch, which uses callbacks and bytes instead of a stream or promise per chunk.
 */
export class UndiciProviderClient implements ProviderClient {
  readonly #agent: Agent;
  /** An agent that uses each connection for one request. */
  readonly #freshAgent: Agent;
  readonly #stale: StaleConnections;
  readonly #apiKey: (providerId: string) => string | undefined;
  readonly #refusal: ProviderClient['refusal'];
  readonly #targets = new Map<string, { origin: string; prefix: string }>();

  constructor(options: UndiciProviderClientOptions) {
    this.#apiKey = options.apiKey;
    this.#refusal = options.refusal;
    this.#stale = new StaleConnections({ connectTimeoutMs: CONNECT_TIMEOUT_MS, staleMs: options.staleMs ?? STALE_MS });
    const settings = {
      connections: CONNECTIONS_PER_PROVIDER_MAX,
      headersTimeout: options.headTimeoutMs ?? HEAD_TIMEOUT_MS,
      bodyTimeout: options.silenceTimeoutMs ?? SILENCE_TIMEOUT_MS,
      keepAliveTimeout: KEEP_ALIVE_MS,
      keepAliveMaxTimeout: KEEP_ALIVE_MS,
      connect: this.#stale.connect,
    };
    this.#agent = new Agent({ ...settings, pipelining: 1 });
    this.#freshAgent = new Agent({ ...settings, pipelining: 0 });
  }

  refusal(provider: ProviderSettings): ReturnType<NonNullable<ProviderClient['refusal']>> {
    return this.#refusal?.(provider);
  }

  /**
   * Sends a request. If it was sent on an idle connection that had been closed (while a function was frozen, or because
   * a provider closes idle ones), it is sent once more on a new connection, because the provider has not seen it.
   */
  send(request: ProviderRequest, listener: ProviderListener): ProviderCall {
    const { origin, prefix } = this.#targetOf(request.provider);
    const headers = { ...request.headers, ...credentials(request.provider, this.#apiKey(request.provider.id)) };
    const dispatchOptions = {
      origin,
      path: prefix + request.path,
      method: 'POST' as const,
      headers,
      body: request.body,
    };
    const handler = new DispatchListener(listener, (failed) => {
      if (!this.#stale.isCauseOf(failed)) return false;
      this.#freshAgent.dispatch(dispatchOptions, handler);
      return true;
    });
    this.#agent.dispatch(dispatchOptions, handler);
    return handler;
  }

  async close(): Promise<void> {
    await Promise.all([this.#agent.destroy(), this.#freshAgent.destroy()]);
  }

  #targetOf({ baseUrl }: ProviderSettings): { origin: string; prefix: string } {
    let target = this.#targets.get(baseUrl);
    if (target === undefined) {
      const url = new URL(baseUrl);
      target = { origin: url.origin, prefix: url.pathname.replace(/(?<!\/)\/+$/, '') };
      this.#targets.set(baseUrl, target);
    }
    return target;
  }
}

function credentials({ dialect }: ProviderSettings, apiKey: string | undefined): { readonly [name: string]: string } {
  if (apiKey === undefined) return {};
  return DIALECTS[dialect].credentials(apiKey);
}
