import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { text } from 'node:stream/consumers';
import { build } from 'esbuild';
import * as environments from '../../lambdas/contracts/deployment/environment';
import { ORIGIN_SECRET_HEADER } from '../../lambdas/contracts/deployment/edge';
import { BUNDLING } from '../../lib/constructs/bundling';
import { functionUrlEvent } from '../deploy/function-url-event';

const HANDLERS = 'lambdas/handlers';
const ORIGIN_SECRET = 'a secret of the edge';
const SECRETS: { [arn: string]: string } = {
  KEY_PEPPER_SECRET: 'a pepper of sufficient length',
  ORIGIN_SECRET: JSON.stringify({ current: ORIGIN_SECRET }),
  PROVIDER_KEYS_SECRET: JSON.stringify({ openai: 'a key of the operator' }),
  STRIPE_KEYS_SECRET: JSON.stringify({
    apiKey: 'sk_test_Qm3vX8bL2kTz7RwYc5Nd',
    webhookSecret: 'whsec_Zt6hJ4pWq9Vb3Xk8Ls2Rn7Dy',
  }),
};

/** Each variable has its own name as its value, except those that are parsed. */
const ENVIRONMENT = {
  ...Object.fromEntries(Object.values(environments).flatMap((names) => names.map((name) => [name, name]))),
  PROVIDERS: JSON.stringify([{ id: 'openai', dialect: 'openai', baseUrl: 'https://api.openai.com/v1' }]),
  USAGE_RETENTION_DAYS: '90',
  STATISTICS_ACCOUNTS_MIN: '5',
  HOLDS: 'rolling',
  METRICS_NAMESPACE: 'Tollgate/test',
  PAYMENT_SETTINGS: JSON.stringify({}),
  ADDRESS_POLICY: 'network',
  USER_POOL_ID: 'us-east-1_Abcdefghi',
  RECEIPT_KEY: 'arn:aws:kms:us-east-1:111122223333:key/00000000-0000-0000-0000-000000000000',
};

/** Stands in for the part of Lambda that a bundle needs: it loads the bundle, says so, and runs one event. */
const RUNTIME = `
  const chunks = [];
  globalThis.awslambda = {
    streamifyResponse: (handler) => handler,
    HttpResponseStream: { from: (stream, head) => (console.log('head', head.statusCode), stream) },
  };
  const { Writable } = await import('node:stream');
  const { handler } = await import(process.argv[1]);
  console.log('loaded', typeof handler);
  if (process.argv[2] !== undefined) {
    const stream = new Writable({ write: (_chunk, _encoding, done) => done() });
    await handler(JSON.parse(process.argv[2]), stream, { getRemainingTimeInMillis: () => 60_000 });
  }
  process.exit(0);
`;

let folder: string;
let services: Server;
/** The secrets and operations that the function has asked AWS for so far. */
let asked: string[] = [];
/** How many of the next requests for a secret are denied. */
let denied = 0;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'tollgate-bundles-'));
  const files = readdirSync(HANDLERS, { recursive: true, encoding: 'utf8' });
  await build({
    entryPoints: files.filter((file) => file.endsWith('.lambda.ts')).map((file) => join(HANDLERS, file)),
    outdir: folder,
    outExtension: { '.js': '.mjs' },
    entryNames: '[name]',
    bundle: true,
    platform: 'node',
    format: BUNDLING.format,
    target: BUNDLING.target,
    banner: { js: BUNDLING.banner },
    mainFields: [...BUNDLING.mainFields],
    logLevel: 'error',
  });
  services = createServer((request, response) => {
    void text(request).then((body) => {
      const operation = String(request.headers['x-amz-target']).split('.')[1]!;
      const { SecretId } = JSON.parse(body) as { SecretId?: string };
      asked.push(SecretId ?? operation);
      if (SecretId !== undefined && denied > 0) {
        denied -= 1;
        response.writeHead(400, { 'content-type': 'application/x-amz-json-1.1' });
        response.end(JSON.stringify({ __type: 'AccessDeniedException' }));
        return;
      }
      response.writeHead(200, { 'content-type': 'application/x-amz-json-1.1' });
      const found = SecretId === undefined ? { Items: [], Count: 0 } : { SecretString: SECRETS[SecretId] };
      response.end(JSON.stringify(found));
    });
  }).listen(0, '127.0.0.1');
  await once(services, 'listening');
});
afterAll(() => {
  services.close();
  rmSync(folder, { recursive: true });
});
beforeEach(() => {
  asked = [];
  denied = 0;
});

/** @returns the function's output, and what it had asked for when its code was loaded */
async function start(name: string, event?: object): Promise<{ output: string; askedAtStart: readonly string[] }> {
  const args = ['--input-type=module', '-e', RUNTIME, join(folder, `${name}.lambda.mjs`)];
  const { port } = services.address() as AddressInfo;
  const child = spawn(process.execPath, [...args, ...(event ? [JSON.stringify(event)] : [])], {
    env: {
      ...ENVIRONMENT,
      AWS_ENDPOINT_URL: `http://127.0.0.1:${port}`,
      AWS_REGION: 'us-east-1',
      AWS_ACCESS_KEY_ID: 'test',
      AWS_SECRET_ACCESS_KEY: 'test',
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  let askedAtStart: readonly string[] = [];
  child.stderr.on('data', (chunk: Buffer) => (output += chunk.toString()));
  child.stdout.on('data', (chunk: Buffer) => {
    output += chunk.toString();
    if (chunk.toString().includes('loaded')) askedAtStart = [...asked];
  });
  await once(child, 'close');
  return { output, askedAtStart };
}

const probe = functionUrlEvent('/healthz', { [ORIGIN_SECRET_HEADER]: ORIGIN_SECRET });

const NAMES = readdirSync(HANDLERS, { recursive: true, encoding: 'utf8' })
  .filter((file) => file.endsWith('.lambda.ts'))
  .map((file) => basename(file, '.lambda.ts'));

test.each(NAMES)('the bundle of the function %s loads as an ES module and exports a handler', async (name) => {
  const { output } = await start(name);
  expect(output).toContain('loaded function');
});

test.each([
  ['gateway', ['KEY_PEPPER_SECRET', 'ORIGIN_SECRET', 'PROVIDER_KEYS_SECRET']],
  ['workloads', ['PROVIDER_KEYS_SECRET']],
  ['api', ['KEY_PEPPER_SECRET', 'ORIGIN_SECRET']],
  ['not-found', ['ORIGIN_SECRET']],
  ['stripe-webhook', ['ORIGIN_SECRET', 'STRIPE_KEYS_SECRET']],
  ['reconcile-payments', ['STRIPE_KEYS_SECRET']],
  ['wallet-watch', ['STRIPE_KEYS_SECRET']],
])('the function %s has its secrets before its first request', async (name, secrets) => {
  const { askedAtStart } = await start(name);
  expect(askedAtStart.filter((what) => what in SECRETS).toSorted()).toEqual(secrets);
});

test('the data plane reads its catalog while it starts, and its first request fetches nothing', async () => {
  const { output, askedAtStart } = await start('gateway', probe);
  expect(output).toContain('head 200');
  expect(askedAtStart.some((what) => what in SECRETS)).toBe(true);
  expect(askedAtStart.some((what) => !(what in SECRETS))).toBe(true);
  expect(asked).toEqual(askedAtStart);
});

test('a data plane that could not fetch its secrets while it started fetches them with its first request', async () => {
  denied = 3;
  const { output } = await start('gateway', probe);
  expect(output).toContain('loaded function');
  expect(output).toContain('head 200');
});

test.each([['stripe-webhook'], ['reconcile-payments'], ['wallet-watch']])(
  'the function %s does not start with a signing secret that is a placeholder',
  async (name) => {
    const usable = SECRETS['STRIPE_KEYS_SECRET']!;
    SECRETS['STRIPE_KEYS_SECRET'] = usable.replace(/whsec_\w+/, 'whsec_test_secret_of_the_documentation');
    const { output } = await start(name);
    SECRETS['STRIPE_KEYS_SECRET'] = usable;
    expect(output).toContain('a secret is empty or malformed');
    expect(output).not.toContain('loaded function');
    expect(output).not.toContain('whsec_');
  },
);

test('the API and the payment jobs start without keys of Stripe, because they have other work', async () => {
  const usable = SECRETS['STRIPE_KEYS_SECRET']!;
  SECRETS['STRIPE_KEYS_SECRET'] = '{}';
  for (const name of ['api', 'payment-jobs']) expect((await start(name)).output).toContain('loaded function');
  SECRETS['STRIPE_KEYS_SECRET'] = usable;
});
