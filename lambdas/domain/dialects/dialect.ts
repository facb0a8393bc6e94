import type { DialectId } from '../../contracts/storage/catalog';
import type { ListedModel } from '../catalog/catalog';
import type { AppError, ErrorKind } from '../errors/app-error';

/** A dialect's own name for each kind of error, as its official clients tell errors apart. */
export type ErrorTypes = { readonly [kind in ErrorKind]: string };

/** An API that clients and providers speak: everything that its endpoints have in common. */
export interface Dialect {
  /** As provider settings store it. */
  readonly id: DialectId;
  /** A request header that every client of this dialect sends and no other client does; lower case. */
  readonly markerHeader?: string;
  /** The request headers of the protocol itself, which alone are passed on to providers; lower case. */
  readonly protocolHeaders: readonly string[];
  /** The request headers that carry a provider's API key. */
  credentials(apiKey: string): { readonly [name: string]: string };
  /** The body of an error response. */
  errorBody(error: AppError): string;
  /** The last event of a stream that fails after it has begun, when a status can no longer be sent. */
  errorEvent(error: AppError): string;
  /** One model, as the dialect's clients retrieve it. */
  renderModel(model: ListedModel): object;
  /** The list of models, as the dialect's clients read it. */
  renderModels(models: readonly ListedModel[]): object;
}
