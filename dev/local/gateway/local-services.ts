import { randomBytes } from 'node:crypto';
import { z } from 'zod';
import { EmbeddedStore } from '../../../lambdas/adapters/embedded/embedded-store';
import type { CatalogData } from '../../../lambdas/contracts/storage/catalog';
import { pepperSecretSchema } from '../../../lambdas/contracts/deployment/secrets';
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

const USAGE_RETENTION_DAYS = 90;

const PEPPER_BYTES = 32;
const SECRETS_FILE = 'secrets.json';

const secretsSchema = z.object({ pepper: pepperSecretSchema });

/** Everything in the data folder, opened. Only the process that owns the folder may open it. */
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
  close(): void;
}

export function openLocalServices(folder: DataFolder, clock: Clock = systemClock): LocalServices {
  const pepper = readPepper(folder);
  const store = EmbeddedStore.open({ file: folder.file('journal.jsonl'), clock });
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

/** Creates the pepper once and never replaces it, because stored keys cannot be verified with any other. */
function readPepper(folder: DataFolder): string {
  const pepperJson = JSON.stringify({ pepper: randomBytes(PEPPER_BYTES).toString('base64') });
  folder.writeIfAbsent(SECRETS_FILE, `${pepperJson}\n`);
  return secretsSchema.parse(JSON.parse(folder.read(SECRETS_FILE) ?? '')).pepper;
}
