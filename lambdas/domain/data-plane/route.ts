import type { KeyScope } from '../../contracts/http/key-rules';
import type { CatalogSource } from '../catalog/catalog-source';
import type { Clock } from '../clock';
import type { Dialect } from '../dialects/dialect';
import type { MeteredEndpoint } from '../dialects/endpoint';
import type { FreeEndpoint } from '../dialects/free-endpoint';
import type { KeyOwner } from '../keys/verified-keys';
import type { Receipts } from '../receipts/receipts';
import type { UsageRecords } from '../usage/records/usage-records';
import type { Wallet } from '../wallet/wallet';
import type { Cancellations } from './cancellations';

/** The dependencies of reads and commands. */
export interface AnswerDependencies {
  readonly catalog: CatalogSource;
  readonly usage: UsageRecords;
  readonly receipts: Receipts;
  readonly cancellations: Cancellations;
  readonly wallet: Wallet;
  readonly clock: Clock;
}

/** A request to a read or a command. */
export interface AnswerCall {
  readonly caller: KeyOwner;
  /** The dialect to answer in. */
  readonly dialect: Dialect;
  /** Has no question mark; empty without a query. Only the parameters of a list are read from it. */
  readonly query: string;
  /** The path's segment at `{id}`, still encoded; empty when the route has none. */
  readonly id: string;
}

export interface RouteAnswer {
  /** 202 when the request was accepted but is not done yet. */
  readonly status: 200 | 202;
  readonly body: object;
  readonly retryAfterSeconds?: number;
}

/** @throws AppError */
export type Answerer = (dependencies: AnswerDependencies, call: AnswerCall) => RouteAnswer | Promise<RouteAnswer>;

interface Row {
  readonly method: 'GET' | 'POST';
  /** The whole path; `{id}` stands for one segment. */
  readonly path: string;
  /** One line for the generated documentation. */
  readonly summary: string;
}

/** Shows that the gateway runs. It needs no key. */
export interface ProbeRoute extends Row {
  readonly kind: 'probe';
  readonly body: object;
}

/** Leads to a provider, and costs money. */
export interface MeteredRoute extends Row {
  readonly kind: 'metered';
  /** The scope that a key needs. */
  readonly scope: KeyScope;
  readonly endpoint: MeteredEndpoint;
}

/** Leads to a provider, and costs nothing. */
export interface FreeRoute extends Row {
  readonly kind: 'free';
  readonly scope: KeyScope;
  readonly endpoint: FreeEndpoint;
}

/** Reads stored data (`read`) or changes it (`command`). Both are free. */
export interface AnswerRoute extends Row {
  readonly kind: 'read' | 'command';
  readonly scope: KeyScope;
  readonly answer: Answerer;
}

export type DataPlaneRoute = ProbeRoute | MeteredRoute | FreeRoute | AnswerRoute;
