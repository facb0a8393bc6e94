import type { EndpointId, Model } from '../../contracts/storage/catalog';
import type { Unit } from '../../contracts/storage/units';
import type { Headers } from '../headers';
import type { Dialect } from './dialect';
import type { UsageReading } from './usage-reading';

/**
 * The facts that the engine needs about a request, whatever its endpoint. Endpoints extend it with facts of their own.
 */
export interface MeteredRequest {
  /** The model's public name, as the client sent it. */
  readonly model: string;
  /** Whether the client asked for its answer as events. */
  readonly stream: boolean;
  /** How many answers are generated, each of them up to the output limit. */
  readonly choices: number;
  /**
   * Whether the gateway may limit the output to what the wallet affords: the client set no limit of its own, and
   * nothing but the answer is billed as output.
   */
  readonly isOutputOpen: boolean;
}

/** A request body as it came. It may be JSON, a form or binary: only the endpoint looks inside. */
export interface ClientBody {
  /** The `content-type` header; empty when there was none. */
  readonly contentType: string;
  readonly bytes: Buffer;
}

/** The engine's own changes to the body that a provider is sent. */
export interface BodyChanges {
  /** A limit on the output of one choice. Given only where the request's output is open. */
  readonly outputTokensCap?: number | undefined;
  /** The name that the provider knows the model by, where it is not the one that the client sent. */
  readonly model?: string | undefined;
}

/** A request as a provider is sent it, without credentials and without the protocol's headers. */
export interface ProviderBody {
  readonly contentType: string;
  /** The media types that the provider may answer with, as the `accept` header lists them. */
  readonly accept: string;
  readonly bytes: Buffer;
}

/**
 * The most that a request can use, and the dearer units that it can touch. A server-side tool (one that the provider
 * runs and bills apart) is allowed once its unit has a bound here and a price in the catalog; until then `parse`
 * refuses it.
 */
export interface RequestBound {
  readonly inputTokensMax: number;
  /** For all choices together. */
  readonly outputTokensMax: number;
  /** The units besides text that can be used (audio, images). The worst case is priced with them. */
  readonly dearerUnits: readonly Unit[];
  /** The units that must have a price of their own in every tier; without one the request is refused. */
  readonly pricedUnits: readonly Unit[];
}

/** The facts that the engine needs about an answer. */
export interface AnswerReading {
  readonly usage: UsageReading;
  /**
   * The most output tokens that the model can have produced for the bytes that arrived. Charged when usage is never
   * reported.
   */
  readonly producedTokensMax: number;
}

/** The facts about a stream so far. They can be read at any time, to compare what was produced with what is held. */
export interface StreamReading extends AnswerReading {
  /**
   * Whether the reported usage covers the whole answer. Otherwise the answer may have cost more than was reported,
   * up to `producedTokensMax`.
   */
  readonly isUsageFinal: boolean;
  /** Whether the dialect's last event has arrived. */
  readonly complete: boolean;
  /** Whether the provider reported an error inside the stream. */
  readonly failed: boolean;
}

/**
 * Reads one stream as its events pass. It is on the hot path: it scans bytes, and parses only events that can carry
 * usage.
 */
export interface StreamReader {
  /**
   * Reads the whole event between two offsets of `bytes`.
   * @returns whether to keep the event from the client: it carries nothing but usage that only the gateway asked for
   */
  see(bytes: Buffer, start: number, end: number): boolean;
  readonly reading: StreamReading;
}

/**
 * One metered endpoint. It owns everything that depends on what is asked and answered there, so that the engine
 * (admission, provider calls, streaming and settlement) serves every endpoint alike. A new endpoint is a folder with
 * one of these and a line in the registry. Its error format is its dialect's.
 *
 * Two kinds of endpoint are not covered yet: those whose streams are binary rather than server-sent events, and those
 * whose own path (`path`) has a parameter.
 */
export interface MeteredEndpoint<Request extends MeteredRequest = MeteredRequest> {
  /** As holds, usage records, key scopes and the catalog store it. */
  readonly id: EndpointId;
  readonly dialect: Dialect;
  /** Where clients find it. */
  readonly path: string;
  /** One line for the generated documentation. */
  readonly summary: string;

  /**
   * Called before the body is read.
   * @throws UnsupportedMediaType for a content type or encoding that `parse` does not read
   */
  checkContent(headers: Headers): void;

  /** @throws InvalidRequest naming the member that is wrong, not supported, or without a price */
  parse(body: ClientBody): Request;

  /** The worst case at one model that could serve the request. */
  bound(request: Request, model: Model): RequestBound;

  /**
   * Appended to the base URL of a provider.
   * @param model the name that the provider knows the model by, which some dialects put into the path
   */
  providerPath(request: Request, model: string): string;

  /** The body that providers are sent: the client's own bytes, apart from identities and the given changes. */
  providerBody(request: Request, changes: BodyChanges): ProviderBody;

  /**
   * Reads an answer of status 2xx that came in one piece; it may be binary. Whether it is an answer at all and what it
   * used are one question, so that a body is parsed once.
   * @returns undefined when it is not what was asked for. Some providers answer errors with 200, a proxy in front of
   *   one may answer with a page, and an answer may break off unannounced: a client that got none of the model's work
   *   pays nothing.
   */
  readAnswer(headers: Headers, body: Buffer): AnswerReading | undefined;

  /** Starts reading one stream. Absent at an endpoint that never streams, whose requests then never ask for it. */
  stream?(request: Request): StreamReader;
}
