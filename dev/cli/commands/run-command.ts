import { accountIdSchema } from '../../../lambdas/contracts/storage/ids';
import type { Standing } from '../../../lambdas/contracts/http/roles';
import { DEPLOYMENT } from '../../../lambdas/domain/access/actor';
import { formatUsd, parseUsd } from '../../../lambdas/domain/money/pico';
import { completeRollUps } from '../../../lambdas/domain/usage/rollups/complete-roll-ups';
import { RollUps } from '../../../lambdas/domain/usage/rollups/roll-ups';
import { keyAttributions } from '../../../lambdas/domain/keys/key-attribution';
import { PayerNotMember, PayerRequired } from '../../../lambdas/domain/keys/keys-errors';
import { renderUsageRecord } from '../../../lambdas/domain/usage/records/render-usage-record';
import type { Balance } from '../../../lambdas/domain/wallet/balance/balance';
import type { Difference } from '../../../lambdas/domain/wallet/verify/difference';
import { PaymentIdReused } from '../../../lambdas/domain/wallet/wallet-errors';
import { type LedgerReport, verifyLedger } from '../../../lambdas/domain/wallet/verify/verify-ledger';
import { isBudgetsCommand, runBudgetsCommand } from './budgets-command';
import { runCatalogCommand } from './run-catalog-command';
import { isCatalogCommand } from './catalog-command';
import type { Command } from './command';
import { exportChain, verifyStoredAudit } from './audit';
import { accountNotFound, type CommandResult, failure, jsonLines } from './command-result';
import type { CommandServices } from './command-services';
import { isErasuresCommand } from './erasures-command';
import { isExportsCommand } from './exports-command';
import { isPaymentsCommand, isWalletCommand } from './money-command';
import { isParkedCommand } from './parked-command';
import { runPaymentsCommand, runWalletCommand } from './run-money-command';
import { runErasuresCommand } from './run-erasures-command';
import { runExportsCommand } from './run-exports-command';
import { runOperatorCommand } from './run-operator-command';
import { runParkedCommand } from './run-parked-command';
import { isOperatorCommand } from './operators-command';
import { completeAccount, exportAccount, showKeys } from './receipts';
import { isSupportCommand, runSupportCommand } from './support-command';
import { isRestrictionsCommand, runRestrictionsCommand } from './restrictions-command';
import { recomputeCharge } from './recompute-charge';

/** Runs a command. On a data folder, only the process that owns the folder may call this. */
export async function runCommand(services: CommandServices, command: Command): Promise<CommandResult> {
  if (command.name === 'verify') return verify(services);
  if (command.name === 'recompute') return recomputeCharge(services, command.requestId);
  if (command.name === 'token') return token(services, command.as);
  if (command.name === 'receipt-keys') return showKeys(services);
  if (command.name === 'verify-audit') return verifyStoredAudit(services, command.chain);
  if (command.name === 'export-audit') return exportChain(services, command.chain);
  if (isCatalogCommand(command)) return runCatalogCommand(services, command);
  if (isOperatorCommand(command)) return runOperatorCommand(services, command);
  if (isParkedCommand(command)) return runParkedCommand(services, command);
  if (isRestrictionsCommand(command)) return runRestrictionsCommand(services, command);
  if (isSupportCommand(command)) return runSupportCommand(services, command);
  if (isErasuresCommand(command)) return runErasuresCommand(services, command);
  if (isPaymentsCommand(command)) return runPaymentsCommand(services, command);
  if (command.name === 'create-account') return createAccount(services, command);
  const { accountId } = command;
  const isKnown = accountIdSchema.safeParse(accountId).success && (await services.accounts.exists(accountId));
  if (!isKnown) return accountNotFound(accountId);
  if (isWalletCommand(command)) return runWalletCommand(services, command);
  if (isBudgetsCommand(command)) return runBudgetsCommand(services, command);
  if (isExportsCommand(command)) return runExportsCommand(services, command);
  switch (command.name) {
    case 'wallet':
      return jsonLines([renderBalance(accountId, await services.wallet.balance(accountId))]);
    case 'holds':
      return holds(services, command);
    case 'credit':
      return credit(services, command);
    case 'usage':
      return usage(services, accountId, command.limit);
    case 'complete-usage':
      return completeUsage(services, accountId);
    case 'export-receipts':
      return exportAccount(services, accountId);
    case 'complete-receipts':
      return completeAccount(services, accountId);
    case 'create-key':
    case 'create-role-key':
      return createKey(services, command);
    case 'list-keys':
      return jsonLines(await services.keys.list(accountId));
    case 'change-key':
      return jsonLines([await services.keys.changeRules({ accountId, keyId: command.keyId, rules: command.rules })]);
    case 'rotate-key': {
      const graceMs = command.graceSeconds * 1_000;
      const { keyId, key } = await services.keys.rotate({ accountId, keyId: command.keyId, graceMs });
      return jsonLines([{ accountId, keyId, apiKey: key }]);
    }
    case 'revoke-key': {
      await services.keys.revoke(command.keyId, { accountId });
      return jsonLines([{ ...(await services.keys.get(accountId, command.keyId)) }]);
    }
  }
}

async function createAccount(
  { accounts, wallet }: CommandServices,
  command: Extract<Command, { name: 'create-account' }>,
): Promise<CommandResult> {
  const accountId = await accounts.create({ accountId: command.accountId });
  await wallet.open(accountId);
  return jsonLines([{ accountId }]);
}

/** A command acts for no person, so it has to say whom the key's requests count for, unless the account has no members. */
async function createKey(
  { keys }: CommandServices,
  command: Extract<Command, { name: 'create-key' | 'create-role-key' }>,
): Promise<CommandResult> {
  const { accountId, rules, payer } = command;
  try {
    if (command.name === 'create-role-key') {
      const { role } = command;
      const { keyId } = await keys.createForRole({ accountId, role, rules, payer });
      return jsonLines([{ accountId, keyId, role }]);
    }
    const { keyId, key } = await keys.create({ accountId, rules, payer });
    return jsonLines([{ accountId, keyId, apiKey: key }]);
  } catch (error) {
    if (error instanceof PayerRequired) return failure(`${error.message} Give one with --payer <personId>.`);
    if (error instanceof PayerNotMember) return failure(error.message);
    throw error;
  }
}

/** The audit log names the deployment as the actor of a change: who typed the command is unknown. */
async function holds(
  { accounts }: CommandServices,
  { accountId, holds: mode }: Extract<Command, { name: 'holds' }>,
): Promise<CommandResult> {
  if (mode !== undefined) await accounts.setHolds({ accountId, holds: mode, actor: DEPLOYMENT });
  const account = await accounts.get(accountId);
  return account ? jsonLines([{ accountId, holds: account.holds }]) : accountNotFound(accountId);
}

async function credit(
  { wallet }: CommandServices,
  { accountId, amount: usd, paymentId }: Extract<Command, { name: 'credit' }>,
): Promise<CommandResult> {
  try {
    const outcome = await wallet.credit({ accountId, amountPico: parseUsd(usd), paymentId });
    return jsonLines([{ ...renderBalance(accountId, await wallet.balance(accountId)), paymentId, outcome }]);
  } catch (error) {
    if (!(error instanceof PaymentIdReused)) throw error;
    return failure(
      `The payment ID "${paymentId}" was used before with another amount or account: each payment needs its own.`,
    );
  }
}

async function token({ identity }: CommandServices, role: Standing): Promise<CommandResult> {
  if (identity !== undefined) return { exitCode: 0, lines: [await identity.accessToken(role)] };
  return failure('No gateway is running: start one with "npm start" to get a token.');
}

async function usage(services: CommandServices, accountId: string, limit: number): Promise<CommandResult> {
  const records = await services.usage.newest(accountId, limit + 1);
  const result = jsonLines(records.slice(0, limit).map(renderUsageRecord));
  if (records.length <= limit) return result;
  return { ...result, notes: [`There are more than ${limit} records; use --limit <count> to show more.`] };
}

/** Counts the records that are missing in the roll-ups of an account. */
async function completeUsage(services: CommandServices, accountId: string): Promise<CommandResult> {
  const { store, clock, usageRetentionDays: retentionDays } = services;
  const rollUps = new RollUps({ store, clock, retentionDays });
  const options = { store, rollUps, attributionsOf: keyAttributions(store) };
  const { records, unreadable } = await completeRollUps(options, accountId);
  if (unreadable.length === 0) return jsonLines([{ accountId, records }]);
  const { lines } = jsonLines([{ accountId, records, unreadable }]);
  return { ...failure('Some records cannot be counted.'), lines };
}

function renderBalance(accountId: string, balance: Balance | undefined): object {
  if (balance === undefined) throw new Error(`The account ${accountId} has no wallet.`);
  const { availablePico, heldPico, spentPico, fundedPico, refundedPico } = balance;
  return {
    accountId,
    available: formatUsd(availablePico),
    held: formatUsd(heldPico),
    spent: formatUsd(spentPico),
    funded: formatUsd(fundedPico),
    refunded: formatUsd(refundedPico),
  };
}

async function verify({ store, accounts, clock, usageRetentionDays }: CommandServices): Promise<CommandResult> {
  const usageWindow = { clock, usageRetentionDays };
  const report = await verifyLedger({ store, everyAccount: accounts.list(), usageWindow });
  const differs = report.differences.length > 0;
  const lines = [JSON.stringify(renderReport(report))];
  return differs ? { exitCode: 1, lines, error: 'The ledger does not add up.' } : { exitCode: 0, lines };
}

function renderReport({ accounts, entries, differences, unstable }: LedgerReport): object {
  return {
    verified: differences.length === 0 && unstable.length === 0,
    accounts,
    entries,
    differences: differences.map(({ expectedPico, actualPico, ...difference }) => ({
      ...difference,
      expected: amount(difference.kind, expectedPico),
      actual: amount(difference.kind, actualPico),
    })),
    // These accounts kept changing during the check, which proves nothing about them. Verify again under less traffic.
    unstable,
  };
}

/** Every difference is in dollars except `key_running`, which counts requests. */
const amount = (kind: Difference['kind'], value: bigint): string =>
  kind === 'key_running' ? value.toString() : formatUsd(value);
