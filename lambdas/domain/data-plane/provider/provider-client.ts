import type { ATTEMPT_FAILURES } from '../../../contracts/storage/usage-record';
import type { ProviderSettings } from '../../../contracts/storage/catalog';
import type { Headers } from '../../headers';

/** One request to a provider. The provider client adds the provider's credentials and nothing else. */
export interface ProviderRequest {
  readonly provider: ProviderSettings;
  /** Appended to the provider's base URL. */
  readonly path: string;
  readonly headers: { readonly [name: string]: string };
  readonly body: Buffer;
}

/**
 * Why a provider gets no request at all: it keeps a log of prompts and answers, or does not tell whether it does.
 */
export type ProviderRefusal = 'logs_content' | 'logging_unknown';

/** Why an answer is missing or incomplete: the provider is unreachable, took too long, broke off, or was not asked. */
export type ProviderFailure = (typeof ATTEMPT_FAILURES)[number];

/** Receives the answer as it arrives. `onEnd` or `onFailure` is the last call; after `abort` there may be neither. */
export interface ProviderListener {
  onHead(status: number, headers: Headers): void;
  /**
   * Receives bytes of the body.
   * @returns false to ask for a pause until `resume`
   */
  onData(chunk: Buffer): boolean;
  onEnd(): void;
  onFailure(failure: ProviderFailure): void;
}

export interface ProviderCall {
  resume(): void;
  /** Ends the exchange with the provider at once. The listener is not called again. */
  abort(): void;
}

/** The port to the providers. It is small, so that another HTTP client can replace undici. */
export interface ProviderClient {
  /**
   * Says why a provider may get no content at present. To be asked before each `send`. Never rejects.
   * @default every provider may
   */
  refusal?(provider: ProviderSettings): Promise<ProviderRefusal | undefined> | undefined;
  send(request: ProviderRequest, listener: ProviderListener): ProviderCall;
}

/** Whether a provider says that it did what it was asked to. */
export const isSuccess = (status: number): boolean => status >= 200 && status < 300;
