import {
  AppError,
  Forbidden,
  InternalError,
  MethodNotAllowed,
  NotFound,
  ServiceUnavailable,
  type StopReason,
  UnsupportedMediaType,
} from '../errors/app-error';
import { isFromEdge } from '../edge/origin-secret';
import type { KeyOwner } from '../keys/verified-keys';
import type { Receipts } from '../receipts/receipts';
import type { UsageRecords } from '../usage/records/usage-records';
import { StoreUnavailable } from '../table/table-errors';
import { WalletUnavailable } from '../wallet/wallet-errors';
import type { Exchange, Headers } from './exchange';
import type { IdentifyCaller } from './identify-caller';
import { serveMetered } from './metered-handler';
import type { MeteredDependencies } from './paid-request';
import { permitUse } from './admission/permit';
import { newRequestId } from './request-ids';
import { readAt, scopeOfRead } from './reads/reads';
import { refuseKeyInQuery } from './refuse-key-in-query';
import { cancelRequest } from './reads/requests';
import { respondError, respondJson, type ResponseHeaders } from './respond';
import { dialectOf, METERED_ROUTES } from './routes';
import { UnsettledRequests } from './settlement/unsettled-requests';

export interface GatewayDependencies extends Omit<MeteredDependencies, 'unsettled'> {
  readonly identify: IdentifyCaller;
  readonly usage: UsageRecords;
  readonly receipts: Receipts;
  /** The values of the secret header that the edge adds; absent where there is no edge (a local run). */
  readonly originSecrets?: () => Promise<readonly string[]>;
}

/** Time kept at the end of a host's deadline to settle in. */
const SETTLE_MARGIN_MS = 10_000;

const TIME_LIMIT: StopReason = 'time_limit';
const SHUTDOWN: StopReason = 'shutdown';

const CANCEL_PATH = /^\/v1\/requests\/([^/]+)\/cancel$/;

/** The data plane: every request of every host comes through `handle`. */
export class Gateway {
  readonly #dependencies: GatewayDependencies & MeteredDependencies;
  readonly #inFlight = new Map<Promise<void>, AbortController>();

  constructor(dependencies: GatewayDependencies) {
    this.#dependencies = { ...dependencies, unsettled: new UnsettledRequests(dependencies) };
  }

  /**
   * Answers one request. Resolves once it is answered and settled, and once those before it that are not yet settled
   * have been tried again and the catalog is read: what a function leaves to do is frozen. Never rejects.
   */
  handle(exchange: Exchange): Promise<void> {
    const requestId = newRequestId();
    const headers = { 'x-request-id': requestId };
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

  /** Stops what is in flight at its providers, and resolves once all of it is settled, or was tried a last time. */
  async stop(): Promise<void> {
    for (const stop of this.#inFlight.values()) stop.abort(SHUTDOWN);
    await Promise.all(this.#inFlight.keys());
    await this.#dependencies.unsettled.stop();
  }

  async #route(exchange: Exchange, requestId: string, headers: ResponseHeaders, stop: AbortSignal): Promise<void> {
    const { path } = exchange;
    const { originSecrets } = this.#dependencies;
    if (originSecrets && !isFromEdge(exchange.headers, await originSecrets()))
      throw new Forbidden('Requests come through the public endpoint.');
    refuseKeyInQuery(exchange.query);
    if (path === '/healthz') {
      requireMethod(exchange, 'GET');
      respondJson(exchange, 200, headers, { status: 'ok' });
      return;
    }
    const metered = METERED_ROUTES.get(path);
    if (metered) {
      requireMethod(exchange, 'POST');
      // Where it is too old, it is read while the key is verified and the body comes.
      void this.#dependencies.catalog.current();
      const caller = await this.#dependencies.identify(exchange);
      permitUse(caller, metered.endpoint, exchange.clientAddress);
      requireJson(exchange.headers);
      return serveMetered(this.#dependencies, { exchange, route: metered, requestId, caller, headers, stop });
    }
    const caller = await this.#dependencies.identify(exchange);
    permitUse(caller, scopeOfRead(path), exchange.clientAddress);
    const cancelled = CANCEL_PATH.exec(path)?.[1];
    if (cancelled !== undefined) {
      requireMethod(exchange, 'POST');
      const { status, body } = await cancelRequest(this.#dependencies, caller.accountId, cancelled);
      respondJson(exchange, status, headers, body);
      return;
    }
    return this.#read(exchange, caller, headers);
  }

  async #read(exchange: Exchange, caller: KeyOwner, headers: ResponseHeaders): Promise<void> {
    const read = readAt(exchange.path);
    if (read === undefined) throw new NotFound('There is nothing at this path.', 'not_found');
    requireMethod(exchange, 'GET');
    const dialect = dialectOf(exchange.path, exchange.headers);
    const { status, body, retryAfterSeconds } = await read(this.#dependencies, { caller, dialect });
    const retryAfter: ResponseHeaders =
      retryAfterSeconds === undefined ? {} : { 'retry-after': String(retryAfterSeconds) };
    respondJson(exchange, status, { ...headers, ...retryAfter }, body);
  }

  #fail(exchange: Exchange, error: unknown, requestId: string, headers: ResponseHeaders): void {
    const shown = toAppError(error);
    if (shown instanceof InternalError) {
      this.#dependencies.log.error('REQUEST_FAILED', {
        requestId,
        cause: error instanceof Error ? error.name : 'Unknown',
      });
    }
    try {
      respondError(exchange, shown, dialectOf(exchange.path, exchange.headers), headers);
    } catch {
      // The client is gone, or has its head already: there is nobody to tell.
      this.#dependencies.log.warn('ERROR_NOT_SENT', { requestId });
    }
  }
}

function toAppError(error: unknown): AppError {
  if (error instanceof AppError) return error;
  if (error instanceof StoreUnavailable || error instanceof WalletUnavailable) return new ServiceUnavailable();
  return new InternalError();
}

function requireMethod(exchange: Exchange, method: string): void {
  if (exchange.method !== method) throw new MethodNotAllowed(exchange.method, method);
}

function requireJson(headers: Headers): void {
  const encoding = headers['content-encoding'];
  if (encoding !== undefined && encoding !== 'identity')
    throw new UnsupportedMediaType('Send the request body without a content-encoding.');
  const type = headers['content-type'] ?? '';
  if (!/^application\/json\s*(;|$)/i.test(type))
    throw new UnsupportedMediaType('Send the request body as application/json.');
  const charsets = [...type.matchAll(/;\s*charset\s*=\s*"?([^\s;"]*)/gi)].map(([, charset = '']) => charset);
  if (!charsets.every((charset) => /^utf-?8$/i.test(charset)))
    throw new UnsupportedMediaType('Send the request body in UTF-8.');
}
