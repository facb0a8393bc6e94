import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ProcessRun } from './process-run';

const run = new ProcessRun();
beforeAll(() => run.start());
afterAll(() => run.stop());

test('every audit log of a run verifies, both while the gateway runs and afterwards', async () => {
  const { accountId } = run.gateway;
  const one = await run.tollgate('audit', 'verify', accountId);
  expect(one).toMatchObject({ code: 0, err: '' });
  const { events } = JSON.parse(one.out) as { events: number };
  expect(events).toBeGreaterThan(0);
  await run.interrupt();
  expect(await run.tollgate('audit', 'verify', accountId)).toEqual(one);
  const deployment = await run.tollgate('audit', 'verify', 'deployment');
  const every = await run.tollgate('audit', 'verify');
  expect([deployment.code, every.code]).toEqual([0, 0]);
  const more = (JSON.parse(deployment.out) as { events: number }).events;
  expect((JSON.parse(every.out) as { events: number }).events).toBe(events + more);
});

test('an exported audit log and a folder of archived events verify, and an altered export does not', async () => {
  const exported = await run.tollgate('audit', 'export', run.gateway.accountId);
  expect(exported).toMatchObject({ code: 0, err: '' });
  const file = run.file('export.jsonl', exported.out);
  const [header = '', ...events] = exported.out.trimEnd().split('\n');
  expect(await run.tollgate('audit', 'verify', '--file', file)).toEqual({
    code: 0,
    err: '',
    out: `{"verified":true,"chains":1,"events":${events.length}}\n`,
  });
  run.file('export.jsonl', [header, ...events.slice(1)].join('\n'));
  const result = await run.tollgate('audit', 'verify', '--file', file);
  expect([result.code, result.err]).toEqual([1, 'The audit log does not match what was written.\n']);
  expect(result.out).toContain(`line 2: event 1 of ${run.gateway.accountId}: it is missing`);
  const archive = join(run.folder, 'archive', run.gateway.accountId);
  mkdirSync(archive, { recursive: true });
  events.forEach((event, index) => writeFileSync(join(archive, `${String(index + 1).padStart(12, '0')}.json`), event));
  expect(await run.tollgate('audit', 'verify', '--file', join(run.folder, 'archive'))).toMatchObject({ code: 0 });
});

test.each([
  ['verify', 'acc_01ARZ3NDEKTSV4RRFFQ69G5FAV', /^There is no account ".*"\.\n$/],
  ['export', 'acc_01ARZ3NDEKTSV4RRFFQ69G5FAV', /^There is no account ".*"\.\n$/],
  ['verify', '--file=nothing.jsonl', /^Cannot read the file ".*"\.\n$/],
])('the command audit %s %s fails with one line and exit code 1', async (command, what, message) => {
  const { code, out, err } = await run.tollgate('audit', command, what);
  expect([code, out]).toEqual([1, '']);
  expect(err).toMatch(message);
});
