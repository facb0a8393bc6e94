import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { unzip } from '../domain/privacy/export-stage';
import { ProcessRun } from './process-run';
import { until } from './until';

const run = new ProcessRun();
beforeAll(() => run.start());
afterAll(() => run.stop());

interface Export {
  readonly exportId: string;
  readonly state: string;
  readonly files: readonly { readonly url: string; readonly name: string; readonly bytes: number }[];
}

const origin = (): string => new URL(run.gateway.gatewayUrl).origin;

async function ask(
  method: string,
  path: string,
  role = 'owner',
): Promise<{ readonly status: number; readonly body: Export & { readonly passphrase: string } }> {
  const authorization = `Bearer ${await run.accessToken(role)}`;
  const response = await fetch(`${origin()}/api/v1${path}`, { method, headers: { authorization } });
  return { status: response.status, body: (await response.json()) as Export & { passphrase: string } };
}

const ready = (path: string): Promise<Export> =>
  until('the export to be ready', async () => {
    const { body } = await ask('GET', path);
    return body.state === 'ready' && body;
  });

/** Downloads an export and opens its archives. @returns the files by name, as one text for each */
async function open(path: string): Promise<ReadonlyMap<string, string>> {
  const { files } = await ready(path);
  const { body } = await ask('POST', `${path}/passphrase`);
  const archives = await Promise.all(files.map(async ({ url }) => Buffer.from(await (await fetch(url)).arrayBuffer())));
  const entries = await Promise.all(archives.map((archive) => unzip(archive, body.passphrase)));
  return new Map(entries.flat());
}

const accountPath = (): string => `/accounts/${run.gateway.accountId}/exports`;

test('promise-10 an owner exports an account of a local run, and opens the archive with the passphrase', async () => {
  expect((await run.ask(run.gateway.apiKey, 'a prompt that nobody stores')).status).toBe(200);
  const { status, body } = await ask('POST', accountPath());
  expect([status, body.state]).toEqual([201, 'running']);
  const path = `${accountPath()}/${body.exportId}`;
  const contents = await open(path);
  expect([...contents.keys()]).toEqual(expect.arrayContaining(['account.json', 'usage-record.csv', 'README.txt']));
  expect(contents.get('usage-record.json')).toContain('"model":"demo"');
  expect([...contents.values()].join()).not.toContain('a prompt that nobody stores');
  expect((await ask('POST', `${path}/passphrase`)).status).toBe(409);
  const inbox = await until('the mail', async () => {
    const text = await (await fetch(`${origin()}/inbox`)).text();
    return text.includes('Your data is ready') && text;
  });
  expect(inbox).toContain(body.exportId);
});

test('a link to an export that was changed leads to no file', async () => {
  const { body } = await ask('POST', '/me/exports');
  const { files } = await ready(`/me/exports/${body.exportId}`);
  const url = files[0]?.url ?? '';
  expect((await fetch(url)).status).toBe(200);
  const forged = [
    url.replace(/until=\d+/, 'until=9999999999999'),
    url.replace('.zip?', '.zip.part?'),
    url.split('?')[0],
  ];
  for (const each of forged) expect((await fetch(each ?? '')).status).toBe(403);
});

test('an export whose process was killed is finished by the next one', async () => {
  const { body } = await ask('POST', accountPath());
  run.gateway.kill('SIGKILL');
  await run.gateway.ended;
  await run.startAgain();
  const contents = await open(`${accountPath()}/${body.exportId}`);
  expect(contents.get('account.json')).toContain(`"kind":"account"`);
  const stored = readdirSync(join(run.folder, 'exports', run.gateway.accountId, body.exportId));
  expect(stored.filter((name) => name.endsWith('.zip'))).toHaveLength(1);
});

test('a command requests an export for an owner, who alone gets it', async () => {
  const { accountId } = run.gateway;
  expect(await run.tollgate('exports', 'request', accountId)).toMatchObject({ code: 2 });
  const requested = await run.tollgate('exports', 'request', accountId, '--identity', 'identity_document');
  expect(requested.code).toBe(0);
  const { exportId, ...rest } = JSON.parse(requested.out) as Export & { readonly identityCheck: string };
  expect(rest).toMatchObject({ state: 'running', identityCheck: 'identity_document' });
  const contents = await open(`${accountPath()}/${exportId}`);
  expect(contents.get('account.json')).toContain(`"kind":"account"`);
  const listed = await run.tollgate('exports', 'list', accountId);
  expect(listed.out).toContain(`{"exportId":"${exportId}","state":"ready"`);
  expect(listed.out).not.toMatch(/passphrase|zip/);
});

test('an export that a command requested without a gateway is written by the next one', async () => {
  const { accountId } = run.gateway;
  await run.interrupt();
  const requested = await run.tollgate('exports', 'request', accountId, '--identity', 'verified_email');
  expect([requested.code, requested.err]).toEqual([0, expect.stringContaining('npm start')]);
  const { exportId } = JSON.parse(requested.out) as Export;
  const again = await run.tollgate('exports', 'request', accountId, '--identity', 'verified_email');
  expect([again.code, again.err]).toEqual([1, expect.stringContaining('running')]);
  await run.startAgain();
  expect((await ready(`${accountPath()}/${exportId}`)).files).toHaveLength(1);
});
