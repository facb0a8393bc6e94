import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fillFolder } from '../../bench/fill-folder';
import { withFolder } from '../../bench/open-folder';
import { runCommand } from '../../dev/cli/commands/run-command';
import type { LocalServices } from '../../dev/local/gateway/local-services';
import { DAY_MS, HOUR_MS, SECOND_MS } from '../../lambdas/domain/clock';
import { readDocuments } from '../../lambdas/domain/receipts/receipt-document';
import { verifyReceipts } from '../../lambdas/domain/receipts/verify-receipts';
import { readPublicKeys } from '../../lambdas/domain/receipts/verify-signature';

const REQUESTS = 600;

let path: string;
beforeEach(() => {
  path = mkdtempSync(join(tmpdir(), 'tollgate-fill-'));
});
afterEach(() => {
  rmSync(path, { recursive: true });
});

test('the ledger of a filled folder verifies, with an entry for each request and each payment', async () => {
  const to = Date.now() - HOUR_MS;
  await fillFolder(path, { requests: REQUESTS, from: to - DAY_MS, to });
  const { exitCode, lines } = await withFolder(path, (services) => runCommand(services, { name: 'verify' }));
  expect([exitCode, JSON.parse(lines[0]!)]).toMatchObject([0, { accounts: 1, entries: REQUESTS + 2 }]);
});

test('the receipts of a filled folder verify, one for each request', async () => {
  const to = Date.now() - HOUR_MS;
  const { trees, seals } = await fillFolder(path, { requests: REQUESTS, from: to - DAY_MS, to });
  await withFolder(path, async (services) => {
    const accountId = await onlyAccount(services);
    const exported = await runCommand(services, { name: 'export-receipts', accountId });
    const keys = await runCommand(services, { name: 'receipt-keys' });
    const documents = readDocuments(exported.lines.join('\n'));
    const verification = verifyReceipts(documents, readPublicKeys(keys.lines.join('\n')));
    expect(verification).toEqual({ receipts: REQUESTS, trees, seals, faults: [] });
  });
});

test('the charge of a stored request can be recomputed from its usage record', async () => {
  const to = Date.now() - HOUR_MS;
  await fillFolder(path, { requests: 1, from: to - DAY_MS, to });
  await withFolder(path, async (services) => {
    const [record] = await services.usage.newest(await onlyAccount(services), 1);
    const { exitCode } = await runCommand(services, { name: 'recompute', requestId: record!.requestId });
    expect(exitCode).toBe(0);
  });
});

test('a second fill continues the ledger and the chain of trees of the first one', async () => {
  const to = Date.now() - HOUR_MS;
  await fillFolder(path, { requests: REQUESTS, from: to - 2 * DAY_MS, to: to - DAY_MS });
  await fillFolder(path, { requests: REQUESTS, from: to - DAY_MS, to });
  await withFolder(path, async (services) => {
    expect((await runCommand(services, { name: 'verify' })).exitCode).toBe(0);
    const accountId = await onlyAccount(services);
    const exported = await runCommand(services, { name: 'export-receipts', accountId });
    const keys = await runCommand(services, { name: 'receipt-keys' });
    const documents = readDocuments(exported.lines.join('\n'));
    const { receipts, faults } = verifyReceipts(documents, readPublicKeys(keys.lines.join('\n')));
    expect([receipts, faults]).toEqual([2 * REQUESTS, []]);
  });
});

test('records that are as old as the retention expire one after the other', async () => {
  const retentionMs = await withFolder(path, async (services) => services.usageRetentionDays * DAY_MS);
  const firstEnd = Date.now() + HOUR_MS;
  const from = firstEnd - retentionMs;
  await fillFolder(path, { requests: REQUESTS, from, to: from + HOUR_MS });
  const countAt = (now: number): Promise<number> =>
    withFolder(
      path,
      async (services) => (await services.usage.newest(await onlyAccount(services), REQUESTS)).length,
      () => now,
    );
  expect(await countAt(firstEnd - SECOND_MS)).toBe(REQUESTS);
  expect(await countAt(firstEnd + HOUR_MS / 2 - SECOND_MS)).toBe(REQUESTS / 2);
  expect(await countAt(firstEnd + HOUR_MS)).toBe(0);
});

async function onlyAccount({ accounts }: LocalServices): Promise<string> {
  for await (const accountId of accounts.list()) return accountId;
  throw new Error('there is no account');
}
