import type { CatalogData } from '../../../lambdas/contracts/storage/catalog';
import type { Standing } from '../../../lambdas/contracts/http/roles';
import type { Accounts } from '../../../lambdas/domain/accounts/accounts';
import type { CatalogChanges } from '../../../lambdas/domain/catalog/catalog-changes';
import type { Proposals } from '../../../lambdas/domain/catalog/proposals';
import type { Clock } from '../../../lambdas/domain/clock';
import type { Keys } from '../../../lambdas/domain/keys/keys';
import type { Payments } from '../../../lambdas/domain/payments/payments';
import type { ErasureSettings } from '../../../lambdas/contracts/deployment/erasure-settings';
import type { ErasureWorkflows } from '../../../lambdas/domain/privacy/erasure/ports';
import type { Workflows } from '../../../lambdas/domain/privacy/export/ports';
import type { TableStore } from '../../../lambdas/domain/table/table-store';
import type { UsageRecords } from '../../../lambdas/domain/usage/records/usage-records';
import type { Wallet } from '../../../lambdas/domain/wallet/wallet';

export type AdministeredKeys = Pick<
  Keys,
  'create' | 'createForRole' | 'get' | 'list' | 'changeRules' | 'rotate' | 'revoke'
>;

/** The services that commands work with, opened on a data folder or on a deployment. */
export interface CommandServices {
  readonly store: TableStore;
  readonly wallet: Wallet;
  readonly keys: AdministeredKeys;
  readonly accounts: Accounts;
  readonly usage: UsageRecords;
  readonly catalog: CatalogChanges;
  readonly proposals: Proposals;
  /** The price list that this version was built with. */
  readonly compiled: CatalogData;
  readonly clock: Clock;
  readonly usageRetentionDays: number;
  /** Opens the payments; absent or undefined where there are none. */
  readonly openPayments?: () => Promise<Payments | undefined>;
  /** Opens what runs exports; absent where nothing does, as in a data folder without a running gateway. */
  readonly openWorkflows?: () => Promise<Workflows>;
  /** Opens what runs erasures, with their settings; absent in a data folder without a running gateway. */
  readonly openErasures?: () => Promise<{ readonly workflows: ErasureWorkflows; readonly settings: ErasureSettings }>;
  /** The settings of erasures where nothing runs them. @default ERASURE_SETTINGS_DEFAULT */
  readonly erasure?: ErasureSettings;
  /** Issues access tokens; present only inside a running local gateway. */
  readonly identity?: { accessToken(role: Standing): Promise<string> };
}
