import { errorName } from '../log';
import type { HoldMode } from '../../contracts/deployment/hold-mode';
import type { KeyScope } from '../../contracts/http/key-rules';
import type { Dialect } from '../dialects/dialect';
import { dialectOf } from '../dialects/registry';
import { isFromEdge } from '../edge/origin-secret';
import { AppError, Forbidden, InternalError, ServiceUnavailable } from '../errors/app-error';
import type { KeyOwner } from '../keys/verified-keys';
import { StoreUnavailable } from '../table/table-errors';
import { WalletUnavailable } from '../wallet/wallet-errors';
import { CountLimit } from './admission/count-limit';
import { requirePermission } from './admission/permit';
import { MethodNotAllowed } from './caller-errors';
import { crossOriginHeaders, preflightHeaders } from './cross-origin';
import type { Exchange } from './exchange';
import { type FreeDependencies, serveFree } from './free/serve-free';
import type { IdentifyCaller } from './identify-caller';
import { intendedRoute, nothingAt, scopeForUnknownPath } from './intended-route';
import { serveMetered } from './metered-handler';
import type { MeteredDependencies } from './paid-request';
import { refuseKeyInQuery } from './refuse-key-in-query';
import { refuseWebSocket } from './refuse-websocket';
import { newRequestId } from './request-ids';
import { respondError, respondJson, type ResponseHeaders, retryAfter } from './respond';
import type { AnswerDependencies, DataPlaneRoute } from './route';
import { routeAt } from './routes';
import { PaceBook } from './rolling/pace-book';
import { ShortAccounts } from './admission/short-accounts';
import { UnsettledRequests } from './settlement/unsettled-requests';
import type { StopReason } from './stop-errors';

export interface GatewayDependencies
  extends
    Omit<MeteredDependencies, 'unsettled' | 'paces' | 'countLimit' | 'shortAccounts'>,
    FreeDependencies,
    AnswerDependencies {
  readonly identify: IdentifyCaller;
  /** @default rolling */
  readonly holds?: HoldMode;
  /** The valid values of the secret header that the edge adds; absent without an edge (a local run). */
  readonly originSecrets?: () => Promise<readonly string[]>;
  /** The origins whose scripts may call the gateway from a browser. @default none */
  readonly browserOrigins?: readonly string[];
}

/** The last part of a host's time limit is reserved for settling. */
const SETTLE_MARGIN_MS = 10_000;

const TIME_LIMIT: StopReason = 'time_limit';
const SHUTDOWN: StopReason = 'shutdown';

/** The data plane: every request of every host goes through `handle`. */
export class Gateway {
  readonly #dependencies: GatewayDependencies & MeteredDependencies;
  readonly #inFlight = new Map<Promise<void>, AbortController>();

  constructor(dependencies: GatewayDependencies) {
    this.#dependencies = {
      ...dependencies,
      unsettled: new UnsettledRequests(dependencies),
      countLimit: new CountLimit(dependencies),
      shortAccounts: new ShortAccounts(dependencies),
      paces: dependencies.holds === 'worst-case' ? undefined : new PaceBook(dependencies),
    };
  }

  /**
   * Answers one request. Resolves once the request is answered and settled, earlier unsettled requests have been
   * retried, and the catalog has been read, because a function is frozen with any unfinished work after that. Never
   * rejects.
   */
  handle(exchange: Exchange): Promise<void> {
    const requestId = newRequestId();
    const headers = {
      ...requestIdHeaders(exchange, requestId),
      ...crossOriginHeaders(exchange, this.#browserOrigins),
    };
    const stop = new AbortController();
    const resumed = this.#dependencies.unsettled.resume();
    const timer = setTimeout(
      () => stop.abort(TIME_LIMIT),
      exchange.deadline - this.#dependencies.clock() - SETTLE_MARGIN_MS,
    );
    const done = this.#route(exchange, requestId, headers, stop.signal)
      .catch((error: unknown) => this.#fail(exchange, error, requestId, headers))
      .finally(async () => {
        clearTimeout(timer);
        await Promise.all([resumed, this.#dependencies.catalog.settled?.()]);
        this.#inFlight.delete(done);
      });
    this.#inFlight.set(done, stop);
    return done;
  }

  get #browserOrigins(): readonly string[] {
    return this.#dependencies.browserOrigins ?? [];
  }

  /** Aborts the requests in flight at their providers. Resolves once each is settled or has had its last attempt. */
  async stop(): Promise<void> {
    for (const stop of this.#inFlight.values()) stop.abort(SHUTDOWN);
    await Promise.all(this.#inFlight.keys());
    await this.#dependencies.unsettled.stop();
  }

  async #route(exchange: Exchange, requestId: string, headers: ResponseHeaders, stop: AbortSignal): Promise<void> {
    await this.#requireEdge(exchange);
    refuseWebSocket(exchange.headers);
    const preflight = preflightHeaders(exchange, this.#browserOrigins);
    if (preflight) {
      exchange.begin(204, { ...headers, ...preflight }).end();
      return;
    }
    refuseKeyInQuery(exchange.query);
    const match = routeAt(exchange.path);
    if (match === undefined) {
      await this.#authorize(exchange, scopeForUnknownPath(exchange.path));
      throw nothingAt(exchange.path, errorDialect(exchange));
    }
    const { route, id } = match;
    switch (route.kind) {
      case 'probe':
        requireMethod(exchange, route);
        respondJson(exchange, 200, headers, route.body);
        return;
      case 'metered': {
        requireMethod(exchange, route);
        // Refreshes an outdated catalog while the key is verified and the body arrives.
        void this.#dependencies.catalog.current();
        const caller = await this.#authorize(exchange, route.scope);
        route.endpoint.checkContent(exchange.headers);
        const { endpoint } = route;
        return serveMetered(this.#dependencies, { exchange, endpoint, requestId, caller, headers, stop });
      }
      case 'free': {
        requireMethod(exchange, route);
        void this.#dependencies.catalog.current();
        const caller = await this.#authorize(exchange, route.scope);
        route.endpoint.checkContent(exchange.headers);
        return serveFree(this.#dependencies, { exchange, endpoint: route.endpoint, caller, headers, stop });
      }
      case 'read':
      case 'command': {
        // The key is checked before the method, so a caller without a key learns nothing about these paths.
        const caller = await this.#authorize(exchange, route.scope);
        requireMethod(exchange, route);
        const dialect = dialectOf(exchange.path, exchange.headers);
        const answer = await route.answer(this.#dependencies, { caller, dialect, id, query: exchange.query });
        respondJson(exchange, answer.status, { ...headers, ...retryAfter(answer) }, answer.body);
      }
    }
  }

  async #requireEdge({ headers }: Exchange): Promise<void> {
    const { originSecrets } = this.#dependencies;
    if (originSecrets && !isFromEdge(headers, await originSecrets()))
      throw new Forbidden('Send requests through the public endpoint.');
  }

  /** @throws AppError when the caller is unknown, or its key does not allow this part of the API */
  async #authorize(exchange: Exchange, scope: KeyScope): Promise<KeyOwner> {
    const caller = await this.#dependencies.identify(exchange);
    requirePermission(caller, scope, exchange.clientAddress);
    return caller;
  }

  #fail(exchange: Exchange, error: unknown, requestId: string, headers: ResponseHeaders): void {
    const shown = toAppError(error);
    this.#dependencies.log.info('REQUEST_REFUSED', {
      requestId,
      'error.type': shown.code,
      'http.response.status_code': shown.status,
    });
    if (shown instanceof InternalError) {
      this.#dependencies.log.error('REQUEST_FAILED', {
        requestId,
        cause: errorName(error),
      });
    }
    try {
      respondError(exchange, shown, errorDialect(exchange), headers);
    } catch {
      // The client has disconnected or already received a status, so the error cannot reach it.
      this.#dependencies.log.warn('ERROR_NOT_SENT', { requestId });
    }
  }
}

/** A client whose path is wrong still speaks the dialect of the path that it means. */
function errorDialect({ path, headers }: Exchange): Dialect {
  return dialectOf(intendedRoute(path)?.path ?? path, headers);
}

function requestIdHeaders(exchange: Exchange, requestId: string): ResponseHeaders {
  const { requestIdHeader } = errorDialect(exchange);
  return { 'x-request-id': requestId, ...(requestIdHeader !== undefined && { [requestIdHeader]: requestId }) };
}

function toAppError(error: unknown): AppError {
  if (error instanceof AppError) return error;
  if (error instanceof StoreUnavailable || error instanceof WalletUnavailable) return new ServiceUnavailable();
  return new InternalError();
}

function requireMethod(exchange: Exchange, { method }: DataPlaneRoute): void {
  if (exchange.method !== method) throw new MethodNotAllowed(exchange.method, method);
}
