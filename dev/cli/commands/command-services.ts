import type { CatalogData } from '../../../lambdas/contracts/storage/catalog';
import type { Standing } from '../../../lambdas/contracts/http/roles';
import type { Accounts } from '../../../lambdas/domain/accounts/accounts';
import type { CatalogChanges } from '../../../lambdas/domain/catalog/catalog-changes';
import type { Proposals } from '../../../lambdas/domain/catalog/proposals';
import type { Clock } from '../../../lambdas/domain/clock';
import type { Keys } from '../../../lambdas/domain/keys/keys';
import type { TableStore } from '../../../lambdas/domain/table/table-store';
import type { UsageRecords } from '../../../lambdas/domain/usage/records/usage-records';
import type { Wallet } from '../../../lambdas/domain/wallet/wallet';

/** What a command says to people and scripts. */
export interface CommandResult {
  readonly exitCode: 0 | 1;
  /** For standard output. */
  readonly lines: readonly string[];
  /** What people shall read beside it, on standard error. */
  readonly notes?: readonly string[];
  /** One line for standard error. */
  readonly error?: string;
}

export type AdministeredKeys = Pick<
  Keys,
  'create' | 'createForRole' | 'get' | 'list' | 'changeRules' | 'rotate' | 'revoke'
>;

/** What commands work on: a data folder's or a deployment's. */
export interface CommandServices {
  readonly store: TableStore;
  readonly wallet: Wallet;
  readonly keys: AdministeredKeys;
  readonly accounts: Accounts;
  readonly usage: UsageRecords;
  readonly catalog: CatalogChanges;
  readonly proposals: Proposals;
  /** The price list of this version of the code. */
  readonly compiled: CatalogData;
  readonly clock: Clock;
  readonly usageRetentionDays: number;
  /** Gives out access tokens. Only a local run that is up has one. */
  readonly identity?: { accessToken(role: Standing): Promise<string> };
}

export const accountNotFound = (accountId: string): CommandResult => ({
  exitCode: 1,
  lines: [],
  error: `There is no account "${accountId.slice(0, 80)}".`,
});
