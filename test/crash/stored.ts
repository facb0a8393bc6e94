import { runCommand } from '../../dev/cli/commands/run-command';
import { DataFolder } from '../../dev/local/folder/data-folder';
import { type LocalServices, openReadOnlyServices } from '../../dev/local/gateway/local-services';
import { MISSING_SINCE_FACT } from '../../dev/local/gateway/sealer';
import type { Receipt } from '../../lambdas/contracts/storage/receipt';
import type { UsageRecord } from '../../lambdas/contracts/storage/usage-record';
import { readDocuments } from '../../lambdas/domain/receipts/receipt-document';
import { verifyReceipts } from '../../lambdas/domain/receipts/verify-receipts';
import { readPublicKeys } from '../../lambdas/domain/receipts/verify-signature';
import type { Balance } from '../../lambdas/domain/wallet/balance/balance';
import type { Entry } from '../../lambdas/domain/wallet/ledger/entry';

/** Everything that an account has in a data folder, and the faults that the commands find in it. */
export interface Stored {
  readonly balance: Balance;
  readonly entries: readonly Entry[];
  readonly records: readonly UsageRecord[];
  readonly receipts: readonly Receipt[];
  readonly keyIds: ReadonlySet<string>;
  readonly faults: readonly string[];
}

/** Reads a folder whose gateway is not running, or runs without requests. */
export async function readStored(folder: string, accountId: string): Promise<Stored> {
  const services = await openReadOnlyServices(new DataFolder(folder));
  try {
    const balance = await services.wallet.balance(accountId);
    if (balance === undefined) throw new Error('the account has no wallet');
    const { receipts, faults } = await readReceipts(services, accountId);
    return {
      balance,
      entries: await everyEntry(services, accountId),
      records: await services.usage.newest(accountId, Number.MAX_SAFE_INTEGER),
      receipts,
      keyIds: new Set((await services.keys.list(accountId)).map(({ keyId }) => keyId)),
      faults: [...(await faultsFound(services)), ...faults],
    };
  } finally {
    await services.close();
  }
}

/** Whether the running gateway has opened the leaves that the ones before it left out. */
export async function hasEveryLeaf(folder: string): Promise<boolean> {
  const services = await openReadOnlyServices(new DataFolder(folder));
  try {
    return services.store.fact(MISSING_SINCE_FACT) === '';
  } finally {
    await services.close();
  }
}

async function everyEntry({ wallet }: LocalServices, accountId: string): Promise<readonly Entry[]> {
  const entries: Entry[] = [];
  for await (const entry of wallet.entries(accountId)) entries.push(entry);
  return entries;
}

/** Runs `tollgate ledger verify` and `tollgate audit verify`. */
async function faultsFound(services: LocalServices): Promise<readonly string[]> {
  const results = [
    await runCommand(services, { name: 'verify' }),
    await runCommand(services, { name: 'verify-audit' }),
  ];
  return results.flatMap(({ exitCode, lines }) => (exitCode === 0 ? [] : lines));
}

/** Does what `tollgate receipts export` and `tollgate receipts verify` do. */
async function readReceipts(
  services: LocalServices,
  accountId: string,
): Promise<{ readonly receipts: readonly Receipt[]; readonly faults: readonly string[] }> {
  const { lines } = await runCommand(services, { name: 'export-receipts', accountId });
  if (lines.length === 0) return { receipts: [], faults: [] };
  const keys = await runCommand(services, { name: 'receipt-keys' });
  const documents = readDocuments(lines.join('\n'));
  const { faults } = verifyReceipts(documents, readPublicKeys(keys.lines.join('\n')));
  const receipts = documents.flatMap(({ document }) =>
    document !== undefined && 'receipt' in document ? [document.receipt] : [],
  );
  return { receipts, faults };
}
