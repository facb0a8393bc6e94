import { keyListingKey, spendingRulesKey } from '../../../lambdas/contracts/storage/table-keys/keys';
import {
  accountKey,
  alertsKey,
  auditHeadKey,
  invitationKey,
  mailPreferencesKey,
  memberKey,
  membershipKey,
  operatorKey,
  personKey,
  trustKey,
  webhookKey,
} from '../../../lambdas/contracts/storage/table-keys/accounts';
import { auditEventKey } from '../../../lambdas/contracts/storage/table-keys/audit';
import {
  autoTopUpKey,
  closingKey,
  creditLineKey,
  customerKey,
  dueKey,
  grantsKey,
  invoiceNoticeKey,
  lowBalanceKey,
  paymentExceptionKey,
  pendingRefundKey,
  subscriptionKey,
} from '../../../lambdas/contracts/storage/table-keys/funds';
import { deliveryKey } from '../../../lambdas/contracts/storage/table-keys/outbox';
import { acceptanceKey, policyNoticeKey } from '../../../lambdas/contracts/storage/table-keys/policies';
import {
  childReportKey,
  erasureKey,
  exportKey,
  restrictionKey,
} from '../../../lambdas/contracts/storage/table-keys/privacy';
import { supportMessageKey, threadKey } from '../../../lambdas/contracts/storage/table-keys/support';
import { treeKey } from '../../../lambdas/contracts/storage/table-keys/receipts';
import { rollUpPartition, rollUpSortKey } from '../../../lambdas/contracts/storage/table-keys/roll-ups';
import { usageRecordKey } from '../../../lambdas/contracts/storage/table-keys/usage';
import { balanceKey, entryKey, holdKey, leaseKey } from '../../../lambdas/contracts/storage/table-keys/wallet';
import { REGISTER } from '../../../lambdas/domain/privacy/register';
import type { TableStore } from '../../../lambdas/domain/table/table-store';
import type { Item } from '../../../lambdas/domain/table/value';

const AT = '2026-11-20T10:00:00.000Z';
const NOW = Date.parse(AT);
const id = (prefix: string, number: number): string => `${prefix}_01JD${String(number).padStart(22, '0')}`;
const HASH = 'a'.repeat(64);
const bytes = Uint8Array.from([1, 2, 3]);

/** An account and its owner, whose items no other account or person has. @param number distinguishes accounts */
export function exampleIds(number: number) {
  return { accountId: id('acc', number), personId: id('per', number) };
}

/** The IDs of what an example account has. */
export function idsInside(accountId: string) {
  const ulid = `01JE${accountId.slice(-22)}`;
  return {
    keyId: ulid,
    trustId: `tru_01JH${accountId.slice(-22)}`,
    webhookId: `whk_${ulid}`,
    deliveryId: `dlv_${ulid}`,
    invitationId: `inv_${ulid}`,
    exportId: `exp_${ulid}`,
    erasureId: `era_${ulid}`,
  };
}

/**
 * One item of each kind that an export can have, with every exported field, as the store keeps it. Texts contain
 * `marker`, so that a test can tell whose they are.
 */
export function exampleItems(
  { accountId, personId }: ReturnType<typeof exampleIds>,
  marker: string,
): { readonly [kind: string]: Item } {
  const requestId = id('req', 1);
  const { keyId, trustId, webhookId, exportId, erasureId, deliveryId, invitationId } = idsInside(accountId);
  const request = {
    accountId,
    requestId,
    keyId,
    endpoint: 'chat',
    model: `model-${marker}`,
    provider: 'openai',
    streamed: true,
    at: AT,
    priceVersion: 'v1',
    labels: { team: marker },
    payer: personId,
    endUser: 'Zm9vYmFyYmF6cXV4Zm9vYg',
    failedAttempts: [{ provider: 'other', failure: 'timeout' }],
  };
  const membership = { role: 'owner', joinedAt: AT };
  return {
    person: {
      ...personKey(personId),
      personId,
      createdAt: AT,
      attestedAt: AT,
      erasingSince: AT,
      subject: `subject-${marker}`,
    },
    operator: { ...operatorKey(personId), appointedAt: AT },
    'policy-acceptance': { ...acceptanceKey(personId, 'terms', marker), acceptedAt: AT },
    'policy-notice': { ...policyNoticeKey(personId, 'terms', marker), at: AT },
    'support-thread': {
      ...threadKey(personId, id('sup', 1)),
      threadId: id('sup', 1),
      subject: marker,
      state: 'closed',
      openedAt: AT,
      writtenAt: AT,
      writtenBy: 'person',
      endsAt: AT,
      survey: { score: 4n, comment: marker, answeredAt: AT },
      messages: 1n,
    },
    'support-message': {
      ...supportMessageKey(personId, id('sup', 1), id('smsg', 1)),
      messageId: id('smsg', 1),
      by: 'person',
      at: AT,
      text: marker,
    },
    account: {
      ...accountKey(accountId),
      createdAt: AT,
      name: `=name of ${marker}`,
      ownerId: personId,
      billing: {
        name: marker,
        email: `${marker}@example.test`,
        addressLine1: '1',
        city: 'x',
        postalCode: '1',
        country: 'DE',
      },
      suspendedAt: AT,
      suspensionReason: 'payment',
      holds: 'worst-case',
      members: 1,
      version: 1,
    },
    member: { ...memberKey(accountId, personId), personId, ...membership, version: 1 },
    membership: { ...membershipKey(personId, accountId), accountId, ...membership },
    invitation: {
      ...invitationKey(accountId, invitationId),
      invitationId,
      email: `${marker}@invited.test`,
      role: 'admin',
      invitedBy: personId,
      createdAt: AT,
      validUntil: AT,
      verifier: bytes,
    },
    'audit-head': { ...auditHeadKey(accountId), sequence: 1, hash: HASH, at: AT },
    trust: {
      ...trustKey(accountId, trustId),
      trustId,
      name: marker,
      issuer: 'https://issuer.example',
      audience: 'a',
      subject: `repo:${marker}/app`,
      claims: { claim: marker },
      singleUse: true,
      keySeconds: 900,
      rules: '{"concurrency":1}',
      createdAt: AT,
      createdBy: personId,
      payer: personId,
    },
    'spending-rules': {
      ...spendingRulesKey(accountId),
      version: 1,
      endUserKey: bytes,
      budgets: JSON.stringify([{ of: 'member', personId, budgetId: id('bud', 1), limitPico: '1', window: 'day' }]),
    },
    'mail-preferences': { ...mailPreferencesKey(personId), product: false, lowBalance: true, budget: false },
    key: {
      ...keyListingKey(accountId, keyId),
      keyId,
      lastFour: 'abcd',
      role: 'arn:aws:iam::111122223333:role/app',
      createdAt: AT,
      label: marker,
      revokedAt: AT,
      validUntil: AT,
      createdBy: personId,
      payer: personId,
      replaces: keyId,
      replacedBy: keyId,
      suspendedAt: AT,
      suspensionReason: 'spend_jump',
      resumedAt: AT,
      rules: '{"cidrs":["192.0.2.0/24"]}',
      version: 1,
    },
    webhook: {
      ...webhookKey(accountId, webhookId),
      accountId,
      webhookId,
      url: `https://hooks.example/${marker}`,
      description: marker,
      events: ['low_balance'],
      state: 'disabled',
      disabledReason: 'failing',
      disabledAt: AT,
      failingSince: NOW,
      createdAt: AT,
      createdBy: personId,
      secrets: [{ secretId: 's', hash: HASH }],
      version: 1,
    },
    'webhook-delivery': {
      ...deliveryKey(accountId, webhookId, deliveryId),
      webhookId,
      deliveryId,
      state: 'pending',
      nextAttemptAt: AT,
      attempts: [{ at: AT, outcome: 'answered', status: 500, durationMs: 3 }],
      messageId: `msg_${marker}`,
      accountId,
      kind: 'role_changed',
      data: { personId, role: 'admin' },
      createdAt: AT,
    },
    'alert-rules': {
      ...alertsKey(accountId),
      errorRate: { percent: 10n, requestsMin: 20n },
      spendAnomaly: { factor: 3n, floorPico: 1n },
      errorRateHour: '2026-11-20T10',
      spendAnomalyHour: '2026-11-20T10',
      version: 1n,
    },
    'roll-up': {
      pk: rollUpPartition(accountId, 'model'),
      sk: rollUpSortKey({ interval: 'day', start: '2026-11-20', name: `model-${marker}` }),
      value: `model-${marker}`,
      interval: 'day',
      start: '2026-11-20',
      requests: 2n,
      costPico: 12_345_678_901_234_567_890n,
      't:input': 3n,
    },
    closing: { ...closingKey(accountId, '2026-10'), spentPico: 1n },
    subscription: {
      ...subscriptionKey(accountId, `sub_${marker}`),
      state: 'active',
      priceId: `price_${marker}`,
      endsAt: NOW,
      isOver: false,
      revision: 1n,
    },
    'payment-notice': { ...invoiceNoticeKey(accountId, `in_${marker}`), at: AT },
    customer: { ...customerKey(accountId), customerId: `cus_${marker}` },
    'auto-top-up': {
      ...autoTopUpKey(accountId),
      isOn: true,
      thresholdPico: 1n,
      amountCents: 1n,
      monthMaxCents: 1n,
      pendingPaymentId: `pi_${marker}`,
      returnedPico: 0n,
      isCharging: false,
      chargeCents: 1n,
      chargedAt: NOW,
      attempt: 1,
      generation: 'g',
      declines: 0,
      waitsUntil: 0,
      month: '2026-11',
      monthCents: 1n,
      revision: 1n,
    },
    'low-balance': { ...lowBalanceKey(accountId), thresholdPico: 1n, isLow: true, dips: 1n, revision: 1n },
    'payment-exception': {
      ...paymentExceptionKey(`pi_${marker}`, 'reused'),
      paymentId: `pi_${marker}`,
      code: 'reused',
      accountId,
      at: AT,
    },
    'pending-refund': {
      ...pendingRefundKey(`re_${marker}`),
      refundId: `re_${marker}`,
      accountId,
      paymentId: 'pi_1',
      cents: 1n,
      creditCents: 1n,
    },
    due: {
      ...dueKey(accountId, '2026-10'),
      accountId,
      month: '2026-10',
      owedPico: 1n,
      dueAt: AT,
      coveredAtPico: 1n,
      stage: 'issued',
    },
    balance: {
      ...balanceKey(accountId),
      availablePico: 12_345_678_901_234_567_890n,
      heldPico: 0n,
      spentPico: 0n,
      fundedPico: 1n,
      refundedPico: 0n,
      grantedPico: 0n,
      expiredPico: 0n,
      linePico: 0n,
      disputedPico: 0n,
      debtPico: 0n,
      debtSince: AT,
      closedAt: AT,
      suspendedAt: AT,
      holds: 'worst-case',
      fundsRevision: 1n,
      revision: 1n,
      hasDrawers: false,
      hotUntil: 0n,
    },
    'ledger-entry': {
      ...entryKey(accountId, requestId),
      kind: 'charge',
      at: AT,
      requestId,
      heldPico: 1n,
      reference: `pi_${marker}`,
      reason: 'goodwill',
      spentPico: 1n,
      priceVersion: 'v1',
      priceVersions: ['v1'],
      requests: 1n,
      counterId: keyId,
      budgetWindow: 'total',
      budgets: [{ budgetId: id('bud', 1), window: 'total' }],
      transfers: [{ from: 'available', to: 'spent', amountPico: 1n }],
    },
    hold: {
      ...holdKey(requestId, NOW + Number(accountId.slice(-4))),
      ...request,
      heldPico: 1n,
      slice: 1n,
      ceilingPico: 2n,
    },
    lease: {
      ...leaseKey(`lease_01JD${accountId.slice(-22)}`, NOW),
      ...request,
      leaseId: `lease_01JD${accountId.slice(-22)}`,
      drawer: '00',
      heldPico: 1n,
      requests: 1n,
      settledPico: 1n,
      overrunPico: 0n,
      priceVersions: ['v1'],
      turn: 2n,
      requestHeldPico: 1n,
      deadline: BigInt(NOW),
    },
    grants: {
      ...grantsKey(accountId),
      spentPico: 0n,
      grants: [{ grantId: `grant_${marker}`, leftPico: 1n, expiresAt: AT }],
    },
    'credit-line': { ...creditLineKey(accountId), isListed: true, issuedMonth: '2026-10' },
    'usage-record': {
      ...usageRecordKey(accountId, requestId),
      ...request,
      status: 'completed',
      httpStatus: 200,
      usage: { input: 3, output: 4 },
      estimated: false,
      costPico: 12_345_678_901_234_567_890n,
      overrunPico: 0n,
      leaseTurn: 'lease_1#1',
      firstByteMs: 5,
      durationMs: 6,
    },
    'receipt-tree': {
      ...treeKey(accountId, { minute: AT, seal: 1, number: 1, hash: HASH }),
      header: `{"accountId":"${accountId}"}`,
      seal: 1,
      index: 0,
      path: bytes,
      leaves: bytes,
      texts: { 0: marker },
    },
    'audit-event': {
      ...auditEventKey(accountId, 1),
      version: 1,
      chain: accountId,
      sequence: 1,
      at: AT,
      actor: personId,
      address: '192.0.2.0/24',
      action: 'member.change',
      target: personId,
      before: { role: 'owner' },
      after: { role: 'admin' },
      previous: HASH,
      previousAt: AT,
      hash: HASH,
    },
    'child-report': {
      ...childReportKey(personId),
      reportId: id('chr', 1),
      personId,
      reportedAt: AT,
    },
    restriction: {
      ...restrictionKey(accountId),
      restrictedAt: AT,
      requestedBy: personId,
      identityCheck: 'verified_email',
    },
    erasure: {
      ...erasureKey(accountId, erasureId),
      erasureId,
      state: 'grace',
      requestedAt: AT,
      requestedBy: personId,
      identityCheck: 'verified_email',
      graceEndsAt: AT,
      balance: 'refund',
      stoppedBecause: 'policy',
      resolution: 'refund',
      balanceOutcome: 'none',
      step: 'gate',
    },
    export: {
      ...exportKey(accountId, exportId),
      exportId,
      state: 'ready',
      requestedAt: AT,
      requestedBy: personId,
      identityCheck: 'verified_email',
      endsAt: AT,
      files: [],
      fileCount: 0,
      isComplete: true,
    },
  };
}

/** Stores the example items of an account and its owner. */
export async function storeExamples(
  store: TableStore,
  ids: ReturnType<typeof exampleIds>,
  marker: string,
  itemsOf: typeof exampleItems = exampleItems,
): Promise<void> {
  for (const [kind, put] of Object.entries(itemsOf(ids, marker))) {
    const table = REGISTER.find((item) => item.kind === kind)?.table;
    if (table === undefined) throw new Error(`${kind} is not a kind`);
    await store.write({ table, put });
  }
}
