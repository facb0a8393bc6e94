import type { Key } from './key-parts';

// These items are in the accounts table.
export const EXPORT_PREFIX = 'export#';
/** An export of the data of an account or a person. @param ownerId the ID of either */
export const exportKey = (ownerId: string, exportId: string): Key => ({
  pk: ownerId,
  sk: `${EXPORT_PREFIX}${exportId}`,
});
/** The export of an owner that is running, so that there is one at a time. */
export const runningExportKey = (ownerId: string): Key => ({ pk: ownerId, sk: 'running-export' });
/** The exports that are running. */
export const RUNNING_EXPORTS_PARTITION = 'running-exports';
export const exportListingKey = (exportId: string): Key => ({ pk: RUNNING_EXPORTS_PARTITION, sk: exportId });

// This item is in the keys table, because it is a secret.
export const PASSPHRASE_PREFIX = 'passphrase#';
export const passphraseKey = (exportId: string): Key => ({ pk: `${PASSPHRASE_PREFIX}${exportId}`, sk: 'passphrase' });
