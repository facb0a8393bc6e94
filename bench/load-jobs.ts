import type { Stalls } from './stall-meter';

/** The port and path of a subject, and the headers that its clients must send. */
export interface Target {
  readonly port: number;
  readonly path: string;
  readonly headers: { readonly [name: string]: string };
}

/** Sends requests as fast as the connections allow, one at a time on each, until the time or `requestsMax` is reached. */
export interface RequestsJob {
  readonly kind: 'requests';
  readonly target: Target;
  readonly connections: number;
  readonly requestsMax: number;
  readonly seconds: number;
}

/** Reads `streamsEach` streams on each connection, one after the other. */
export interface StreamsJob {
  readonly kind: 'streams';
  readonly target: Target;
  readonly connections: number;
  readonly streamsEach: number;
  /** The time between two events of a stream. */
  readonly paceMs: number;
  /** Connections start one by one over this time, so that their events do not coincide. */
  readonly startWithinMs: number;
}

export type LoadJob = RequestsJob | StreamsJob;

/** The figures of one job. */
export interface JobResult {
  /** The number of requests or streams that returned 200 and were complete. */
  readonly completed: number;
  /** The time from the first request to the last response. */
  readonly seconds: number;
  /** The number of failures by kind: a status, `broken`, `unfinished` or `events missing`. */
  readonly failures: { readonly [kind: string]: number };
  /** The number of events that arrived; 0 for a requests job. */
  readonly events: number;
  /** Percentiles of a request's duration until its last response byte, or of an event's delay until it arrives. */
  readonly p50Micros: number;
  readonly p99Micros: number;
}

export interface LoadResult extends JobResult {
  /** The stalls of the load generator itself, which would appear as latency of the subject. */
  readonly generator: Stalls;
}
