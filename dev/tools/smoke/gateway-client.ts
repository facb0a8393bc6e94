import { Agent, fetch, type RequestInit, type Response } from 'undici';
import { requestIdSchema } from '../../../lambdas/contracts/storage/ids';
import { type Finding, verdict } from './finding';
import type { PaidRequest } from './paid-request';

/** For requests that involve no provider; allows for a cold start. */
const READ_TIMEOUT_MS = 30_000;
/** For a whole stream. */
const STREAM_TIMEOUT_MS = 120_000;

export interface Answer {
  readonly status: number;
  readonly headers: Response['headers'];
  readonly text: string;
}

interface SeenAnswer {
  readonly path: string;
  readonly requestId: string | null;
}

/** Calls the gateway as any client does, and remembers the request ID of each answer. */
export class GatewayClient {
  readonly origin: string;
  readonly #apiKey: string;
  readonly #agent = new Agent();
  readonly #seen: SeenAnswer[] = [];

  constructor(origin: string, apiKey: string) {
    this.origin = origin;
    this.#apiKey = apiKey;
  }

  async get(path: string, { withKey = true }: { readonly withKey?: boolean } = {}): Promise<Answer> {
    const response = await this.#fetch(path, { headers: withKey ? this.#credentials() : {} });
    return { status: response.status, headers: response.headers, text: await response.text() };
  }

  /** Resolves once the headers have arrived; the body is streamed as the caller reads it. */
  post({ path, headers, body }: PaidRequest, signal?: AbortSignal): Promise<Response> {
    const all = { ...headers, ...this.#credentials(), 'content-type': 'application/json' };
    return this.#fetch(path, { method: 'POST', headers: all, body: JSON.stringify(body), signal });
  }

  /** Closes all connections. */
  close(): Promise<void> {
    return this.#agent.destroy();
  }

  checkRequestIds(): Finding {
    const faulty = this.#seen.filter(({ requestId }) => !isRequestId(requestId));
    const paths = [...new Set(faulty.map(({ path }) => path))].join(', ');
    const measured = faulty.length === 0 ? `${this.#seen.length} answers` : `missing or invalid: ${paths}`;
    return verdict('every answer has an x-request-id', this.#seen.length > 0 && faulty.length === 0, measured);
  }

  async #fetch(path: string, { signal, ...init }: RequestInit): Promise<Response> {
    const timeout = AbortSignal.timeout(init.method === 'POST' ? STREAM_TIMEOUT_MS : READ_TIMEOUT_MS);
    const response = await fetch(`${this.origin}${path}`, {
      ...init,
      dispatcher: this.#agent,
      redirect: 'error',
      signal: signal ? AbortSignal.any([signal, timeout]) : timeout,
    });
    this.#seen.push({ path, requestId: response.headers.get('x-request-id') });
    return response;
  }

  #credentials(): { readonly authorization: string } {
    return { authorization: `Bearer ${this.#apiKey}` };
  }
}

export const isRequestId = (text: string | null): text is string => requestIdSchema.safeParse(text).success;

/** @returns undefined when the text is not a JSON object */
export function jsonOf(text: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}
