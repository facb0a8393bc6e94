import { exportKey } from '../../lambdas/contracts/storage/table-keys/privacy';
import { ACCOUNTS } from '../../lambdas/contracts/storage/tables';
import { DAY_MS, MINUTE_MS } from '../../lambdas/domain/clock';
import { ApiStage } from './api-stage';
import { anExport } from './export-examples';

const exportsOf = (accountId: string): string => `/v1/accounts/${accountId}/exports`;

test('promise-10 an export of another account does not exist', async () => {
  const stage = await ApiStage.open();
  stage.signedInAt = stage.now;
  const theirs = await anExport(stage, stage.otherAccountId);
  for (const [method, more] of [
    ['GET', ''],
    ['POST', '/passphrase'],
  ] as const) {
    const path = `${exportsOf(stage.accountId)}/${theirs}${more}`;
    expect(await stage.ask({ method, path, as: 'owner' })).toMatchObject({
      status: 404,
      body: { code: 'export_not_found' },
    });
    const elsewhere = `${exportsOf(stage.otherAccountId)}/${theirs}${more}`;
    expect(await stage.ask({ method, path: elsewhere, as: 'owner' })).toMatchObject({
      status: 404,
      body: { code: 'account_not_found' },
    });
  }
  const own = await anExport(stage, stage.person('stranger'));
  expect(await stage.ask({ method: 'GET', path: `/v1/me/exports/${own}`, as: 'owner' })).toMatchObject({ status: 404 });
});

test('an export is requested, recorded and started, and a second one waits for it', async () => {
  const stage = await ApiStage.open();
  const path = exportsOf(stage.accountId);
  const first = await stage.ask({ method: 'POST', path, as: 'owner' });
  expect(first).toMatchObject({ status: 201, body: { state: 'running', requestedBy: stage.person('owner') } });
  const exportId = first.body['exportId'];
  expect(stage.started).toEqual([{ ownerId: stage.accountId, exportId }]);
  expect(await stage.ask({ method: 'POST', path, as: 'admin' })).toMatchObject({
    status: 409,
    body: { code: 'export_running' },
  });
  expect(await stage.ask({ method: 'GET', path, as: 'owner' })).toMatchObject({ body: { items: [{ exportId }] } });
  const { items } = await stage.parts.audit.page(stage.accountId, { limit: 1 });
  expect(items).toMatchObject([{ action: 'export.create', target: exportId, actor: stage.person('owner') }]);
});

test('a running export has no links, and its passphrase is not shown', async () => {
  const stage = await ApiStage.open();
  stage.signedInAt = stage.now;
  const { body } = await stage.ask({ method: 'POST', path: exportsOf(stage.accountId), as: 'owner' });
  const path = `${exportsOf(stage.accountId)}/${String(body['exportId'])}`;
  expect(await stage.ask({ method: 'GET', path, as: 'owner' })).toMatchObject({
    body: { state: 'running', files: [] },
  });
  const reveal = { method: 'POST', path: `${path}/passphrase`, as: 'owner' };
  expect(await stage.ask(reveal)).toMatchObject({ status: 409, body: { code: 'export_not_ready' } });
});

test('a passphrase is shown once, to a person who has just signed in', async () => {
  const stage = await ApiStage.open();
  const exportId = await anExport(stage, stage.accountId);
  const reveal = { method: 'POST', path: `${exportsOf(stage.accountId)}/${exportId}/passphrase`, as: 'owner' };
  stage.signedInAt = stage.now - 5 * MINUTE_MS - 1;
  expect(await stage.ask(reveal)).toMatchObject({ status: 403, body: { code: 'sign_in_again' } });
  stage.signedInAt = stage.now - 5 * MINUTE_MS;
  const answers = await Promise.all([stage.ask(reveal), stage.ask(reveal)]);
  expect(answers.map(({ status }) => status).sort()).toEqual([200, 409]);
  const passphrase = String(answers.find(({ status }) => status === 200)?.body['passphrase']);
  expect(passphrase).toMatch(/^\w{43}$/);
  expect(await stage.ask(reveal)).toMatchObject({ status: 409, body: { code: 'passphrase_shown' } });
  expect(stage.logged.join()).not.toContain(passphrase);
});

test('an operator requests an export for an owner with a recorded check, and cannot read it', async () => {
  const stage = await ApiStage.open();
  const path = `/v1/accounts/${stage.accountId}/assisted-exports`;
  expect(await stage.ask({ method: 'POST', path, as: 'operator', body: {} })).toMatchObject({ status: 400 });
  const body = { identityCheck: 'identity_document' };
  const answer = await stage.ask({ method: 'POST', path, as: 'operator', body });
  expect(answer).toMatchObject({ status: 201, body });
  const { items } = await stage.parts.audit.page(stage.accountId, { limit: 1 });
  expect(items).toMatchObject([{ action: 'export.assist', after: body }]);
  const exportId = String(answer.body['exportId']);
  await stage.store.write({
    table: ACCOUNTS,
    update: exportKey(stage.accountId, exportId),
    change: { set: { state: 'ready', files: [{ name: '1', bytes: 1, items: 1 }] } },
  });
  const read = { method: 'GET', path: `${exportsOf(stage.accountId)}/${exportId}` };
  expect(await stage.ask({ ...read, as: 'operator' })).toMatchObject({ status: 200, body: { files: [] } });
  expect(await stage.ask({ ...read, as: 'owner' })).toMatchObject({ body: { files: [{ name: `${exportId}.zip` }] } });
});

test('an export, its links and its passphrase end after seven days', async () => {
  const stage = await ApiStage.open();
  const exportId = await anExport(stage, stage.accountId);
  const path = `${exportsOf(stage.accountId)}/${exportId}`;
  stage.now += 7 * DAY_MS;
  stage.signedInAt = stage.now;
  expect(await stage.ask({ method: 'GET', path, as: 'owner' })).toMatchObject({ status: 404 });
  expect(await stage.ask({ method: 'POST', path: `${path}/passphrase`, as: 'owner' })).toMatchObject({ status: 404 });
});
