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

// These items are in the accounts table as well.
/** A restriction is in a partition of its own, because the data plane may read it and nothing else of an owner. */
export const RESTRICTION_PREFIX = 'restriction#';
/** That the data of an account or a person may only be stored. @param ownerId the ID of either */
export const restrictionKey = (ownerId: string): Key => ({ pk: `${RESTRICTION_PREFIX}${ownerId}`, sk: 'restriction' });

/** The people who were reported to be children, until an operator has decided. */
export const CHILD_REPORTS_PARTITION = 'child-reports';
export const childReportKey = (personId: string): Key => ({ pk: CHILD_REPORTS_PARTITION, sk: personId });

// And so are these. `certify` deletes all but the last two.
export const ERASURE_PREFIX = 'erasure#';
/** An erasure of an account or a person, until it is over. @param ownerId the ID of either */
export const erasureKey = (ownerId: string, erasureId: string): Key => ({
  pk: ownerId,
  sk: `${ERASURE_PREFIX}${erasureId}`,
});
/** The erasure of an owner that is not over, so that there is one at a time. */
export const runningErasureKey = (ownerId: string): Key => ({ pk: ownerId, sk: 'running-erasure' });
/** The erasures that are not over. */
export const RUNNING_ERASURES_PARTITION = 'running-erasures';
export const erasureListingKey = (erasureId: string): Key => ({ pk: RUNNING_ERASURES_PARTITION, sk: erasureId });
/** A legal hold on an account or a person: no erasure goes on while it is there. */
export const legalHoldKey = (ownerId: string): Key => ({ pk: ownerId, sk: 'legal-hold' });
/** The certificate of an erasure. It names neither the account nor the person. */
export const CERTIFICATE_PREFIX = 'certificate#';
export const certificateKey = (erasureId: string): Key => ({
  pk: `${CERTIFICATE_PREFIX}${erasureId}`,
  sk: 'certificate',
});
/** Marks a user of the user pool whose person was erased, until the user's last token has expired. */
export const ERASED_SUBJECT_PREFIX = 'erased-subject#';
/** @param hash the SHA-256 of the subject, in hexadecimal */
export const erasedSubjectKey = (hash: string): Key => ({ pk: `${ERASED_SUBJECT_PREFIX}${hash}`, sk: 'mark' });
