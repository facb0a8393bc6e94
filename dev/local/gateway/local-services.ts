import type { EmbeddedStore } from '../../../lambdas/adapters/embedded/embedded-store';
import type { Durability } from '../../../lambdas/adapters/embedded/file-commits';
import type { CatalogData } from '../../../lambdas/contracts/storage/catalog';
import { Accounts } from '../../../lambdas/domain/accounts/accounts';
import { AuditLog } from '../../../lambdas/domain/audit/audit-log';
import { CatalogChanges } from '../../../lambdas/domain/catalog/catalog-changes';
import { Proposals } from '../../../lambdas/domain/catalog/proposals';
import { type Clock, systemClock } from '../../../lambdas/domain/clock';
import { Keys } from '../../../lambdas/domain/keys/keys';
import { Receipts } from '../../../lambdas/domain/receipts/receipts';
import { UsageRecords } from '../../../lambdas/domain/usage/records/usage-records';
import { Wallet } from '../../../lambdas/domain/wallet/wallet';
import { LOCAL_PRICE_LIST } from '../demo/demo-catalog';
import type { DataFolder } from '../folder/data-folder';
import { type OpenedStore, openStore, openStoreReadOnly } from '../folder/open-store';

const USAGE_RETENTION_DAYS = 90;

/** Everything in the data folder, opened. */
export interface LocalServices {
  readonly store: EmbeddedStore;
  readonly wallet: Wallet;
  readonly keys: Keys;
  readonly accounts: Accounts;
  readonly usage: UsageRecords;
  readonly receipts: Receipts;
  readonly catalog: CatalogChanges;
  readonly proposals: Proposals;
  readonly compiled: CatalogData;
  readonly clock: Clock;
  /** The secret that goes into the hash of every key. */
  readonly pepper: string;
  readonly usageRetentionDays: number;
  close(): Promise<void>;
}

export interface OpenOptions {
  /** @default the system's clock */
  readonly clock?: Clock;
  /** @default 'power-loss' */
  readonly durability?: Durability;
}

/** Opens a folder for writing. Only the process that owns the folder may call this. */
export async function openLocalServices(
  folder: DataFolder,
  { clock = systemClock, durability = 'power-loss' }: OpenOptions = {},
): Promise<LocalServices> {
  return servicesOn(await openStore(folder, { clock, durability }), clock);
}

/** Opens a folder that cannot be written to. Every write throws StoreReadOnly. */
export const openReadOnlyServices = async (folder: DataFolder, clock: Clock = systemClock): Promise<LocalServices> =>
  servicesOn(await openStoreReadOnly(folder, clock), clock);

function servicesOn({ store, pepper }: OpenedStore, clock: Clock): LocalServices {
  const audit = new AuditLog({ store, clock });
  const compiled = LOCAL_PRICE_LIST;
  return {
    store,
    wallet: new Wallet({ store, clock, usageRetentionDays: USAGE_RETENTION_DAYS }),
    keys: new Keys({ store, pepper, clock, audit }),
    accounts: new Accounts({ store, clock, audit }),
    usage: new UsageRecords({ store }),
    receipts: new Receipts({ store, clock }),
    catalog: new CatalogChanges({ store, clock, audit, compiled }),
    proposals: new Proposals({ store, clock, audit, compiled }),
    compiled,
    clock,
    pepper,
    usageRetentionDays: USAGE_RETENTION_DAYS,
    close: () => store.close(),
  };
}
