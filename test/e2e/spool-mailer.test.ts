import { existsSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { get, type OutgoingHttpHeaders } from 'node:http';
import { join } from 'node:path';
import { DataFolder } from '../../dev/local/folder/data-folder';
import { SpoolMailer } from '../../dev/local/mail/spool-mailer';
import { startLocalRun } from './local-run';
import { temporaryFolder } from './temporary-folder';
import { until } from './until';

const NOW = Date.parse('2026-11-20T10:00:00.000Z');
const TEXT = {
  to: 'new@example.test',
  subject: 'You are invited',
  text: 'A token',
  html: '<p>A token</p>',
  headers: [],
};
const MAIL = { ...TEXT, messageId: 'msg_1', addressHash: 'a-hash' };

test('the mails of a local run are private files that sort by the time of sending', async () => {
  const path = temporaryFolder();
  const mailer = new SpoolMailer(new DataFolder(path), () => NOW);
  await mailer.send(MAIL);
  await mailer.send({ ...MAIL, subject: 'Another', messageId: 'msg_2' });
  const spool = join(path, 'mail');
  const files = readdirSync(spool).sort();
  expect(files).toEqual(['2026-11-20T100000.000Z-msg_1.json', '2026-11-20T100000.000Z-msg_2.json']);
  expect(files.map((file) => statSync(join(spool, file)).mode & 0o777)).toEqual([0o600, 0o600]);
  expect(statSync(spool).mode & 0o777).toBe(0o700);
  expect(JSON.parse(readFileSync(join(spool, files[0] ?? ''), 'utf8'))).toEqual({
    ...TEXT,
    sentAt: '2026-11-20T10:00:00.000Z',
  });
  rmSync(path, { recursive: true });
});

test('an invitation in a local run becomes a mail in the data folder and does not appear in the log', async () => {
  const run = await startLocalRun();
  try {
    const { accountId } = run.gateway.account;
    const response = await fetch(new URL(`/api/v1/accounts/${accountId}/invitations`, run.gateway.url), {
      method: 'POST',
      headers: {
        authorization: `Bearer ${await run.gateway.identity.accessToken('owner')}`,
        'content-type': 'application/json',
      },
      body: JSON.stringify({ email: 'new@example.test', role: 'developer' }),
    });
    expect([response.status, await response.text()]).toEqual([201, expect.not.stringContaining('tgi_')]);
    await until(
      'the mail',
      () => existsSync(join(run.folder, 'mail')) && readdirSync(join(run.folder, 'mail')).length > 0,
    );
    const [file = '', ...others] = readdirSync(join(run.folder, 'mail'));
    expect(others).toEqual([]);
    expect(readFileSync(join(run.folder, 'mail', file), 'utf8')).toMatch(/"to": "new@example.test"[^]*tgi_/);
    expect(run.log.join('')).not.toMatch(/@|tgi_/);
    const inbox = await fetch(new URL('/inbox', run.gateway.url));
    const page = await inbox.text();
    expect([inbox.status, inbox.headers.get('content-security-policy')]).toEqual([
      200,
      expect.stringContaining("default-src 'none'"),
    ]);
    expect(page).toMatch(/You are invited[^]*To new@example.test[^]*<iframe [^>]*sandbox="allow-popups[^>]*tgi_/);
    expect(page).not.toContain('<script');
  } finally {
    await run.stop();
  }
});

test('the inbox page answers only to the names of this machine, and shows mails of this run only', async () => {
  const run = await startLocalRun();
  try {
    const { port } = new URL(run.gateway.url);
    const mailer = new SpoolMailer(new DataFolder(run.folder), () => NOW);
    await mailer.send({ ...MAIL, subject: 'Of an earlier run' });
    const page = await fetch(`http://localhost:${port}/inbox`);
    expect(await page.text()).toContain('No mail was sent in this run yet');
    const rebound = await status({ port, headers: { host: 'attacker.example' } });
    expect(rebound).toBe(421);
    expect((await fetch(`http://127.0.0.1:${port}/inbox`, { method: 'POST' })).status).toBe(405);
  } finally {
    await run.stop();
  }
});

const status = (options: { readonly port: string; readonly headers: OutgoingHttpHeaders }): Promise<number> =>
  new Promise((resolve, reject) => {
    get({ host: '127.0.0.1', path: '/inbox', ...options }, (response) => {
      response.resume();
      resolve(response.statusCode ?? 0);
    }).on('error', reject);
  });
