import type { EndpointId, Model, ProviderSettings } from '../../contracts/storage/catalog';
import type { CacheWrite, Unit, Usage } from '../../contracts/storage/units';
import type { AppError } from '../errors/app-error';
import type { Headers } from '../headers';
import type { LogFields } from '../log';
import type { Dialect } from './dialect';
import type { UsageReading } from './usage-reading';

/**
 * The facts that the engine needs about a request, whatever its endpoint. Endpoints extend it with their own facts.
 */
export interface MeteredRequest {
  /** The model's public name, as the client sent it. */
  readonly model: string;
  /** Whether the client asked for a stream. */
  readonly stream: boolean;
  /** How many answers are generated, each up to the output limit. */
  readonly choices: number;
  /**
   * Whether the gateway may limit the output to what the wallet affords: the client set no limit of its own, and
   * nothing but the answer is billed as output.
   */
  readonly isOutputOpen: boolean;
  /**
   * Whether tokens are billed as output that the model need not produce one after the other, such as those of a rejected
   * prediction: all of them can be billed at once. @default false
   */
  readonly hasUnpacedOutput?: boolean;
  /**
   * The client's own name of its end user. It is never stored, sent on or logged: an account can have its usage added up
   * by a keyed hash of it.
   */
  readonly endUser?: string | undefined;
}

/** A request body as received. It may be JSON, a form or binary: only the endpoint interprets it. */
export interface ClientBody {
  /** The `content-type` header; empty if it was missing. */
  readonly contentType: string;
  readonly bytes: Buffer;
}

/** The engine's changes to the body that is sent to a provider. */
export interface BodyChanges {
  /** A limit on the output of one choice. Set only if the request's output is open. */
  readonly outputTokensCap?: number | undefined;
  /** The provider's name of the model, if the client sent a different one. */
  readonly model?: string | undefined;
}

/** A request as it is sent to a provider, without credentials and the protocol's headers. */
export interface ProviderBody {
  readonly contentType: string;
  /** The value of the `accept` header. */
  readonly accept: string;
  readonly bytes: Buffer;
}

/**
 * The most that a request can use, and the more expensive units that it can use. A server-side tool (one that the
 * provider runs) is allowed if it costs nothing but tokens that the bound covers. One that is billed separately is
 * allowed once its unit has a bound here and a price in the catalog; until then `parse` refuses it.
 */
export interface RequestBound {
  readonly inputTokensMax: number;
  /** For all choices together. */
  readonly outputTokensMax: number;
  /** The units of prompt caching that the request can write. The worst case is priced with them. */
  readonly cacheWrites: readonly CacheWrite[];
  /** The units besides text that can be used (audio, images). The worst case is priced with them. */
  readonly dearerUnits: readonly Unit[];
  /** The units that must have a price of their own in every tier; without one the request is refused. */
  readonly pricedUnits: readonly Unit[];
}

/** The facts that the engine needs about an answer. */
export interface AnswerReading {
  readonly usage: UsageReading;
  /**
   * The most output tokens that the received bytes can contain. Charged when usage is never reported.
   */
  readonly producedTokensMax: number;
}

/** The facts about a stream so far. They can be read at any time, to compare what was produced with what is held. */
export interface StreamReading extends AnswerReading {
  /**
   * The usage of the whole prompt, in units of input only, once the provider has reported it for good. Most providers
   * report it at the end, or correct it until then; it is absent for them, also when the answer is complete.
   */
  readonly promptUsage?: Usage | undefined;
  /**
   * The output tokens that the provider has produced by its last running report, including those that are hidden from the
   * client. Absent if it does not report while it runs.
   */
  readonly reportedOutputTokens?: number | undefined;
  /**
   * Whether the reported usage covers the whole answer. Otherwise the answer may have cost more than was reported,
   * up to `producedTokensMax`.
   */
  readonly isUsageFinal: boolean;
  /** Whether the dialect's last event has arrived, so that the client has the whole answer. */
  readonly complete: boolean;
  /**
   * Whether the client has the whole answer if the stream ends here without a fault. Some providers never send the
   * dialect's last event.
   */
  readonly isWhole: boolean;
  /** Whether the provider reported an error inside the stream. */
  readonly failed: boolean;
  /** The ID of the answer, and how many events it has had. Absent if the dialect's errors name neither. */
  readonly answerId?: string | undefined;
  readonly eventCount?: number;
  /**
   * Whether that error, and everything after it, was hidden from the client, because its text is about the operator. The
   * client is still to get an error.
   */
  readonly isErrorHidden: boolean;
}

/**
 * Reads one stream as its events pass. It is on the hot path, so it scans bytes and parses only events that can carry
 * usage.
 */
export interface StreamReader {
  /**
   * Reads the whole event between two offsets of `bytes`.
   * @returns whether to hide the event from the client, because it contains only usage that only the gateway asked for,
   * or an error about the operator
   */
  readEvent(bytes: Buffer, start: number, end: number): boolean;
  readonly reading: StreamReading;
}

/** A stream that fails after it has begun. */
export interface FailedStream {
  readonly requestId: string;
  /** The model's public name. */
  readonly model: string;
  /** Absent if the provider has not sent an event. */
  readonly reading?: StreamReading | undefined;
}

/** Shortens a whole answer as it passes, so that an answer of any size can be read in a bounded amount of memory. */
export interface WholeShortener {
  push(chunk: Buffer): void;
  /** `begun`: more bytes must follow. `complete`: only blanks may follow. `broken`: this cannot be an answer. */
  readonly state: 'begun' | 'complete' | 'broken';
  /**
   * The answer without its long parts. `readAnswer` reads the same usage from it, unless the usage is inside a long part:
   * then it reads none, and the bound is charged. No known provider puts the usage of a whole answer there.
   */
  bytes(): Buffer;
}

/** A count of a request's input that providers make for free, before the request is sent. */
export interface InputCount<Request extends MeteredRequest = MeteredRequest> {
  /** Appended to the base URL of a provider. */
  readonly path: string;

  /**
   * Whether the target's count can be relied on: it includes all input that the request can be charged for, up to a few
   * percent.
   */
  covers(request: Request, target: { readonly model: Model; readonly provider: ProviderSettings }): boolean;

  /**
   * The body that providers are sent: the client's own bytes, apart from members that the count does not take.
   * @param model the provider's name of the model, if the client sent a different one
   */
  body(request: Request, model: string | undefined): ProviderBody;

  /**
   * Reads the tokens from an answer of status 2xx.
   * @returns undefined when it is not a plausible count
   */
  read(body: Buffer): number | undefined;
}

/** The format of an endpoint's whole answers. */
export interface WholeFormat {
  readonly contentType: string;
  /** Bytes that may precede an answer any number of times without changing it. They keep a connection alive. */
  readonly filler: Buffer;
  shorten(): WholeShortener;
}

/** The operations of OpenTelemetry's conventions that endpoints serve. */
export type Operation = NonNullable<LogFields['gen_ai.operation.name']>;

/**
 * One metered endpoint. It owns everything that depends on its requests and responses, so that the engine
 * (admission, provider calls, streaming and settlement) serves every endpoint alike. A new endpoint is a folder with
 * one of these and a line in the registry. Its error format is its dialect's.
 *
 * Two kinds of endpoint are not covered yet: those whose streams are binary rather than server-sent events, and those
 * whose own path (`path`) has a parameter.
 */
export interface MeteredEndpoint<Request extends MeteredRequest = MeteredRequest> {
  /** The id that holds, usage records, key scopes and the catalog store. */
  readonly id: EndpointId;
  /** The name of the operation in OpenTelemetry's conventions for generative AI. */
  readonly operation: Operation;
  readonly dialect: Dialect;
  /** The path that clients call. */
  readonly path: string;
  /** One line for the generated documentation. */
  readonly summary: string;

  /**
   * Checks the content type and encoding before the body is read.
   * @throws UnsupportedMediaType for a content type or encoding that `parse` does not read
   */
  checkContent(headers: Headers): void;

  /** @throws InvalidRequest naming the member that is wrong, not supported, or without a price */
  parse(body: ClientBody): Request;

  /**
   * The worst case for one model that could serve the request.
   * @throws InvalidRequest naming a member that can make this model's provider bill more than any bound
   */
  bound(request: Request, model: Model): RequestBound;

  /** Tightens the input of the bound. Absent for an endpoint whose input no provider counts for free. */
  readonly inputCount?: InputCount<Request>;

  /**
   * Appended to the base URL of a provider.
   * @param model the name that the provider knows the model by, which some dialects put into the path
   */
  providerPath(request: Request, model: string): string;

  /** The body that providers are sent: the client's own bytes, apart from identities and the given changes. */
  providerBody(request: Request, changes: BodyChanges): ProviderBody;

  /**
   * Reads an answer of status 2xx that arrived in one piece; it may be binary. One call checks that it is an answer and
   * reads its usage, so that the body is parsed once.
   * @returns undefined when it is not a valid answer. Some providers send errors with status 200, a proxy in front of
   * one may send a page, and an answer may be cut off silently. A client that got none of the model's work pays
   * nothing.
   */
  readAnswer(body: Buffer, request: Request): AnswerReading | undefined;

  /** The format of the answers that `readAnswer` reads. */
  readonly whole: WholeFormat;

  /** Starts reading one stream. Absent for an endpoint that never streams; its requests never ask for a stream. */
  stream?(request: Request): StreamReader;

  /** The last events of a stream that fails. @default the dialect's */
  errorEvents?(error: AppError, stream: FailedStream): string;
}
