import type { ReceiptLine } from '../../../lambdas/contracts/storage/receipt';
import { completeReceipts } from '../../../lambdas/domain/receipts/complete-receipts';
import { exportReceipts } from '../../../lambdas/domain/receipts/export-receipts';
import { readDocuments } from '../../../lambdas/domain/receipts/receipt-document';
import { ReceiptKeys } from '../../../lambdas/domain/receipts/receipt-keys';
import { verifyReceipts } from '../../../lambdas/domain/receipts/verify-receipts';
import { type PublicKeys, readPublicKeys } from '../../../lambdas/domain/receipts/verify-signature';
import type { VerifyCommand } from './command';
import { type CommandResult, failure, jsonLines } from './command-result';
import type { CommandServices } from './command-services';
import { UnusableFile, readText } from './files';

/** Prints each tree of an account on one line, followed by its receipts on one line each. */
export async function exportAccount(services: CommandServices, accountId: string): Promise<CommandResult> {
  const { store, clock, usageRetentionDays: retentionDays } = services;
  const trees = await exportReceipts({ store, clock, retentionDays }, accountId);
  const lines = trees.flatMap(({ line, receipts }) => [line, ...receipts.map((receipt): ReceiptLine => ({ receipt }))]);
  return jsonLines(lines);
}

/** Opens the missing leaves of an account. The next seal includes them. */
export async function completeAccount({ store }: CommandServices, accountId: string): Promise<CommandResult> {
  const { opened, unreadable } = await completeReceipts(store, accountId);
  if (unreadable.length === 0) return jsonLines([{ accountId, opened }]);
  const { lines } = jsonLines([{ accountId, opened, unreadable }]);
  return { ...failure('This release cannot read some records, which get no receipt.'), lines };
}

/** Prints the published public keys as PEM, which `receipts verify --key` and any other verifier can read. */
export async function showKeys(services: CommandServices): Promise<CommandResult> {
  const keys = await new ReceiptKeys(services).list();
  if (keys.length === 0) return failure('No receipt has been sealed yet, so no key is published.');
  return { exitCode: 0, lines: keys.map(({ pem }) => pem.trimEnd()) };
}

/**
 * Checks a file of receipts. The keys never come from that file, because a forger would have put their own there.
 * @param published fetches the keys from the deployment or the data folder; not called when the command names a key file
 */
export async function verifyFile(
  { file, key }: VerifyCommand,
  published: () => Promise<CommandResult>,
): Promise<CommandResult> {
  const text = readText(file);
  const keys = key === undefined ? await published() : { lines: [readText(key)], error: undefined };
  if (keys.error !== undefined) return failure(keys.error);
  const { faults, ...counts } = verifyReceipts(readDocuments(text), publicKeys(keys.lines.join('\n')));
  const verified = faults.length === 0;
  const lines = [...faults, JSON.stringify({ verified, ...counts })];
  return verified
    ? { exitCode: 0, lines }
    : { exitCode: 1, lines, error: 'The receipts do not match what was sealed.' };
}

/** @throws UnusableFile */
export function publicKeys(text: string): PublicKeys {
  try {
    return readPublicKeys(text);
  } catch {
    throw new UnusableFile('The file given with --key contains no PEM public key.');
  }
}
