/** The load generator. It runs as its own process, receives one job at a time over IPC, and sends back the result. */
import { Connection } from './connection';
import type { JobResult, LoadJob, LoadResult, RequestsJob, StreamsJob, Target } from './load-jobs';
import { StallMeter } from './stall-meter';
import { StreamReader } from './stream-reader';
import { Tally } from './tally';
import { CHAT_REQUEST, EVENTS_PER_STREAM, nowMicros, streamRequest } from './traffic';

/** How long past its planned end a job may run. Requests that are still open then count as failures. */
const OVERTIME_MS = 10_000;

function requestBytes({ port, path, headers }: Target, body: string): Buffer {
  const all = { host: `127.0.0.1:${port}`, 'content-type': 'application/json', ...headers };
  const lines = Object.entries(all).map(([name, value]) => `${name}: ${value}`);
  const length = `content-length: ${Buffer.byteLength(body)}`;
  return Buffer.from([`POST ${path} HTTP/1.1`, ...lines, length, '', body].join('\r\n'));
}

interface Plan {
  readonly target: Target;
  readonly connections: number;
  readonly startWithinMs: number;
  readonly deadlineMs: number;
}

/** Calls `run` for each connection and waits until all are done or the deadline has passed. */
function onConnections(
  { target, connections, startWithinMs, deadlineMs }: Plan,
  tally: Tally,
  run: (connection: Connection, done: () => void) => void,
): Promise<JobResult> {
  return new Promise((resolve) => {
    const all = Array.from({ length: connections }, () => new Connection(target.port));
    let open = connections;
    const finish = () => {
      clearTimeout(deadline);
      for (const connection of all) connection.close();
      resolve(tally.result());
    };
    const deadline = setTimeout(() => {
      for (let left = open; left > 0; left -= 1) tally.fail('unfinished');
      finish();
    }, deadlineMs);
    const done = () => {
      open -= 1;
      if (open === 0) finish();
    };
    all.forEach((connection, index) => setTimeout(() => run(connection, done), (index * startWithinMs) / connections));
  });
}

function runRequests(job: RequestsJob): Promise<JobResult> {
  const request = requestBytes(job.target, CHAT_REQUEST);
  const tally = new Tally();
  const endMicros = nowMicros() + job.seconds * 1e6;
  let started = 0;
  const deadlineMs = job.seconds * 1000 + OVERTIME_MS;
  return onConnections({ ...job, startWithinMs: 0, deadlineMs }, tally, (connection, done) => {
    const next = () => {
      const startedAt = nowMicros();
      if (started >= job.requestsMax || tally.isHopeless || startedAt >= endMicros) {
        done();
        return;
      }
      started += 1;
      connection.send(request, {
        onEnd: (outcome) => {
          if (tally.add(outcome)) tally.record(nowMicros() - startedAt);
          next();
        },
      });
    };
    next();
  });
}

function runStreams(job: StreamsJob): Promise<JobResult> {
  const request = requestBytes(job.target, streamRequest(job.paceMs));
  const tally = new Tally();
  const expectedMs = job.startWithinMs + job.streamsEach * EVENTS_PER_STREAM * job.paceMs;
  const deadlineMs = 2 * expectedMs + OVERTIME_MS;
  return onConnections({ ...job, deadlineMs }, tally, (connection, done) => {
    let left = job.streamsEach;
    const next = () => {
      if (left === 0 || tally.isHopeless) {
        done();
        return;
      }
      left -= 1;
      const reader = new StreamReader((delayMicros) => tally.record(delayMicros));
      connection.send(request, {
        onBody: (bytes) => reader.push(bytes),
        onEnd: (outcome) => {
          tally.events += reader.events;
          const isWhole = reader.events === EVENTS_PER_STREAM;
          if (outcome === 200 && !isWhole) tally.fail('events missing');
          else tally.add(outcome);
          next();
        },
      });
    };
    next();
  });
}

const meter = new StallMeter();

async function run(job: LoadJob): Promise<LoadResult> {
  meter.start();
  const result = await (job.kind === 'requests' ? runRequests(job) : runStreams(job));
  return { ...result, generator: meter.stop() };
}

process.on('message', (job: LoadJob) => void run(job).then((result) => process.send?.(result)));
process.on('disconnect', () => process.exit());
