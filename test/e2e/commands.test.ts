import { join } from 'node:path';
import { parseCommandLine } from '../../dev/cli/commands/command-line';
import { UsageError } from '../../dev/cli/commands/usage';
import { CognitoTokenVerifier } from '../../lambdas/adapters/cognito/cognito-token-verifier';
import { runScript, tollgate } from './child-process';
import { ProcessRun } from './process-run';
import { fromSource } from './programs';

const run = new ProcessRun();
beforeAll(() => run.start());
afterAll(() => run.stop());

const json = (text: string) => JSON.parse(text) as { [name: string]: string };

// The order matters: the second round stops the gateway and finds what the first one left.
describe.each(['while the gateway runs', 'after the gateway has stopped'])('%s', (when) => {
  const isRunning = when === 'while the gateway runs';
  beforeAll(async () => {
    if (isRunning) return;
    await run.interrupt();
  });

  test('the wallet, usage, keys and ledger commands work', async () => {
    const { accountId } = run.gateway;
    const before = json((await run.tollgate('wallet', accountId)).out);
    const created = await run.tollgate('keys', 'create', accountId, '--payer', await run.owner());
    expect(created).toMatchObject({ code: 0, err: '' });
    const { apiKey = '' } = json(created.out);
    if (isRunning) expect((await run.ask(apiKey)).status).toBe(200);

    const newest = await run.tollgate('usage', accountId, '--limit', '1');
    const lines = newest.out.trim().split('\n');
    expect(lines).toHaveLength(1);
    expect(newest.err).toMatch(isRunning ? /^$/ : /^There are more than 1 records;/);
    const record = json(lines[0] ?? '');
    expect(record).toMatchObject({ model: 'demo', provider: 'demo', status: 'completed', estimated: false });
    expect(Object.keys(record)).toEqual(expect.arrayContaining(['requestId', 'at', 'usage', 'cost']));
    expect(record['cost']).toMatch(/^0\.\d+$/);

    const credit = ['wallet', 'credit', accountId, '0.000000000001', '--payment-id', `p-${when.replaceAll(' ', '-')}`];
    expect(json((await run.tollgate(...credit)).out)).toMatchObject({ outcome: 'credited' });
    expect(json((await run.tollgate(...credit)).out)).toMatchObject({ outcome: 'already_credited' });
    expect(await run.tollgate(...credit.with(3, '0.000000000002'))).toMatchObject({
      code: 1,
      err: expect.stringContaining('was used before with another amount or account') as string,
    });
    const after = json((await run.tollgate('wallet', accountId)).out);
    expect(after['funded']).toBe(isRunning ? '5.000000000001' : '12.000000000002');
    expect(after['held']).toBe('0.00');
    if (isRunning) expect(Number(after['spent'])).toBeGreaterThan(Number(before['spent']));
    expect(await run.tollgate('ledger', 'verify')).toMatchObject({ code: 0, err: '' });

    const recomputed = await run.tollgate('ledger', 'recompute', record['requestId'] ?? '');
    expect(recomputed).toMatchObject({ code: 0, err: '' });
    expect(JSON.parse(recomputed.out)).toMatchObject({
      matches: true,
      expected: record['cost'],
      charged: record['cost'],
    });
    const unknown = await run.tollgate('ledger', 'recompute', 'req_01JD0000000000000000000000');
    expect(unknown).toMatchObject({ code: 1, out: '' });
  });

  test('a key is rotated with and without a grace period, and revoked', async () => {
    const { accountId } = run.gateway;
    const created = json((await run.tollgate('keys', 'create', accountId, '--payer', await run.owner())).out);
    const next = await run.tollgate('keys', 'rotate', accountId, created['keyId']!, '--grace', '3600');
    expect(next).toMatchObject({ code: 0, err: '' });
    const { keyId = '', apiKey = '', ...rest } = json(next.out);
    expect(rest).toEqual({ accountId });
    const statuses = async (...keys: readonly string[]) =>
      isRunning ? Promise.all(keys.map(async (key) => (await run.get('/models', key)).status)) : [];
    expect(await statuses(created['apiKey']!, apiKey)).toEqual(isRunning ? [200, 200] : []);

    const again = await run.tollgate('keys', 'rotate', accountId, keyId);
    const last = json(again.out);
    expect(await statuses(apiKey, last['apiKey']!)).toEqual(isRunning ? [401, 200] : []);
    const repeated = await run.tollgate('keys', 'rotate', accountId, keyId);
    expect(repeated).toMatchObject({
      code: 1,
      out: '',
      err: 'The key was revoked, has expired, or was already replaced.\n',
    });

    const revoke = () => run.tollgate('keys', 'revoke', accountId, last['keyId']!);
    const revoked = await revoke();
    expect(json(revoked.out)).toMatchObject({ keyId: last['keyId'], replaces: keyId, version: 2 });
    expect(json(revoked.out)['revokedAt']).toMatch(/^\d{4}-/);
    expect(await statuses(last['apiKey']!)).toEqual(isRunning ? [401] : []);
    expect(await revoke()).toEqual(revoked);
  });

  test('a key of another account can be neither rotated nor revoked', async () => {
    const { accountId } = json((await run.tollgate('accounts', 'create')).out);
    const { keyId } = json(
      (await run.tollgate('keys', 'create', run.gateway.accountId, '--payer', await run.owner())).out,
    );
    for (const verb of ['rotate', 'revoke']) {
      const refused = await run.tollgate('keys', verb, accountId!, keyId!);
      expect(refused).toMatchObject({ code: 1, out: '', err: 'There is no such key.\n' });
    }
  });

  test('the usage command says when there are more records', async () => {
    const { accountId } = run.gateway;
    if (isRunning) expect((await run.ask()).status).toBe(200);
    const some = await run.tollgate('usage', accountId, '--limit', '1');
    expect(some.out.trim().split('\n')).toHaveLength(1);
    expect(some.err).toBe('There are more than 1 records; use --limit <count> to show more.\n');
    const all = await run.tollgate('usage', accountId, '--limit', '2');
    expect([all.out.trim().split('\n').length, all.err]).toEqual([2, '']);
  });

  test('several credits at the same time are all counted', async () => {
    const { accountId } = run.gateway;
    const credits = await Promise.all(['1', '2', '4'].map((usd) => run.tollgate('wallet', 'credit', accountId, usd)));
    expect(credits.map(({ code, err }) => [code, err])).toEqual([
      [0, ''],
      [0, ''],
      [0, ''],
    ]);
    const { funded = '' } = json((await run.tollgate('wallet', accountId)).out);
    expect(funded).toMatch(isRunning ? /^12\./ : /^19\./);
  });

  test('a new account has an empty wallet', async () => {
    const { accountId = '' } = json((await run.tollgate('accounts', 'create')).out);
    expect(json((await run.tollgate('wallet', accountId)).out)).toMatchObject({
      available: '0.00',
      funded: '0.00',
    });
  });

  test('the token command prints a token that the API accepts, and fails when no gateway runs', async () => {
    const { code, out, err } = await run.tollgate('token', '--as', 'auditor');
    if (!isRunning) {
      expect([code, out, err]).toEqual([1, '', 'No gateway is running: start one with "npm start" to get a token.\n']);
      return;
    }
    expect([code, err]).toEqual([0, '']);
    const { signIn, users } = run.gateway;
    const fetchKeys = async (): Promise<unknown> => (await fetch(`${signIn.issuer}/.well-known/jwks.json`)).json();
    const { issuer, clientId } = signIn;
    const verifier = new CognitoTokenVerifier({ issuer, clientIds: [clientId], clock: Date.now, fetchKeys });
    await expect(verifier.verify(out.trim())).resolves.toMatchObject({ clientId });
    expect(users.map(({ role, email }) => [role, email])).toContainEqual(['auditor', 'auditor@example.test']);
    expect(run.gateway.apiUrl).toBe(run.gateway.gatewayUrl.replace('/v1', '/api'));
    expect(run.gateway.consoleUrl).toBe(run.gateway.gatewayUrl.replace('/v1', ''));
  });

  test('operators are appointed and dismissed, and the audit log records each change', async () => {
    const events = async () => json((await run.tollgate('audit', 'verify', 'deployment')).out)['events'];
    const before = Number(await events());
    const listed = async () => (await run.tollgate('operators', 'list')).out.trim().split('\n').map(json);
    const [first] = await listed();
    const { personId = '' } = first ?? {};
    expect(await run.tollgate('operators', 'dismiss', personId)).toMatchObject({ code: 0, err: '' });
    expect((await run.tollgate('operators', 'list')).out).toBe('');
    const again = await run.tollgate('operators', 'dismiss', personId);
    expect(again).toEqual({ code: 1, out: '', err: 'There is no such operator.\n' });
    const appointed = await run.tollgate('operators', 'appoint', personId);
    expect([appointed.code, JSON.parse(appointed.out)]).toEqual([0, { personId, isOperator: true }]);
    expect(await listed()).toEqual([{ personId }]);
    const unknown = await run.tollgate('operators', 'appoint', 'per_01JD0000000000000000000000');
    expect(unknown).toEqual({ code: 1, out: '', err: 'There is no such person.\n' });
    expect(Number(await events())).toBe(before + 2);
  });

  test('an account is set to worst-case holds and back, and the audit log records each change', async () => {
    const { accountId = '' } = json((await run.tollgate('accounts', 'create')).out);
    const holds = async (...mode: string[]) => json((await run.tollgate('accounts', 'holds', accountId, ...mode)).out);
    expect(await holds()).toEqual({ accountId, holds: 'rolling' });
    expect(await holds('worst-case')).toEqual({ accountId, holds: 'worst-case' });
    expect(await holds()).toEqual({ accountId, holds: 'worst-case' });
    expect(await holds('rolling')).toEqual({ accountId, holds: 'rolling' });
    expect(json((await run.tollgate('audit', 'verify', accountId)).out)).toMatchObject({ events: 3 });
  });

  test('an unknown account is reported in one line with exit code 1', async () => {
    for (const account of ['acc_01ARZ3NDEKTSV4RRFFQ69G5FAV', 'nobody', '../etc']) {
      expect(await run.tollgate('wallet', account)).toEqual({
        code: 1,
        out: '',
        err: `There is no account "${account}".\n`,
      });
    }
  });
});

test.each([
  [[], 'No command was given.'],
  [['accounts', 'holds'], 'An argument is missing.'],
  [['accounts', 'holds', 'a', 'none'], 'Give the mode as rolling or worst-case.'],
  [['accounts', 'holds', 'a', 'rolling', 'x'], 'There are too many arguments.'],
  [['walet', 'x'], 'Unknown command "walet x".'],
  [['wallet'], 'An argument is missing.'],
  [['wallet', 'a', 'b'], 'There are too many arguments.'],
  [['wallet', 'credit', 'a', '-5'], "Unknown option '-5'."],
  [['wallet', 'credit', 'a', '0'], 'The amount must be a positive number of dollars, such as 5 or 0.25.'],
  [['wallet', 'credit', 'a', '1e3'], 'The amount must be a positive number of dollars, such as 5 or 0.25.'],
  [['wallet', 'credit', 'a', '0.0000000000001'], 'The amount must be a positive number of dollars, such as 5 or 0.25.'],
  [['wallet', 'credit', 'a', '1000000.01'], 'The amount must be at most 1000000.00 dollars.'],
  ...['req_x', 'lease_x'].map((paymentId): [string[], string] => [
    ['wallet', 'credit', 'a', '5', '--payment-id', paymentId],
    'The payment ID may contain letters, digits and ._:- and must not start with req_ or lease_.',
  ]),
  ...['', '-1', '1.5', '1e3', '2592001', 'an hour'].map((grace): [string[], string] => [
    ['keys', 'rotate', 'a', '01JD0000000000000000000000', `--grace=${grace}`],
    'The grace period must be a whole number of seconds, at most 2592000.',
  ]),
  [['keys', 'rotate', 'a', 'tg_01JD0000000000000000000000_x'], 'Invalid key ID: "keys list" shows the IDs.'],
  [['keys', 'revoke', 'a'], 'An argument is missing.'],
  [['keys', 'revoke', 'a', '01JD0000000000000000000000', '--grace', '1'], 'This command does not take --grace.'],
  [['usage', 'a', '--limit', '0'], 'The limit must be at least 1.'],
  [['usage', 'a', '--limit', 'many'], 'The limit must be a whole number.'],
  [['operators'], 'Unknown command "operators".'],
  [['parked'], 'Unknown command "parked".'],
  [['parked', 'replay', 'x'], 'There are too many arguments.'],
  [['operators', 'list', 'x'], 'There are too many arguments.'],
  [
    ['operators', 'appoint', 'owner@example.test'],
    'Invalid person ID: it must start with per_. People find theirs at GET /api/v1/me once they have signed in.',
  ],
  [['token'], 'Give --as one of these roles: owner, admin, developer, billing, auditor, operator.'],
  [['token', '--as', 'root'], 'Give --as one of these roles: owner, admin, developer, billing, auditor, operator.'],
  [
    ['--stack', 'tollgate-prod', 'token', '--as', 'owner'],
    'token works only on a local run: in a deployment, people sign in to the console.',
  ],
  [['wallet', 'a', '--limit', '5'], 'This command does not take --limit.'],
  [['receipts', 'verify'], 'An argument is missing.'],
  [['receipts', 'export', 'a', '--key', 'k.pem'], 'This command does not take --key.'],
  [['audit', 'verify', 'nobody'], 'Name an audit log by its account ID, or as "deployment".'],
  [['audit', 'verify', 'deployment', 'x'], 'There are too many arguments.'],
  [['audit', 'verify', 'deployment', '--file', 'x'], 'There are too many arguments.'],
  [['audit', 'export'], 'An argument is missing.'],
  [
    ['--stack', 'tollgate-prod', 'audit', 'verify', '--file', 'x'],
    '--file reads a file on this machine, so leave out --stack.',
  ],
  [['receipts', 'sign', 'a'], 'Unknown command "receipts sign".'],
])('the command line %j is a usage error', (args, message) => {
  expect(() => parseCommandLine(args)).toThrow(new UsageError(message));
});

test('a usage error prints its message and a pointer to --help, and exits with code 2', async () => {
  const { code, out, err } = await run.tollgate('wallet', 'credit', 'a', '5 dollars');
  expect([code, out]).toEqual([2, '']);
  expect(err).toBe(
    'The amount must be a positive number of dollars, such as 5 or 0.25.\nUse --help to list the commands.\n',
  );
});

test('the option --help exits with code 0', async () => {
  // This test runs the program from its source, as `npm run tollgate` does. The other tests run it bundled.
  const child = runScript('cli/tollgate.ts', ['--help'], { TOLLGATE_DATA: run.folder }, fromSource);
  expect([await child.ended, child.err()]).toEqual([0, '']);
});

test('a command does not create a missing data folder', async () => {
  const { code, err } = await tollgate(join(run.folder, 'nothing'), 'ledger', 'verify');
  expect([code, err.split('\n').length]).toEqual([1, 2]);
  expect(err).toMatch(/^There is no data folder /);
});
