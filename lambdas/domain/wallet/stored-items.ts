import { z } from 'zod';
import { expires, KEPT_BY_LAW } from '../../contracts/storage/erasure-rule';
import {
  at,
  BOOKKEEPING,
  financial,
  IN_ACCOUNT,
  IN_ACCOUNT_SHARD,
  KEPT_BOOKKEEPING,
  keyed,
  storedItem,
} from '../../contracts/storage/stored-item';
import {
  CREDIT_LINES_PARTITION,
  creditLineKey,
  debtKey,
  DEBTS_PARTITION,
  grantExpiryPartition,
  grantsKey,
} from '../../contracts/storage/table-keys/funds';
import { SHARDS } from '../../contracts/storage/table-keys/key-parts';
import {
  balanceKey,
  CREDITS_PARTITION,
  ENTRY_PREFIX,
  entryPartitions,
  holdPartition,
} from '../../contracts/storage/table-keys/wallet';
import { WALLET } from '../../contracts/storage/tables';
import { balanceSchema } from './balance/balance';
import { grantsSchema } from './funds/grants';
import { dueSchema } from './funds/promotional-credit';
import { holdItemSchema } from './holds/hold';
import { leaseItemSchema } from './leases/lease';
import { entrySchema } from './ledger/entry';
import { listedPaymentSchema, paymentSchema } from './ledger/payment';

/** Facts of the ledger, which the law requires to be kept. They name an account by its pseudonym only. */
const kept = financial('exported');
/** The money that a running request holds. It ends with the request. */
const running = financial('exported');
/** The fields of a running request. */
const REQUEST = {
  keyId: running,
  endpoint: running,
  model: running,
  provider: running,
  streamed: running,
  at: running,
  priceVersion: running,
  labels: running,
  payer: running,
  endUser: running,
};
const isOfAccount = (item: { readonly [name: string]: unknown }, accountId: string): boolean =>
  item['accountId'] === accountId;
const isLease = (sk: string): boolean => sk.includes('#lease_');

/** The items about money. */
export const WALLET_ITEMS = [
  storedItem({
    kind: 'balance',
    about: 'the balance of an account, or of one of its drawers',
    table: WALLET,
    ends: 'never',
    erasure: KEPT_BY_LAW,
    schema: balanceSchema,
    fields: {
      availablePico: kept,
      heldPico: kept,
      spentPico: kept,
      fundedPico: kept,
      refundedPico: kept,
      grantedPico: kept,
      expiredPico: kept,
      linePico: kept,
      disputedPico: kept,
      debtPico: kept,
      debtSince: kept,
      suspendedAt: kept,
      closedAt: kept,
      holds: kept,
      fundsRevision: KEPT_BOOKKEEPING,
      revision: KEPT_BOOKKEEPING,
      hasDrawers: KEPT_BOOKKEEPING,
      hotUntil: KEPT_BOOKKEEPING,
      rulesVersion: KEPT_BOOKKEEPING,
      cutUntil: KEPT_BOOKKEEPING,
      lossUntil: KEPT_BOOKKEEPING,
    },
    is: keyed(IN_ACCOUNT_SHARD, 'wallet'),
    ofAccount: (accountId) => [undefined, ...SHARDS].map((drawer) => at(balanceKey(accountId, drawer))),
  }),
  storedItem({
    kind: 'ledger-entry',
    about: 'an entry of the ledger',
    table: WALLET,
    ends: 'never',
    erasure: KEPT_BY_LAW,
    schema: entrySchema.omit({ sk: true }),
    fields: {
      kind: kept,
      at: kept,
      requestId: kept,
      heldPico: kept,
      reference: kept,
      reason: kept,
      spentPico: kept,
      priceVersion: kept,
      priceVersions: kept,
      requests: kept,
      counterId: kept,
      budgetWindow: kept,
      budgets: kept,
      transfers: kept,
    },
    is: keyed(IN_ACCOUNT_SHARD, /^entry#/),
    ofAccount: (accountId) =>
      entryPartitions(accountId, true).map((partition) => ({ partition, sort: { beginsWith: ENTRY_PREFIX } })),
  }),
  storedItem({
    kind: 'payment',
    about: 'which account a payment credited',
    table: WALLET,
    ends: 'never',
    erasure: KEPT_BY_LAW,
    schema: paymentSchema.extend({ at: z.string(), refundedPico: z.bigint().optional() }),
    fields: { accountId: financial(), amountPico: financial(), at: financial(), refundedPico: financial() },
    is: keyed(/^payment#/, 'payment'),
    notFound: 'It repeats an entry of the ledger under the ID of the payment.',
  }),
  storedItem({
    kind: 'payment-listing',
    about: 'a payment, by the time of its credit',
    table: WALLET,
    ends: 'never',
    erasure: KEPT_BY_LAW,
    schema: listedPaymentSchema,
    fields: { paymentId: financial(), amountPico: financial() },
    is: keyed(CREDITS_PARTITION, /#/),
    notFound: 'It repeats an entry of the ledger under the ID of the payment.',
  }),
  storedItem({
    kind: 'hold',
    about: 'money that a running request holds',
    table: WALLET,
    ends: 'when the request ends',
    erasure: expires(1, 'It ends with its request, or the sweeper ends it. Without it, the balance would be wrong.'),
    schema: holdItemSchema.omit({ sk: true }),
    fields: {
      accountId: running,
      requestId: running,
      ...REQUEST,
      heldPico: running,
      ceilingPico: running,
      slice: BOOKKEEPING,
      counting: BOOKKEEPING,
    },
    is: ({ pk, sk }) => /^holds#\d\d$/.test(pk) && !isLease(sk),
    ofAccount: () => SHARDS.map((shard) => ({ partition: holdPartition(shard) })),
    belongs: isOfAccount,
  }),
  storedItem({
    kind: 'lease',
    about: 'money that several requests hold, one after the other',
    table: WALLET,
    ends: 'minutes after its last request',
    erasure: expires(1, 'The sweeper ends it minutes after its last request. Without it, the balance would be wrong.'),
    schema: leaseItemSchema.omit({ sk: true }),
    fields: {
      leaseId: running,
      accountId: running,
      drawer: BOOKKEEPING,
      heldPico: running,
      requests: running,
      settledPico: running,
      overrunPico: running,
      priceVersions: running,
      turn: BOOKKEEPING,
      requestId: running,
      requestHeldPico: running,
      deadline: BOOKKEEPING,
      budget: BOOKKEEPING,
      ...REQUEST,
    },
    is: ({ pk, sk }) => /^holds#\d\d$/.test(pk) && isLease(sk),
    ofAccount: () => SHARDS.map((shard) => ({ partition: holdPartition(shard) })),
    belongs: isOfAccount,
  }),
  storedItem({
    kind: 'grants',
    about: 'the promotional credit that an account has left',
    table: WALLET,
    ends: 'never',
    erasure: KEPT_BY_LAW,
    schema: grantsSchema,
    fields: { spentPico: kept, grants: kept },
    is: keyed(IN_ACCOUNT, 'grants'),
    ofAccount: (accountId) => [at(grantsKey(accountId))],
  }),
  storedItem({
    kind: 'grant-expiry',
    about: 'when promotional credit ends',
    table: WALLET,
    ends: 'with the grant',
    erasure: KEPT_BY_LAW,
    schema: dueSchema.omit({ sk: true }),
    fields: { accountId: KEPT_BOOKKEEPING, grantId: KEPT_BOOKKEEPING },
    is: keyed(/^grant-expiries#\d\d$/, /./),
    ofAccount: () => SHARDS.map((shard) => ({ partition: grantExpiryPartition(shard) })),
    belongs: isOfAccount,
  }),
  storedItem({
    kind: 'debt',
    about: 'that an account owes money after a dispute',
    table: WALLET,
    ends: 'when it is paid',
    erasure: KEPT_BY_LAW,
    schema: z.object({}),
    fields: {},
    is: keyed(DEBTS_PARTITION, IN_ACCOUNT),
    ofAccount: (accountId) => [at(debtKey(accountId))],
  }),
  storedItem({
    kind: 'credit-line',
    about: 'that an account has a credit line, and the last month that was billed',
    table: WALLET,
    ends: 'with the line',
    erasure: KEPT_BY_LAW,
    schema: z.object({ isListed: z.boolean().optional(), issuedMonth: z.string().optional() }),
    fields: { isListed: KEPT_BOOKKEEPING, issuedMonth: kept },
    is: keyed(CREDIT_LINES_PARTITION, IN_ACCOUNT),
    ofAccount: (accountId) => [at(creditLineKey(accountId))],
  }),
];
