import * as accounts from '../../../lambdas/contracts/storage/table-keys/accounts';
import * as audit from '../../../lambdas/contracts/storage/table-keys/audit';
import * as catalog from '../../../lambdas/contracts/storage/table-keys/catalog';
import * as funds from '../../../lambdas/contracts/storage/table-keys/funds';
import type { Key } from '../../../lambdas/contracts/storage/table-keys/key-parts';
import * as keys from '../../../lambdas/contracts/storage/table-keys/keys';
import * as outbox from '../../../lambdas/contracts/storage/table-keys/outbox';
import * as policies from '../../../lambdas/contracts/storage/table-keys/policies';
import * as privacy from '../../../lambdas/contracts/storage/table-keys/privacy';
import * as receipts from '../../../lambdas/contracts/storage/table-keys/receipts';
import * as rollUps from '../../../lambdas/contracts/storage/table-keys/roll-ups';
import * as statistics from '../../../lambdas/contracts/storage/table-keys/statistics';
import * as support from '../../../lambdas/contracts/storage/table-keys/support';
import * as usage from '../../../lambdas/contracts/storage/table-keys/usage';
import * as wallet from '../../../lambdas/contracts/storage/table-keys/wallet';

const ULID = '01JD0000000000000000000001';
const ACCOUNT = `acc_${ULID}`;
const PERSON = `per_${ULID}`;
const REQUEST = `req_${ULID}`;
const ERASURE = `era_${ULID}`;
const EXPORT = `exp_${ULID}`;
const MESSAGE = `msg_${'a'.repeat(40)}`;
const HASH = 'a'.repeat(64);
const AT = '2026-11-20T10:00:00.000Z';
const NOW = Date.parse(AT);

/** The functions of a module that make a key. */
type Makers<Module> = {
  readonly [name in keyof Module as Module[name] extends (...parts: never[]) => Key ? name : never]: Module[name];
};

/** Calls every function of a module that makes a key. One that is left out does not compile. */
const made = <Module extends object>(
  module: Module,
  examples: {
    readonly [name in keyof Makers<Module>]: Makers<Module>[name] extends (...parts: infer Parts) => Key
      ? Parts
      : never;
  },
): readonly (readonly [name: string, key: Key])[] =>
  Object.entries<readonly unknown[]>(examples).map(([name, parts]) => [
    name,
    (module as { readonly [name: string]: (...parts: readonly unknown[]) => Key })[name]!(...parts),
  ]);

/** A key by every function that makes one, so that each item of every table has an example. */
export const EXAMPLE_KEYS = [
  ...made(accounts, {
    accountKey: [ACCOUNT],
    directoryKey: [ACCOUNT],
    memberKey: [ACCOUNT, PERSON],
    invitationKey: [ACCOUNT, `inv_${ULID}`],
    trustKey: [ACCOUNT, `tru_${ULID}`],
    deletedTrustKey: [ACCOUNT, `tru_${ULID}`],
    alertsKey: [ACCOUNT],
    webhookKey: [ACCOUNT, `whk_${ULID}`],
    exchangedTokenKey: [HASH],
    personKey: [PERSON],
    subjectKey: ['subject'],
    mailPreferencesKey: [PERSON],
    suppressedAddressKey: [HASH],
    membershipKey: [PERSON, ACCOUNT],
    operatorKey: [PERSON],
    countKey: [ACCOUNT, 'invitations', '2026-11-20'],
    auditHeadKey: [ACCOUNT],
    idempotencyKey: [HASH],
  }),
  ...made(audit, { auditEventKey: [ACCOUNT, 1] }),
  ...made(catalog, { catalogChangeKey: [1], proposalKey: [`pro_${ULID}`] }),
  ...made(funds, {
    paymentExceptionKey: ['pi_1', 'reused'],
    knownExceptionKey: ['pi_1', 'reused'],
    pendingRefundKey: ['re_1'],
    debtKey: [ACCOUNT],
    creditLineKey: [ACCOUNT],
    dueKey: [ACCOUNT, '2026-11'],
    closingKey: [ACCOUNT, '2026-10'],
    openDueKey: [ACCOUNT, '2026-11'],
    customerUpdateKey: [ACCOUNT],
    couponKey: [`cpn_${ULID}`],
    couponCodeKey: [HASH],
    grantsKey: [ACCOUNT],
    grantExpiryKey: [ACCOUNT, 'grant_1', AT],
    customerKey: [ACCOUNT],
    autoTopUpKey: [ACCOUNT],
    autoTopUpListingKey: [ACCOUNT],
    chargingTopUpKey: [ACCOUNT],
    invoiceNoticeKey: [ACCOUNT, 'in_1'],
    refusedPaymentKey: [ACCOUNT, 'pi_1'],
    subscriptionKey: [ACCOUNT, 'sub_1'],
    paymentEventKey: ['evt_1'],
    lowBalanceKey: [ACCOUNT],
    lowBalanceListingKey: [ACCOUNT],
  }),
  ...made(keys, {
    apiKeyKey: [ULID],
    resumptionKey: [ULID],
    spendingRulesKey: [ACCOUNT],
    keyListingKey: [ACCOUNT, ULID],
    budgetCounterKey: [ULID, 'month#2026-11'],
    budgetPartKey: [`bud_${ULID}`, '07', 'total'],
    budgetNoticeKey: [ULID, 'month#2026-11'],
    minuteCounterKey: [ULID, NOW],
    waitCounterKey: [ACCOUNT, NOW],
    runningCounterKey: [ULID],
  }),
  ...made(outbox, {
    messageKey: [MESSAGE],
    pendingMailKey: [MESSAGE],
    eventKey: [MESSAGE],
    pendingDeliveryKey: [`dlv_${ULID}`],
    deliveryKey: [ACCOUNT, `whk_${ULID}`, `dlv_${ULID}`],
  }),
  ...made(policies, {
    policyKey: ['terms', '2026-12-01'],
    acceptanceKey: [PERSON, 'terms', '2026-12-01'],
    policyNoticeKey: [PERSON, 'terms', '2026-12-01'],
  }),
  ...made(privacy, {
    exportKey: [ACCOUNT, EXPORT],
    runningExportKey: [ACCOUNT],
    exportListingKey: [EXPORT],
    passphraseKey: [EXPORT],
    restrictionKey: [ACCOUNT],
    childReportKey: [PERSON],
    erasureKey: [ACCOUNT, ERASURE],
    runningErasureKey: [ACCOUNT],
    erasureListingKey: [ERASURE],
    legalHoldKey: [ACCOUNT],
    certificateKey: [ERASURE],
    erasedSubjectKey: [HASH],
  }),
  ...made(receipts, {
    openLeavesKey: [HASH],
    treeKey: [ACCOUNT, { minute: AT, seal: 1, number: 1, hash: HASH }],
    lateReceiptKey: [ACCOUNT, REQUEST, HASH],
    sealKey: [1],
    receiptKeyKey: ['key'],
  }),
  ...made(rollUps, { countedKey: [ACCOUNT, '2026-11-20T10:00', 1] }),
  ...made(statistics, { statisticsKey: ['2026-11-20', 0] }),
  ...made(support, {
    threadKey: [PERSON, `sup_${ULID}`],
    supportMessageKey: [PERSON, `sup_${ULID}`, `smsg_${ULID}`],
    threadListingKey: ['open', `sup_${ULID}`],
  }),
  ...made(usage, {
    usageRecordKey: [ACCOUNT, REQUEST],
    parkedKey: ['receipts', '1'],
    cancellationKey: [ACCOUNT, REQUEST],
    cancellationCountKey: [ACCOUNT, NOW],
    idempotencyClaimKey: [HASH],
  }),
  ...made(wallet, {
    paymentKey: ['pi_1'],
    creditKey: ['pi_1', AT],
    balanceKey: [ACCOUNT],
    holdKey: [REQUEST, NOW],
    leaseKey: [`lease_${ULID}`, NOW],
    entryKey: [ACCOUNT, REQUEST],
    leaseEntryKey: [ACCOUNT, '00', `lease_${ULID}`],
    lateEntryKey: [ACCOUNT, REQUEST],
  }),
];
