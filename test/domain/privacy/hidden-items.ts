import {
  countKey,
  deletedTrustKey,
  directoryKey,
  idempotencyKey,
  subjectKey,
  suppressedAddressKey,
} from '../../../lambdas/contracts/storage/table-keys/accounts';
import {
  autoTopUpListingKey,
  customerUpdateKey,
  chargingTopUpKey,
  debtKey,
  grantExpiryKey,
  knownExceptionKey,
  lowBalanceListingKey,
  openDueKey,
  paymentEventKey,
} from '../../../lambdas/contracts/storage/table-keys/funds';
import {
  apiKeyKey,
  budgetCounterKey,
  budgetNoticeKey,
  counterIdOfTrust,
  resumptionKey,
} from '../../../lambdas/contracts/storage/table-keys/keys';
import {
  eventKey,
  messageKey,
  pendingDeliveryKey,
  pendingMailKey,
} from '../../../lambdas/contracts/storage/table-keys/outbox';
import {
  erasureListingKey,
  exportListingKey,
  legalHoldKey,
  passphraseKey,
  runningErasureKey,
  runningExportKey,
} from '../../../lambdas/contracts/storage/table-keys/privacy';
import { lateReceiptKey } from '../../../lambdas/contracts/storage/table-keys/receipts';
import { threadListingKey } from '../../../lambdas/contracts/storage/table-keys/support';
import { countedKey } from '../../../lambdas/contracts/storage/table-keys/roll-ups';
import {
  cancellationCountKey,
  cancellationKey,
  idempotencyClaimKey,
  parkedKey,
} from '../../../lambdas/contracts/storage/table-keys/usage';
import { creditKey, paymentKey } from '../../../lambdas/contracts/storage/table-keys/wallet';
import type { Item } from '../../../lambdas/domain/table/value';
import { type exampleIds, idsInside } from './example-items';

const AT = '2026-11-20T10:00:00.000Z';
const NOW = Date.parse(AT);
const bytes = Uint8Array.from([1, 2, 3]);

/** The user pool's ID and the hash of the address of an example person. */
export const userOf = (marker: string) => ({ subject: `subject-${marker}`, addressHash: `hash-${marker}` });

/** One item of each kind that no export has, for an account and its owner. Each can be told apart by its key or `marker`. */
export function hiddenItems(
  { accountId, personId }: ReturnType<typeof exampleIds>,
  marker: string,
): { readonly [kind: string]: Item } {
  const { keyId, trustId, webhookId, deliveryId, exportId, erasureId } = idsInside(accountId);
  const deletedTrustId = `tru_01JG${accountId.slice(-22)}`;
  const requestId = `req_01JE${accountId.slice(-22)}`;
  const { subject, addressHash } = userOf(marker);
  const messageId = `msg_${marker}`;
  const event = { messageId, accountId, kind: 'role_changed', data: { personId, role: 'admin' }, createdAt: AT };
  return {
    ...walletItems(accountId, marker),
    subject: { ...subjectKey(subject), personId },
    'suppressed-address': { ...suppressedAddressKey(addressHash), reason: 'bounce', at: AT },
    'account-listing': { ...directoryKey(accountId), createdAt: AT },
    'deleted-trust': { ...deletedTrustKey(accountId, deletedTrustId), trustId: deletedTrustId },
    count: { ...countKey(accountId, 'invitations', '2026-11-20'), made: 1n },
    'support-listing': { ...threadListingKey('open', `sup_01JE${personId.slice(-22)}`), personId },
    'customer-update': { ...customerUpdateKey(accountId), revision: 'r' },
    'auto-top-up-listing': { ...autoTopUpListingKey(accountId) },
    'charging-top-up': { ...chargingTopUpKey(accountId) },
    'low-balance-listing': { ...lowBalanceListingKey(accountId) },
    'payment-event': { ...paymentEventKey(`evt_${marker}`), type: 'charge.succeeded', objectId: 'ch_1', at: AT },
    'running-export': { ...runningExportKey(accountId), exportId, startedAt: AT },
    'export-listing': { ...exportListingKey(exportId), ownerId: accountId },
    'running-erasure': { ...runningErasureKey(accountId), erasureId },
    'erasure-listing': { ...erasureListingKey(erasureId), ownerId: accountId },
    'legal-hold': { ...legalHoldKey(accountId), placedAt: AT },
    passphrase: { ...passphraseKey(exportId), passphrase: marker },
    'repeated-answer': { ...idempotencyKey(marker), status: 'COMPLETED', payloadHash: marker },
    'key-verifier': { ...apiKeyKey(keyId), keyId, accountId, salt: bytes, verifier: bytes, createdAt: AT },
    'key-resumption': { ...resumptionKey(keyId) },
    'key-counter': { ...budgetCounterKey(counterIdOfTrust(deletedTrustId), 'total'), countedPico: 1n },
    'budget-notice': { ...budgetNoticeKey(counterIdOfTrust(trustId), 'month#2026-11'), percent: 80n },
    'pending-message': {
      ...pendingMailKey(messageId),
      messageId,
      audience: 'mail',
      kind: 'role_changed',
      accountId,
      recipient: { to: 'person', personId },
      parameters: { role: marker },
      createdAt: AT,
      state: 'waiting',
      attempts: 0n,
      dueAt: BigInt(NOW),
    },
    'message-state': { ...messageKey(messageId), messageId, kind: 'role_changed', accountId, state: 'sent' },
    'account-event': { ...eventKey(messageId), ...event },
    'pending-delivery': {
      ...pendingDeliveryKey(deliveryId),
      accountId,
      webhookId,
      deliveryId,
      attempts: 0n,
      dueAt: BigInt(NOW),
    },
    'parked-change': {
      ...parkedKey('spend', `change-${marker}`),
      changeId: `change-${marker}`,
      cause: 'ZodError',
      parkedAt: AT,
      accountId,
      requestId,
    },
    'counted-requests': { ...countedKey(accountId, '2026-11-20T10:00', 1), marks: bytes },
    'late-receipt': { ...lateReceiptKey(accountId, requestId, 'tree'), tree: 'tree' },
    cancellation: { ...cancellationKey(accountId, requestId) },
    'cancellation-count': { ...cancellationCountKey(accountId, NOW), counted: 1n },
    'idempotency-claim': { ...idempotencyClaimKey(marker), requestId, holdDeadline: BigInt(NOW), bodyHash: marker },
  };
}

const walletItems = (accountId: string, marker: string): { readonly [kind: string]: Item } => ({
  'known-exception': { ...knownExceptionKey(`pi_${marker}`, 'reused'), at: AT },
  payment: { ...paymentKey(`pi_${marker}`), accountId, amountPico: 1n, at: AT },
  'payment-listing': { ...creditKey(`pi_${marker}`, AT), paymentId: `pi_${marker}`, amountPico: 1n },
  'open-due': { ...openDueKey(accountId, '2026-10') },
  debt: { ...debtKey(accountId) },
  'grant-expiry': { ...grantExpiryKey(accountId, 'grant_1', AT), accountId, grantId: 'grant_1' },
});
