import type { ReceiptLine } from '../../../lambdas/contracts/storage/receipt';
import { exportReceipts } from '../../../lambdas/domain/receipts/export-receipts';
import { readDocuments } from '../../../lambdas/domain/receipts/receipt-document';
import { ReceiptKeys } from '../../../lambdas/domain/receipts/receipt-keys';
import { verifyReceipts } from '../../../lambdas/domain/receipts/verify-receipts';
import { type PublicKeys, readPublicKeys } from '../../../lambdas/domain/receipts/verify-signature';
import type { VerifyCommand } from './command';
import type { CommandServices, CommandResult } from './command-services';
import { UnusableFile, readText } from './files';

/** Each tree of an account as a line, and its receipts as the lines behind it. */
export async function exportAccount(services: CommandServices, accountId: string): Promise<CommandResult> {
  const { store, clock, usageRetentionDays: retentionDays } = services;
  const trees = await exportReceipts({ store, clock, retentionDays }, accountId);
  const lines = trees.flatMap(({ line, receipts }) => [line, ...receipts.map((receipt): ReceiptLine => ({ receipt }))]);
  return { exitCode: 0, lines: lines.map((line) => JSON.stringify(line)) };
}

/** The published public keys as PEM, for `receipts verify --key` and for every other verifier. */
export async function showKeys(services: CommandServices): Promise<CommandResult> {
  const keys = await new ReceiptKeys(services).list();
  if (keys.length === 0)
    return { exitCode: 1, lines: [], error: 'No receipt has been sealed yet, so there is no key.' };
  return { exitCode: 0, lines: keys.map(({ pem }) => pem.trimEnd()) };
}

/**
 * Checks a file of receipts. The keys never come out of that file: whoever forged it would have put his own there.
 * @param published asks the deployment or the data folder for its keys; not called where the command names a file.
 */
export async function verifyFile(
  { file, key }: VerifyCommand,
  published: () => Promise<CommandResult>,
): Promise<CommandResult> {
  const text = readText(file);
  const keys = key === undefined ? await published() : { lines: [readText(key)], error: undefined };
  if (keys.error !== undefined) return { exitCode: 1, lines: [], error: keys.error };
  const { faults, ...counts } = verifyReceipts(readDocuments(text), publicKeys(keys.lines.join('\n')));
  const verified = faults.length === 0;
  const lines = [...faults, JSON.stringify({ verified, ...counts })];
  return verified ? { exitCode: 0, lines } : { exitCode: 1, lines, error: 'The receipts are not as they were sealed.' };
}

function publicKeys(text: string): PublicKeys {
  try {
    return readPublicKeys(text);
  } catch {
    throw new UnusableFile('The file of --key holds no public key in PEM.');
  }
}
