import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { type Gateway, killChildren, readDevFile, start, tollgate } from './child-process';
import { temporaryFolder } from './temporary-folder';
import { until } from './until';

const AT_ONCE = { TOLLGATE_ERASURE_GRACE_DAYS: '0', TOLLGATE_ERASURE_BALANCE: 'forfeit' };

let folder = '';
let gateway: Gateway;
beforeEach(async () => {
  folder = temporaryFolder();
  gateway = await start(folder, AT_ONCE);
});
afterEach(async () => {
  await killChildren();
  rmSync(folder, { recursive: true });
});

const command = (...args: readonly string[]) => tollgate(folder, ...args);

async function ask(method: string, path: string, role?: string) {
  const token = role === undefined ? undefined : (await command('token', '--as', role)).out.trim();
  const headers: { [name: string]: string } = token === undefined ? {} : { authorization: `Bearer ${token}` };
  const response = await fetch(`${new URL(gateway.gatewayUrl).origin}/api/v1${path}`, { method, headers });
  const text = await response.text();
  return {
    status: response.status,
    body: (text === '' ? {} : JSON.parse(text)) as { readonly [name: string]: unknown },
  };
}

const certified = (erasureId: string) =>
  until(
    'the certificate',
    async () => {
      const answer = await ask('GET', `/erasures/${erasureId}/certificate`);
      return answer.status === 200 && answer.body;
    },
    60_000,
  );

/** The files of the folder that contain a text, but those of the store, which are overwritten in time. */
function filesWith(text: string, below = folder): readonly string[] {
  return readdirSync(below, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith('.json'))
    .map((entry) => join(entry.parentPath, entry.name))
    .filter((file) => readFileSync(file, 'utf8').includes(text));
}

test('promise-09 a person of a local run erases themselves, and no file of the folder has their address any more', async () => {
  const address = 'developer@example.test';
  expect(filesWith(address).length).toBeGreaterThan(0);
  const made = await ask('POST', '/me/erasures', 'developer');
  expect([made.status, made.body['state']]).toEqual([201, 'grace']);
  const erasureId = String(made.body['erasureId']);
  const signed = await certified(erasureId);
  expect(signed).toMatchObject({ certificate: { erasureId, subject: 'person', balanceOutcome: 'none' } });
  expect(filesWith(address)).toEqual([]);
  expect((await command('token', '--as', 'developer')).code).toBe(1);
  gateway.kill('SIGINT');
  await gateway.ended;
  gateway = await start(folder, AT_ONCE);
  expect(filesWith(address)).toEqual([]);
  expect((await ask('GET', `/accounts/${gateway.accountId}`, 'owner')).status).toBe(200);
}, 120_000);

test('promise-09 an erasure of an account survives kills in the middle of its steps, and the account does not come back', async () => {
  const { accountId } = gateway;
  const made = await ask('POST', `/accounts/${accountId}/erasures`, 'owner');
  expect(made.status).toBe(201);
  const erasureId = String(made.body['erasureId']);
  // Just after the request, while running requests end, and while the last mail is sent or later.
  for (const milliseconds of [0, 1_500, 7_500]) {
    await wait(milliseconds);
    gateway.kill('SIGKILL');
    await gateway.ended;
    gateway = await start(folder, AT_ONCE);
  }
  await certified(erasureId);
  const shown = await command('erasures', 'certificate', erasureId);
  expect(shown.code).toBe(0);
  expect(shown.out).not.toContain(accountId);
  gateway.kill('SIGINT');
  expect(await gateway.ended).toBe(0);
  gateway = await start(folder, AT_ONCE);
  expect(readDevFile(folder).accountId).not.toBe(accountId);
  expect((await command('wallet', accountId)).code).toBe(1);
  expect((await command('ledger', 'verify')).code).toBe(0);
}, 180_000);

test('commands hold, lift and cancel an erasure, and check its certificate', async () => {
  const { accountId } = gateway;
  expect(await command('erasures', 'request', accountId)).toMatchObject({ code: 2 });
  expect((await command('erasures', 'hold', accountId)).code).toBe(0);
  const requested = await command('erasures', 'request', accountId, '--identity', 'identity_document');
  expect(JSON.parse(requested.out)).toMatchObject({
    state: 'grace',
    balance: 'forfeit',
    identityCheck: 'identity_document',
  });
  const { erasureId } = JSON.parse(requested.out) as { readonly erasureId: string };
  expect(await command('erasures', 'request', accountId, '--identity', 'verified_email')).toMatchObject({ code: 1 });
  await wait(6_000);
  expect((await command('erasures', 'show', accountId)).out).toContain('"state":"grace"');
  expect((await command('erasures', 'cancel', accountId, erasureId)).out).toContain('"state":"cancelled"');
  expect((await command('erasures', 'lift', accountId)).code).toBe(0);
  const again = await command('erasures', 'request', accountId, '--identity', 'signed_in_call');
  const second = (JSON.parse(again.out) as { readonly erasureId: string }).erasureId;
  await certified(second);
  const { out } = await command('erasures', 'certificate', second);
  const file = join(folder, 'certificate.txt');
  writeFileSync(file, out);
  expect(await command('erasures', 'verify', file)).toMatchObject({ code: 0 });
  writeFileSync(file, out.replace('"forfeited"', '"refunded"'));
  const forged = await command('erasures', 'verify', file);
  expect([forged.code, forged.err]).toEqual([1, expect.stringContaining('does not match')]);
}, 180_000);
