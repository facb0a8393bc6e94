import { join } from 'node:path';
import type { ReceiptProof } from '../../lambdas/contracts/storage/receipt';
import { ProcessRun } from './process-run';
import { until } from './until';

const run = new ProcessRun();
beforeAll(() => run.start());
afterAll(() => run.stop());

/** @returns the ID of a request that was answered */
async function ask(): Promise<string> {
  const answer = await run.ask();
  expect(answer.status).toBe(200);
  return answer.headers.get('x-request-id') ?? '';
}

const waitForReceipt = (requestId: string): Promise<string> =>
  until('the receipt to be sealed', async () => {
    const answer = await run.get(`/requests/${requestId}/receipt`);
    if (answer.status === 200) return answer.text();
    expect([answer.status, answer.headers.get('retry-after')]).toEqual([202, '60']);
    expect(await answer.json()).toEqual({ requestId, status: 'pending' });
    return undefined;
  });

const verify = async (path: string, ...options: readonly string[]) =>
  run.tollgate('receipts', 'verify', path, ...options);

test('the receipt of a paid request verifies with the published key, and an altered one does not', async () => {
  const requestId = await ask();
  const text = await waitForReceipt(requestId);
  const { receipt, tree } = JSON.parse(text) as ReceiptProof;
  const record = (await (await run.get(`/requests/${requestId}`)).json()) as { [field: string]: unknown };
  expect(receipt).toMatchObject({ requestId, model: 'demo', at: record['at'], priceVersion: record['priceVersion'] });
  expect(tree.accountId).toBe(run.gateway.accountId);

  const { keys } = (await (await run.get('/receipts/keys')).json()) as { keys: { keyId: string; pem: string }[] };
  const key = run.file('key.pem', keys.map(({ pem }) => pem).join(''));
  const answer = run.file('receipt.json', text);
  expect(await verify(answer, '--key', key)).toEqual({
    code: 0,
    err: '',
    out: '{"verified":true,"receipts":1,"trees":0,"seals":1}\n',
  });
  expect(await verify(answer)).toMatchObject({ code: 0, err: '' });

  const cheaper = run.file('cheaper.json', text.replace(/"costPico":"\d+"/, '"costPico":"1"'));
  const result = await verify(cheaper, '--key', key);
  expect([result.code, result.err]).toEqual([1, 'The receipts do not match what was sealed.\n']);
  expect(result.out).toContain(`line 1: receipt ${requestId}`);
});

test('an export verifies, but not with a receipt that is changed, missing, moved or repeated', async () => {
  const ids = [await ask(), await ask(), await ask()];
  await Promise.all(ids.map(waitForReceipt));
  const { code, out } = await run.tollgate('receipts', 'export', run.gateway.accountId);
  expect(code).toBe(0);
  const lines = out.trimEnd().split('\n');
  for (const id of ids) expect(out).toContain(`"requestId":"${id}"`);
  expect((await verify(run.file('export.jsonl', out))).code).toBe(0);

  const last = lines.at(-1) ?? '';
  const forgeries = {
    changed: [...lines.slice(0, -1), last.replace('"completed"', '"cancelled"')],
    missing: lines.slice(0, -1),
    moved: [last, ...lines.slice(0, -1)],
    repeated: [...lines, last],
  };
  for (const [name, forged] of Object.entries(forgeries)) {
    const result = await verify(run.file('forged.jsonl', forged.join('\n')));
    expect([name, result.code]).toEqual([name, 1]);
    expect(result.out).toContain('"verified":false');
  }
});

test('a restarted gateway seals the receipts that a killed one left open', async () => {
  const requestId = await ask();
  run.gateway.kill('SIGKILL');
  await run.gateway.ended;
  await run.startAgain();
  await waitForReceipt(requestId);
});

test('a gateway that stops seals every charge first', async () => {
  const requestId = await ask();
  await run.interrupt();
  const { out } = await run.tollgate('receipts', 'export', run.gateway.accountId);
  expect(out).toContain(`"requestId":"${requestId}"`);
  expect((await verify(run.file('stopped.jsonl', out))).code).toBe(0);
});

test('a request with a receipt gets no second one when receipts are completed', async () => {
  const { code, out } = await run.tollgate('receipts', 'complete', run.gateway.accountId);
  expect([code, JSON.parse(out)]).toEqual([0, { accountId: run.gateway.accountId, opened: 0 }]);
});

test.each([
  ['a missing file', ['nothing.jsonl'], /^Cannot read the file ".*"\.\n$/],
  [
    'a key file without a key',
    ['export.jsonl', '--key', 'export.jsonl'],
    /^The file given with --key contains no PEM public key/,
  ],
])('the verification of %s fails with one line and exit code 1', async (_what, [name = '', ...options], message) => {
  const paths = options.map((option) => (option.startsWith('--') ? option : join(run.folder, option)));
  const { code, out, err } = await verify(join(run.folder, name), ...paths);
  expect([code, out]).toEqual([1, '']);
  expect(err).toMatch(message);
});

test('a file without receipts does not verify', async () => {
  const { code, out } = await verify(run.file('empty.jsonl', ''));
  expect([code, out]).toEqual([1, 'The file is empty.\n{"verified":false,"receipts":0,"trees":0,"seals":0}\n']);
});
