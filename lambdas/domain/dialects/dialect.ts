import type { DialectId, Model } from '../../contracts/storage/catalog';
import type { ShownModel } from '../catalog/shown-models';
import type { AppError, ErrorKind } from '../errors/app-error';
import type { Headers } from '../headers';

/** A dialect's own name for each kind of error, which its official clients distinguish errors by. */
export type ErrorTypes = { readonly [kind in ErrorKind]: string };

/** The limits of a model that a request can raise. */
export type ModelLimits = Pick<Model, 'contextTokens' | 'outputTokensMax'>;

/** An API style that clients and providers speak: everything that its endpoints have in common. */
export interface Dialect {
  /** The id as provider settings store it. */
  readonly id: DialectId;
  /** A request header that every client of this dialect sends and no other client does; lower case. */
  readonly markerHeader?: string;
  /** Completes a sentence about a wrong path: what the base URL of this dialect's clients has to be. */
  readonly baseUrlAdvice: string;
  /** The request headers of the protocol itself; lower case. No other client headers are passed on to providers. */
  readonly protocolHeaders: readonly string[];
  /**
   * Reads the limits that the client's headers raise, in tokens; 0 where they raise none. Absent for a dialect whose
   * headers cannot.
   */
  raisedLimits?(headers: Headers): ModelLimits;
  /** A response header in which the dialect's clients look for the request ID, besides `x-request-id`; lower case. */
  readonly requestIdHeader?: string;
  /** The request headers that carry a provider's API key. */
  credentials(apiKey: string): { readonly [name: string]: string };
  /** The body of an error response. */
  errorBody(error: AppError, requestId: string): string;
  /** The last event of a stream that fails after it has begun, when a status can no longer be sent. */
  errorEvent(error: AppError, requestId: string): string;
  /** Whether the dialect's clients can call the model, and so see it. */
  shows(model: ShownModel): boolean;
  /** Renders one model for the dialect's clients. */
  renderModel(model: ShownModel): object;
  /**
   * Renders the list of models for the dialect's clients, or the page of it that the query asks for.
   * @throws InvalidRequest naming a parameter that is wrong
   */
  renderModels(models: readonly ShownModel[], query: URLSearchParams): object;
}
