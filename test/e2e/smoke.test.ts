import { spawnSync } from 'node:child_process';
import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { formatUsd } from '../../lambdas/domain/money/pico';
import { parseSmokeOptions } from '../../dev/tools/smoke/smoke-options';
import { runSmoke, type SmokeReport } from '../../dev/tools/smoke/run-smoke';
import { describeUnless } from '../support/describe-unless';
import { endChildren, runScript } from './child-process';
import { type Edge, type EdgeOptions, startEdge } from './edge';
import { CHAT_MODEL, during, type LocalRun, MESSAGES_MODEL, startLocalRun } from './local-run';
import { chatStream, messageStream } from './shapes';
import { temporaryFolder } from './temporary-folder';
import { type Play, whole } from './upstream';

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

/** As a model writes: an event every few milliseconds. */
const written =
  (events: readonly string[]): Play =>
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
  run.upstream.plays(written(CHAT));
});
afterEach(async () => {
  for (const edge of edges) await edge.stop();
  await endChildren();
  await run.stop();
});

const gatewayOrigin = (): string => new URL(run.gateway.url).origin;

async function edge(options: Omit<EdgeOptions, 'to'>): Promise<string> {
  const started = await startEdge({ to: gatewayOrigin(), ...options });
  edges.push(started);
  return started.url;
}

const check = (endpoint = gatewayOrigin(), more: { model?: string; functionUrl?: string } = {}): Promise<SmokeReport> =>
  runSmoke({ endpoint, apiKey: run.gateway.account.apiKey, ...more });

const failures = ({ findings }: SmokeReport): string[] =>
  findings.filter(({ state }) => state === 'failed').map(({ check: what, measured }) => `${what}: ${measured}`);

describe('a gateway that is as it should be', () => {
  test.each([
    ['a chat', CHAT_MODEL, CHAT],
    ['a message', MESSAGES_MODEL, MESSAGE],
  ])('passes with %s, and the run costs what the wallet paid', async (_what, model, events) => {
    run.upstream.plays(written(events));
    let report: SmokeReport | undefined;
    const { records, paidPico } = await during(run, async () => {
      report = await check(undefined, { model });
    });
    expect(report && failures(report)).toEqual([]);
    expect(report?.costPico).toBe(paidPico);
    expect(records.map(({ status }) => status).sort()).toEqual(['client_gone', 'completed']);
  });

  test('is asked for the cheapest model that is known', async () => {
    await check();
    expect(run.upstream.received.map(({ json }) => json['model'])).toEqual(['gpt-5-nano', 'gpt-5-nano']);
  });

  test('says what cannot be seen over http, and why', async () => {
    const skipped = (await check()).findings.filter(({ state }) => state === 'skipped').map((finding) => finding.check);
    expect(skipped).toEqual([
      'TLS 1.3 is spoken',
      'TLS 1.2 is refused',
      'answers carry the security headers',
      'the function refuses who comes past the edge',
      'workloads are known by their IAM role',
    ]);
  });
});

describe('a check fails', () => {
  test('when something on the way collects a stream', async () => {
    expect(failures(await check(await edge({ collects: true })))).toEqual([
      expect.stringMatching(/^its first byte comes before its last: 1 pieces over/),
    ]);
  });

  test('when answers lose their ids', async () => {
    const report = await check(await edge({ headers: { 'x-request-id': 'other' } }));
    expect(failures(report)).toContainEqual(
      expect.stringMatching(/^every answer has an x-request-id: not so: \/healthz/),
    );
  });

  test('when the function answers who comes past the edge', async () => {
    const report = await check(undefined, { functionUrl: gatewayOrigin() });
    expect(failures(report)).toEqual([
      'the function refuses who comes past the edge: 200 without, 200 with a wrong secret',
    ]);
  });

  test('when the function for workloads does not ask for a signature, or does not know the role', async () => {
    const credentials = () => Promise.resolve({ accessKeyId: 'any', secretAccessKey: 'any' });
    const workloads = { url: gatewayOrigin(), keyId: '01JD0000000000000000000000', credentials };
    const report = await runSmoke({ endpoint: gatewayOrigin(), apiKey: run.gateway.account.apiKey, workloads });
    expect(failures(report)).toEqual([
      "workloads are known by their IAM role: 401 without a signature, 401 with it, 401 naming a key that is not the role's",
    ]);
  });

  test('when the provider does not answer', async () => {
    run.upstream.plays(whole({ error: {} }, 500));
    const report = await check();
    expect(failures(report)).toEqual([
      'a stream is answered: 502',
      'a client that leaves is charged for what was produced: no stream to leave: 502',
    ]);
    expect(report.costPico).toBe(0n);
  });

  test('when nobody is there', async () => {
    const { url, stop } = await startEdge({ to: gatewayOrigin() });
    await stop();
    expect(failures(await check(url))).toContain('the gateway answers: ECONNREFUSED');
  });
});

describe('the command', () => {
  const smoke = async (args: readonly string[], environment: Readonly<Record<string, string>> = {}) => {
    const child = runScript('tools/smoke/smoke.ts', args, { TOLLGATE_KEY: run.gateway.account.apiKey, ...environment });
    const code = await child.ended;
    expect(child.out() + child.err()).not.toContain(run.gateway.account.apiKey);
    return { code, out: child.out(), err: child.err() };
  };

  test('prints a line for each check and what the run cost', async () => {
    const { code, out } = await smoke(['--endpoint', run.gateway.url]);
    expect(code).toBe(0);
    expect(out).toMatch(/^ok {4}a stream is answered: 200$/m);
    expect(out).toMatch(/^cost of this run: \$0\.0000\d+\n$/m);
  });

  test('prints JSON where asked, and exits 1 on a failure', async () => {
    const { code, out } = await smoke(['--endpoint', gatewayOrigin(), '--json', '--function-url', gatewayOrigin()]);
    expect(code).toBe(1);
    const { ok, cost } = JSON.parse(out) as { ok: boolean; cost: string };
    expect([ok, cost]).toEqual([false, expect.stringMatching(/^0\.0000\d+$/)]);
    expect(cost).not.toBe(formatUsd(0n));
  });

  test('refuses a key that is none without repeating it', async () => {
    const { code, out, err } = await smoke(['--endpoint', gatewayOrigin()], { TOLLGATE_KEY: 'sk-other' });
    expect([code, out]).toEqual([2, '']);
    expect(err).not.toContain('sk-other');
  });

  test.each([
    [[], '--endpoint says which deployment.'],
    [['--endpoint', 'gateway.example.com'], '--endpoint must be an http or https URL.'],
    [['--endpoint', 'https://u:p@x'], '--endpoint must be an http or https URL.'],
    [['--endpoint', 'https://x/v2'], '--endpoint has no path but /v1.'],
    [['--endpoint', 'https://x', '--workloads-url', 'https://y'], '--workloads-url and --role-key go together'],
    [
      ['--endpoint', 'https://x', '--role-key', '01JD0000000000000000000000'],
      '--workloads-url and --role-key go together',
    ],
    [['--endpoint', 'https://x', '--workloads-url', 'https://y', '--role-key', 'tg_secret'], 'the id of a key'],
    [['--endpoint', 'https://x', '--keys', 'tg_secret'], 'The options are wrong.'],
    [['--endpoint', 'https://x', '--key', 'tg_secret'], 'TOLLGATE_KEY, or standard input, must be a key: tg_….'],
  ])('%j is a usage error', (args, message) => {
    expect(() => parseSmokeOptions(args)).toThrow(message);
  });
});

const hasOpenssl = spawnSync('openssl', ['version']).status === 0;
// Node can read a certificate but not make one.
describeUnless(hasOpenssl ? undefined : 'there is no openssl to make a certificate with')('over TLS', () => {
  let folder: string;
  let tls: { readonly key: string; readonly cert: string };
  const certificate = (): string => join(folder, 'cert.pem');
  beforeAll(() => {
    folder = temporaryFolder();
    const files = ['-keyout', join(folder, 'key.pem'), '-out', certificate()];
    const about = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=IP:127.0.0.1', '-days', '1'];
    const { status } = spawnSync('openssl', ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', ...files, ...about]);
    expect(status).toBe(0);
    tls = { key: readFileSync(join(folder, 'key.pem'), 'utf8'), cert: readFileSync(certificate(), 'utf8') };
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  /** In a process of its own: which certificates are trusted is settled when Node starts. */
  async function smoke(options: Omit<EdgeOptions, 'to'>) {
    const url = await edge({ headers: SECURITY_HEADERS, ...options });
    const environment = { TOLLGATE_KEY: run.gateway.account.apiKey, NODE_EXTRA_CA_CERTS: certificate() };
    const child = runScript('tools/smoke/smoke.ts', ['--endpoint', url], environment);
    return { code: await child.ended, out: child.out() };
  }

  test('an edge that speaks TLS 1.3 and nothing older passes', async () => {
    const { code, out } = await smoke({ tls: { ...tls, minVersion: 'TLSv1.3' } });
    expect(out).toMatch(/^ok {4}TLS 1\.3 is spoken: TLSv1\.3\nok {4}TLS 1\.2 is refused: no handshake \(ERR_SSL_/m);
    expect(out).toMatch(/^ok {4}answers carry the security headers/m);
    expect(code).toBe(0);
  });

  test('one that refuses the request after an older handshake passes too, and says so', async () => {
    const { code, out } = await smoke({ tls: { ...tls, minVersion: 'TLSv1.2' }, refusesOlderRequests: true });
    expect(out).toMatch(/^ok {4}TLS 1\.2 is refused: handshake, then 403$/m);
    expect(code).toBe(0);
  });

  test('one that serves older connections, or lacks a security header, fails', async () => {
    const { code, out } = await smoke({ tls: { ...tls, minVersion: 'TLSv1.2' }, headers: {} });
    expect(out).toMatch(/^FAIL {2}TLS 1\.2 is refused: handshake, then 200$/m);
    expect(out).toMatch(/^FAIL {2}answers carry the security headers: strict-transport-security: none; /m);
    expect(code).toBe(1);
  });

  test('one whose certificate nobody trusts fails', async () => {
    const url = await edge({ tls: { ...tls, minVersion: 'TLSv1.3' } });
    expect(failures(await check(url))[0]).toMatch(/^TLS 1\.3 is spoken: (DEPTH_ZERO_)?SELF_SIGNED/);
  });
});
