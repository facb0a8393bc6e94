/** Where a subject listens and what its clients send along. */
export interface Target {
  readonly port: number;
  readonly path: string;
  readonly headers: { readonly [name: string]: string };
}

/** As many requests as the connections carry, one at a time on each, until time or `requestsMax` is up. */
export interface RequestsJob {
  readonly kind: 'requests';
  readonly target: Target;
  readonly connections: number;
  readonly requestsMax: number;
  readonly seconds: number;
}

/** On each connection `streamsEach` streams, one after the other. */
export interface StreamsJob {
  readonly kind: 'streams';
  readonly target: Target;
  readonly connections: number;
  readonly streamsEach: number;
  /** Between two events of a stream. */
  readonly paceMs: number;
  /** The connections begin one by one over this time, so that their events do not coincide. */
  readonly startWithinMs: number;
}

export type LoadJob = RequestsJob | StreamsJob;

export interface LoadResult {
  /** Requests or streams that ended with 200 and complete. */
  readonly completed: number;
  /** From the first request to the last answer. */
  readonly seconds: number;
  /** How often what else happened: a status, `broken`, `unfinished`, `events missing`. */
  readonly failures: { readonly [what: string]: number };
  /** Events that arrived; 0 in a job of requests. */
  readonly events: number;
  /** Of a request from its first byte to the last of its answer, or of an event from sending to receiving it. */
  readonly p50Micros: number;
  readonly p99Micros: number;
}
