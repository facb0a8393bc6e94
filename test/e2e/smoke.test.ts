import { spawnSync } from 'node:child_process';
import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { formatUsd } from '../../lambdas/domain/money/pico';
import { parseSmokeOptions } from '../../dev/tools/smoke/smoke-options';
import { runSmoke, type SmokeReport } from '../../dev/tools/smoke/run-smoke';
import { killChildren, runScript } from './child-process';
import { type Edge, type EdgeOptions, startEdge } from './edge';
import { CHAT_MODEL, usageDuring, type LocalRun, MESSAGES_MODEL, startLocalRun } from './local-run';
import { chatStream, messageStream } from './provider-answers';
import { describeUnless } from '../support/describe-unless';
import { temporaryFolder } from './temporary-folder';
import { type ProviderScript, wholeAnswer } from './upstream';

const CHAT = chatStream(['one', 'two', 'three', 'four', 'five'], {
  prompt_tokens: 20,
  completion_tokens: 5,
  total_tokens: 25,
});
const MESSAGE = messageStream(
  ['one', 'two', 'three'],
  { input_tokens: 20, output_tokens: 1 },
  { input_tokens: 20, output_tokens: 3 },
);
const SECURITY_HEADERS = {
  'strict-transport-security': 'max-age=31536000; includeSubDomains',
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
};

/** Sends the events one by one every few milliseconds, as a model does. */
const paced =
  (events: readonly string[]): ProviderScript =>
  async (reply) => {
    reply.writeHead(200, { 'content-type': 'text/event-stream' });
    for (const event of events) {
      reply.write(event);
      await wait(20);
    }
    reply.end();
  };

let run: LocalRun;
let edges: Edge[];
beforeEach(async () => {
  edges = [];
  run = await startLocalRun();
  run.upstream.answerWith(paced(CHAT));
});
afterEach(async () => {
  for (const edge of edges) await edge.stop();
  await killChildren();
  await run.stop();
});

const gatewayOrigin = (): string => new URL(run.gateway.url).origin;

async function edge(options: Omit<EdgeOptions, 'origin'>): Promise<string> {
  const started = await startEdge({ origin: gatewayOrigin(), ...options });
  edges.push(started);
  return started.url;
}

const check = (endpoint = gatewayOrigin(), more: { model?: string; functionUrl?: string } = {}): Promise<SmokeReport> =>
  runSmoke({ endpoint, apiKey: run.gateway.account.apiKey, ...more });

const failures = ({ findings }: SmokeReport): string[] =>
  findings.filter(({ state }) => state === 'failed').map(({ check: name, measured }) => `${name}: ${measured}`);

describe('the smoke checks of a healthy gateway', () => {
  test.each([
    ['chat', CHAT_MODEL, CHAT],
    ['messages', MESSAGES_MODEL, MESSAGE],
  ])(
    'a healthy gateway passes with a %s model, and the report states what the wallet paid',
    async (_what, model, events) => {
      run.upstream.answerWith(paced(events));
      let report: SmokeReport | undefined;
      const { records, paidPico } = await usageDuring(run, async () => {
        report = await check(undefined, { model });
      });
      expect(report && failures(report)).toEqual([]);
      expect(report?.costPico).toBe(paidPico);
      expect(records.map(({ status }) => status).sort()).toEqual(['client_gone', 'completed']);
    },
  );

  test('the paid checks use the cheapest known model by default', async () => {
    await check();
    expect(run.upstream.received.map(({ json }) => json['model'])).toEqual(['gpt-5-nano', 'gpt-5-nano']);
  });

  test('the checks that need https or further options are reported as skipped', async () => {
    const skipped = (await check()).findings.filter(({ state }) => state === 'skipped').map((finding) => finding.check);
    expect(skipped).toEqual([
      'TLS 1.3 is supported',
      'TLS 1.2 is refused',
      'requests over TLS 1.3 pass the edge',
      'answers have the security headers',
      'the function refuses requests that bypass the edge',
      'workloads are recognised by their IAM role',
    ]);
  });
});

describe('the smoke checks of a faulty gateway', () => {
  test('the stream check fails when a proxy buffers the stream', async () => {
    expect(failures(await check(await edge({ buffersAnswers: true })))).toEqual([
      expect.stringMatching(/^it arrives while it is being produced: 1 pieces over/),
    ]);
  });

  test('the check of wrong paths fails when an address that is not of the API gets a page', async () => {
    const report = await check(await edge({ pages: ['/chat/completions', '//v1/models'] }));
    expect(failures(report)).toContain(
      'a wrong path gets an error in JSON: 200 at /chat/completions, 200 at //v1/models',
    );
  });

  test('the request ID check fails when answers lack valid IDs', async () => {
    const report = await check(await edge({ headers: { 'x-request-id': 'other' } }));
    expect(failures(report)).toContainEqual(
      expect.stringMatching(/^every answer has an x-request-id: missing or invalid: \/healthz/),
    );
  });

  test('the bypass check fails when the function answers requests that bypass the edge', async () => {
    const report = await check(undefined, { functionUrl: gatewayOrigin() });
    expect(failures(report)).toEqual([
      'the function refuses requests that bypass the edge: 200 without a secret, 200 with a wrong one',
    ]);
  });

  test('the workloads check fails when the function requires no signature or does not recognise the role', async () => {
    const credentials = () => Promise.resolve({ accessKeyId: 'any', secretAccessKey: 'any' });
    const workloads = { url: gatewayOrigin(), keyId: '01JD0000000000000000000000', credentials };
    const report = await runSmoke({ endpoint: gatewayOrigin(), apiKey: run.gateway.account.apiKey, workloads });
    expect(failures(report)).toEqual([
      "workloads are recognised by their IAM role: 401 unsigned, 401 signed, 401 signed but naming another role's key",
    ]);
  });

  test('the paid checks fail when the provider fails', async () => {
    run.upstream.answerWith(wholeAnswer({ error: {} }, 500));
    const report = await check();
    expect(failures(report)).toEqual([
      'a streamed request is answered: 502',
      'a client that disconnects pays for what was produced: no stream to disconnect from: 502',
    ]);
    expect(report.costPico).toBe(0n);
  });

  test('the checks fail when the gateway is not running', async () => {
    const { url, stop } = await startEdge({ origin: gatewayOrigin() });
    await stop();
    expect(failures(await check(url))).toContain('the gateway answers: ECONNREFUSED');
  });
});

describe('the smoke command', () => {
  const smoke = async (args: readonly string[], environment: Readonly<Record<string, string>> = {}) => {
    const child = runScript('tools/smoke/smoke.ts', args, { TOLLGATE_KEY: run.gateway.account.apiKey, ...environment });
    const code = await child.ended;
    expect(child.out() + child.err()).not.toContain(run.gateway.account.apiKey);
    return { code, out: child.out(), err: child.err() };
  };

  test('the smoke command prints a line for each check and the cost of the run', async () => {
    const { code, out } = await smoke(['--endpoint', run.gateway.url]);
    expect(code).toBe(0);
    expect(out).toMatch(/^ok {4}a streamed request is answered: 200$/m);
    expect(out).toMatch(/^cost of this run: \$0\.0000\d+\n$/m);
  });

  test('the smoke command prints JSON with --json, and exits with code 1 when a check fails', async () => {
    const { code, out } = await smoke(['--endpoint', gatewayOrigin(), '--json', '--function-url', gatewayOrigin()]);
    expect(code).toBe(1);
    const { ok, cost } = JSON.parse(out) as { ok: boolean; cost: string };
    expect([ok, cost]).toEqual([false, expect.stringMatching(/^0\.0000\d+$/)]);
    expect(cost).not.toBe(formatUsd(0n));
  });

  test('the smoke command refuses an invalid key without printing it', async () => {
    const { code, out, err } = await smoke(['--endpoint', gatewayOrigin()], { TOLLGATE_KEY: 'sk-other' });
    expect([code, out]).toEqual([2, '']);
    expect(err).not.toContain('sk-other');
  });

  test.each([
    [[], 'Give the deployment with --endpoint <url>.'],
    [['--endpoint', 'gateway.example.com'], '--endpoint must be an http or https URL.'],
    [['--endpoint', 'https://u:p@x'], '--endpoint must be an http or https URL.'],
    [['--endpoint', 'https://x/v2'], '--endpoint must have no path other than /v1.'],
    [['--endpoint', 'https://x', '--workloads-url', 'https://y'], 'Give --workloads-url and --role-key together'],
    [
      ['--endpoint', 'https://x', '--role-key', '01JD0000000000000000000000'],
      'Give --workloads-url and --role-key together',
    ],
    [['--endpoint', 'https://x', '--workloads-url', 'https://y', '--role-key', 'tg_secret'], 'the ID of a key'],
    [['--endpoint', 'https://x', '--keys', 'tg_secret'], 'There is an unknown option, or one without its value.'],
    [
      ['--endpoint', 'https://x', '--key', 'tg_secret'],
      'The API key is invalid: it must have the form tg_<keyId>_<secret>.',
    ],
  ])('the smoke options %j are a usage error', (args, message) => {
    expect(() => parseSmokeOptions(args)).toThrow(message);
  });
});

const hasOpenssl = spawnSync('openssl', ['version']).status === 0;
// Node can read certificates but cannot create them.
describeUnless(hasOpenssl ? undefined : 'openssl is not installed')('the smoke checks over TLS', () => {
  let folder: string;
  let tls: { readonly key: string; readonly cert: string };
  const certificate = (): string => join(folder, 'cert.pem');
  beforeAll(() => {
    folder = temporaryFolder();
    const files = ['-keyout', join(folder, 'key.pem'), '-out', certificate()];
    const subject = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=IP:127.0.0.1', '-days', '1'];
    const { status } = spawnSync('openssl', ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', ...files, ...subject]);
    expect(status).toBe(0);
    tls = { key: readFileSync(join(folder, 'key.pem'), 'utf8'), cert: readFileSync(certificate(), 'utf8') };
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  /** Runs the command in its own process, because Node reads the trusted certificates only when it starts. */
  async function smoke(options: Omit<EdgeOptions, 'origin'>) {
    const url = await edge({ headers: SECURITY_HEADERS, ...options });
    const environment = { TOLLGATE_KEY: run.gateway.account.apiKey, NODE_EXTRA_CA_CERTS: certificate() };
    const child = runScript('tools/smoke/smoke.ts', ['--endpoint', url], environment);
    return { code: await child.ended, out: child.out() };
  }

  test('an edge that supports only TLS 1.3 passes', async () => {
    const { code, out } = await smoke({ tls: { ...tls, minVersion: 'TLSv1.3' } });
    expect(out).toMatch(/^ok {4}TLS 1\.3 is supported: TLSv1\.3\nok {4}TLS 1\.2 is refused: no handshake \(ERR_SSL_/m);
    expect(out).toMatch(/^ok {4}answers have the security headers/m);
    expect(code).toBe(0);
  });

  test('an edge that refuses requests after a TLS 1.2 handshake passes', async () => {
    const { code, out } = await smoke({ tls: { ...tls, minVersion: 'TLSv1.2' }, refusesOlderRequests: true });
    expect(out).toMatch(/^ok {4}TLS 1\.2 is refused: handshake, then 403$/m);
    expect(out).toMatch(/^ok {4}requests over TLS 1\.3 pass the edge: 4 paths$/m);
    expect(code).toBe(0);
  });

  test('an edge that serves TLS 1.2 or lacks security headers fails', async () => {
    const { code, out } = await smoke({ tls: { ...tls, minVersion: 'TLSv1.2' }, headers: {} });
    expect(out).toMatch(/^FAIL {2}TLS 1\.2 is refused: handshake, then 200 at \/healthz$/m);
    expect(out).toMatch(/^FAIL {2}answers have the security headers: strict-transport-security: none; /m);
    expect(code).toBe(1);
  });

  test('an edge that does not know the TLS version and refuses every request fails, and the report says why', async () => {
    const { code, out } = await smoke({ tls: { ...tls, minVersion: 'TLSv1.3' }, refusesAllWith: 'tls_unknown' });
    expect(out).toMatch(
      /^FAIL {2}requests over TLS 1\.3 pass the edge: 403 tls_unknown at \/healthz: CloudFront does not/m,
    );
    expect(code).toBe(1);
  });

  test('an edge with an untrusted certificate fails', async () => {
    const url = await edge({ tls: { ...tls, minVersion: 'TLSv1.3' } });
    expect(failures(await check(url))[0]).toMatch(/^TLS 1\.3 is supported: (DEPTH_ZERO_)?SELF_SIGNED/);
  });
});
