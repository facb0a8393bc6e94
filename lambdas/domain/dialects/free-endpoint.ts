import type { EndpointId } from '../../contracts/storage/catalog';
import type { Headers } from '../headers';
import type { ClientBody, ProviderBody } from './endpoint';

/** The facts that the engine needs about a request that costs nothing. */
export interface FreeRequest {
  /** The model's public name, as the client sent it. */
  readonly model: string;
}

/**
 * An endpoint that providers serve for free, because it generates nothing. It is served by the same models and providers
 * as a metered endpoint, but nothing is held, charged or recorded for it.
 */
export interface FreeEndpoint<Request extends FreeRequest = FreeRequest> {
  /** The metered endpoint whose models, providers and scope apply. */
  readonly servedLike: EndpointId;
  /** The path that clients call. */
  readonly path: string;
  /** Completes a sentence about a provider that does not serve this: "The provider … does not …". */
  readonly does: string;
  /** One line for the generated documentation. */
  readonly summary: string;

  /** @throws UnsupportedMediaType for a content type or encoding that `parse` does not read */
  checkContent(headers: Headers): void;

  /** @throws InvalidRequest naming the member that is wrong */
  parse(body: ClientBody): Request;

  /** Appended to the base URL of a provider. */
  providerPath(request: Request): string;

  /**
   * The body that providers are sent: the client's own bytes, apart from identities.
   * @param model the provider's name of the model, if the client sent a different one
   */
  providerBody(request: Request, model: string | undefined): ProviderBody;

  /** Whether the body of a status 2xx is the answer that was asked for. */
  isAnswer(body: Buffer): boolean;

  /**
   * Whether the body of an error is the dialect's own. Otherwise a provider that answers 404 does not know the path, rather
   * than the model.
   */
  isError(body: Buffer): boolean;
}
