import { appendFileSync, mkdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { until } from '../e2e/until';
import { freePort } from '../support/free-port';
import { HERE, runFolder } from './cache-folder';
import { startGuarded } from './guarded-process';

export const REGION = 'us-east-1';
/** The AWS account that the emulator emulates. */
export const ACCOUNT = '000000000000';
export const CREDENTIALS = { accessKeyId: 'test', secretAccessKey: 'test' };

const START_TIMEOUT_MS = 180_000;

export interface Emulator {
  /** `http://127.0.0.1:…`, the address of every emulated service. */
  readonly endpoint: string;
  /** Returns the emulator's output so far. */
  readonly log: () => string;
  stop(): Promise<void>;
}

/** The environment of a process that can reach the emulator but not AWS. */
export function emulatedAws(endpoint: string): NodeJS.ProcessEnv {
  return {
    PATH: `${dirname(process.execPath)}:${process.env['PATH'] ?? ''}`,
    HOME: runFolder(),
    TMPDIR: join(runFolder(), 'tmp'),
    AWS_ENDPOINT_URL: endpoint,
    AWS_ENDPOINT_URL_S3: endpoint,
    AWS_REGION: REGION,
    AWS_DEFAULT_REGION: REGION,
    AWS_ACCESS_KEY_ID: CREDENTIALS.accessKeyId,
    AWS_SECRET_ACCESS_KEY: CREDENTIALS.secretAccessKey,
    AWS_EC2_METADATA_DISABLED: 'true',
  };
}

/** Starts an empty emulator on a free port of this machine. */
export async function startEmulator(python: string): Promise<Emulator> {
  const port = await freePort();
  const endpoint = `http://127.0.0.1:${port}`;
  const { AWS_ENDPOINT_URL: _, AWS_ENDPOINT_URL_S3: _s3, ...environment } = emulatedAws(endpoint);
  mkdirSync(join(runFolder(), 'tmp'), { recursive: true });
  let log = '';
  const emulator = startGuarded([python, '-m', 'ministack'], {
    cwd: runFolder(),
    env: {
      ...environment,
      GATEWAY_PORT: String(port),
      BIND_HOST: '127.0.0.1',
      MINISTACK_ACCOUNT_ID: ACCOUNT,
      // Adds what Lambda's Node has and the emulator's lacks; see the file.
      NODE_OPTIONS: `--require=${JSON.stringify(join(HERE, 'emulated-runtime.cjs'))}`,
    },
    onOutput: (text) => {
      log += text;
      appendFileSync(join(runFolder(), 'emulator.log'), text);
    },
  });
  let code: number | undefined;
  void emulator.ended.then((ended) => (code = ended));
  try {
    await until(
      'the emulator to start',
      () => {
        if (code !== undefined) throw new Error(`The emulator exited with ${code}:\n${log}`);
        return fetch(`${endpoint}/_ministack/health`).then(
          ({ ok }) => ok,
          () => false,
        );
      },
      START_TIMEOUT_MS,
    );
  } catch (error) {
    await emulator.stop();
    throw error;
  }
  return { endpoint, log: () => log, stop: () => emulator.stop() };
}
