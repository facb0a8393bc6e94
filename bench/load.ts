/** The load generator: a process of its own that takes jobs and gives results over its IPC channel, one at a time. */
import { Connection } from './connection';
import type { LoadJob, LoadResult, RequestsJob, StreamsJob, Target } from './load-jobs';
import { StreamReader } from './stream-reader';
import { Tally } from './tally';
import { CHAT_REQUEST, EVENTS_PER_STREAM, nowMicros, streamRequest } from './traffic';

/** What has not ended by then counts as a failure. */
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

/** Runs something on each connection until all are done, or time is up. */
function onConnections(
  { target, connections, startWithinMs, deadlineMs }: Plan,
  tally: Tally,
  run: (connection: Connection, done: () => void) => void,
): Promise<LoadResult> {
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
    all.forEach((connection, at) => setTimeout(() => run(connection, done), (at * startWithinMs) / connections));
  });
}

function runRequests(job: RequestsJob): Promise<LoadResult> {
  const request = requestBytes(job.target, CHAT_REQUEST);
  const tally = new Tally();
  const endMicros = nowMicros() + job.seconds * 1e6;
  let started = 0;
  const deadlineMs = job.seconds * 1000 + OVERTIME_MS;
  return onConnections({ ...job, startWithinMs: 0, deadlineMs }, tally, (connection, done) => {
    const next = () => {
      const startedAt = nowMicros();
      if (started >= job.requestsMax || tally.hasFailed || startedAt >= endMicros) {
        done();
        return;
      }
      started += 1;
      connection.send(request, {
        onEnd: (ending) => {
          if (tally.add(ending)) tally.micros.push(nowMicros() - startedAt);
          next();
        },
      });
    };
    next();
  });
}

function runStreams(job: StreamsJob): Promise<LoadResult> {
  const request = requestBytes(job.target, streamRequest(job.paceMs));
  const tally = new Tally();
  const expectedMs = job.startWithinMs + job.streamsEach * EVENTS_PER_STREAM * job.paceMs;
  const deadlineMs = 2 * expectedMs + OVERTIME_MS;
  return onConnections({ ...job, deadlineMs }, tally, (connection, done) => {
    let left = job.streamsEach;
    const next = () => {
      if (left === 0 || tally.hasFailed) {
        done();
        return;
      }
      left -= 1;
      const reader = new StreamReader((delayMicros) => tally.micros.push(delayMicros));
      connection.send(request, {
        onBody: (bytes) => reader.push(bytes),
        onEnd: (ending) => {
          tally.events += reader.events;
          const isWhole = reader.events === EVENTS_PER_STREAM;
          if (ending === 200 && !isWhole) tally.fail('events missing');
          else tally.add(ending);
          next();
        },
      });
    };
    next();
  });
}

process.on('message', (job: LoadJob) => {
  const result = job.kind === 'requests' ? runRequests(job) : runStreams(job);
  void result.then((value) => process.send?.(value));
});
process.on('disconnect', () => process.exit());
