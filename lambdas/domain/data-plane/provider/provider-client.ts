import type { ProviderSettings } from '../../../contracts/storage/catalog';
import type { Headers } from '../../headers';

/** One request to a provider. The client of it adds the provider's own credentials and nothing else. */
export interface ProviderRequest {
  readonly provider: ProviderSettings;
  /** Appended to the provider's base URL. */
  readonly path: string;
  readonly headers: { readonly [name: string]: string };
  readonly body: Buffer;
}

/** Why there is no (further) answer: nothing listens, it took too long, it broke off. */
export type ProviderFailure = 'unreachable' | 'timeout' | 'broken';

/** Told of the answer as it comes. After `onEnd` or `onFailure` there is nothing more; after `abort` there may be neither. */
export interface ProviderListener {
  onHead(status: number, headers: Headers): void;
  /** Bytes of the body. False asks for a pause until `resume`. */
  onData(chunk: Buffer): boolean;
  onEnd(): void;
  onFailure(failure: ProviderFailure): void;
}

export interface ProviderCall {
  resume(): void;
  /** Ends the exchange with the provider at once; the listener is told nothing more. */
  abort(): void;
}

/** The way to the providers. Small, so that a leaner transport can take its place (docs/architecture.md). */
export interface ProviderClient {
  send(request: ProviderRequest, listener: ProviderListener): ProviderCall;
}
