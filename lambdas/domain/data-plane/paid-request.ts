import type { CatalogSource } from '../catalog/catalog-source';
import type { Clock } from '../clock';
import type { KnownSpendingRules } from '../keys/spending/known-spending-rules';
import type { KeyOwner } from '../keys/verified-keys';
import type { MeteredEndpoint, MeteredRequest } from '../dialects/endpoint';
import type { Log } from '../log';
import type { Wallet } from '../wallet/wallet';
import type { Admitted } from './admission/admission';
import type { PaceBook } from './rolling/pace-book';
import type { ShortAccounts } from './admission/short-accounts';
import type { RollingOutput } from './rolling/rolling-output';
import type { CountLimit } from './admission/count-limit';
import type { Cancellations } from './cancellations';
import type { ClientOutput } from './streaming/client-output';
import type { ClientStream } from './streaming/client-stream';
import type { Exchange } from './exchange';
import type { IdempotencyKeys } from './idempotency/idempotency-keys';
import type { ProviderClient } from './provider/provider-client';
import type { ResponseHeaders } from './respond';
import type { UnsettledRequests } from './settlement/unsettled-requests';

export interface MeteredDependencies {
  readonly wallet: Wallet;
  readonly catalog: CatalogSource;
  readonly providers: ProviderClient;
  readonly countLimit: CountLimit;
  readonly shortAccounts: ShortAccounts;
  /** The spending rules that this process knows. */
  readonly spending: KnownSpendingRules;
  readonly cancellations: Cancellations;
  readonly unsettled: UnsettledRequests;
  readonly idempotency: IdempotencyKeys;
  /** How fast providers produce output. Absent if every hold is the worst case of its request. */
  readonly paces?: PaceBook | undefined;
  readonly clock: Clock;
  /** Waits by the given milliseconds. @default the system's timer */
  readonly sleep?: (milliseconds: number) => Promise<void>;
  readonly log: Log;
}

/** An authenticated request to a metered endpoint. */
export interface MeteredCall {
  readonly exchange: Exchange;
  readonly endpoint: MeteredEndpoint;
  readonly requestId: string;
  readonly caller: KeyOwner;
  /** Sent with every response to the request. */
  readonly headers: ResponseHeaders;
  /** Aborted with a StopReason when the host needs the request to end. */
  readonly stop: AbortSignal;
}

/** A request whose money is held. From now on, every outcome must end the hold. */
export interface PaidRequest {
  readonly call: MeteredCall;
  readonly request: MeteredRequest;
  readonly admitted: Admitted;
  /** Epoch milliseconds. */
  readonly admittedAt: number;
  /** Keeps the hold above the output. Absent if the output is not bounded by the provider's pace. */
  readonly rolling: RollingOutput | undefined;
  /** The client's end of the answer. */
  readonly output: ClientOutput;
  /** The same, of a stream; absent when the client asked for a whole answer. */
  readonly client: ClientStream | undefined;
}

/** The time since admission, never negative even if the clock was set back while the request ran. */
export function elapsedMs({ admittedAt }: PaidRequest, now: number): number {
  return Math.max(0, now - admittedAt);
}
