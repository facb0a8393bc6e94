import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { endChildren, start, tollgate } from './child-process';
import { temporaryFolder } from './local-run';

let folder: string;
let gateway: Awaited<ReturnType<typeof start>>;
jest.setTimeout(60_000);
beforeAll(async () => {
  folder = temporaryFolder();
  gateway = await start(folder);
});
afterAll(async () => {
  await endChildren();
  rmSync(folder, { recursive: true });
});

test('every audit log of a run verifies, beside it and without it', async () => {
  const { accountId } = gateway;
  const one = await tollgate(folder, 'audit', 'verify', accountId);
  expect(one).toMatchObject({ code: 0, err: '' });
  const { events } = JSON.parse(one.out) as { events: number };
  expect(events).toBeGreaterThan(0);
  gateway.kill('SIGINT');
  expect(await gateway.ended).toBe(0);
  expect(await tollgate(folder, 'audit', 'verify', accountId)).toEqual(one);
  const deployment = await tollgate(folder, 'audit', 'verify', 'deployment');
  const every = await tollgate(folder, 'audit', 'verify');
  expect([deployment.code, every.code]).toEqual([0, 0]);
  const more = (JSON.parse(deployment.out) as { events: number }).events;
  expect((JSON.parse(every.out) as { events: number }).events).toBe(events + more);
});

test('an exported log verifies as a file, and not once it was changed; so does a folder of events', async () => {
  const exported = await tollgate(folder, 'audit', 'export', gateway.accountId);
  expect(exported).toMatchObject({ code: 0, err: '' });
  const file = join(folder, 'export.jsonl');
  writeFileSync(file, exported.out);
  const [header = '', ...events] = exported.out.trimEnd().split('\n');
  expect(await tollgate(folder, 'audit', 'verify', '--file', file)).toEqual({
    ...{ code: 0, err: '', out: `{"verified":true,"chains":1,"events":${events.length}}\n` },
  });
  writeFileSync(file, [header, ...events.slice(1)].join('\n'));
  const found = await tollgate(folder, 'audit', 'verify', '--file', file);
  expect([found.code, found.err]).toEqual([1, 'The audit log is not as it was written.\n']);
  expect(found.out).toContain(`line 2: event 1 of ${gateway.accountId}: it is missing`);
  const archive = join(folder, 'archive', gateway.accountId);
  mkdirSync(archive, { recursive: true });
  events.forEach((event, index) => writeFileSync(join(archive, `${String(index + 1).padStart(12, '0')}.json`), event));
  expect(await tollgate(folder, 'audit', 'verify', '--file', join(folder, 'archive'))).toMatchObject({ code: 0 });
});

test.each([
  ['verify', 'acc_01ARZ3NDEKTSV4RRFFQ69G5FAV', /^There is no account ".*"\.\n$/],
  ['export', 'acc_01ARZ3NDEKTSV4RRFFQ69G5FAV', /^There is no account ".*"\.\n$/],
  ['verify', '--file=nothing.jsonl', /^The file ".*" cannot be read\.\n$/],
])('%s of %s is one line and exit code 1', async (command, what, message) => {
  const { code, out, err } = await tollgate(folder, 'audit', command, what);
  expect([code, out]).toEqual([1, '']);
  expect(err).toMatch(message);
});
