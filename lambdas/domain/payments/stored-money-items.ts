import { z } from 'zod';
import { KEPT_BY_LAW } from '../../contracts/storage/erasure-rule';
import { financial, IN_ACCOUNT, KEPT_BOOKKEEPING, keyed, storedItem } from '../../contracts/storage/stored-item';
import {
  CLOSING_PREFIX,
  DUE_PREFIX,
  OPEN_DUES_PARTITION,
  PAYMENT_EXCEPTIONS_PARTITION,
  PENDING_REFUNDS_PARTITION,
} from '../../contracts/storage/table-keys/funds';
import { WALLET } from '../../contracts/storage/tables';
import { dueSchema } from './arrears/due-item';
import { exceptionSchema } from './payment-exceptions';
import { pendingSchema } from './refunds';
import { closingSchema } from './statements/closings';

/** Facts of the ledger, which the law requires to be kept. They name an account by its pseudonym only. */
const kept = financial('exported');
const isOfAccount = (item: { readonly [name: string]: unknown }, accountId: string): boolean =>
  item['accountId'] === accountId;

/** The items about payments that are in the wallet's table. */
export const PAYMENT_MONEY_ITEMS = [
  storedItem({
    kind: 'payment-exception',
    about: 'a payment that could not be booked',
    table: WALLET,
    ends: 'when a person has dealt with it',
    erasure: KEPT_BY_LAW,
    schema: exceptionSchema,
    fields: { paymentId: kept, code: kept, accountId: kept, at: kept },
    is: keyed(PAYMENT_EXCEPTIONS_PARTITION, /#/),
    ofAccount: () => [{ partition: PAYMENT_EXCEPTIONS_PARTITION }],
    belongs: isOfAccount,
  }),
  storedItem({
    kind: 'known-exception',
    about: 'when such a payment was listed, so that it is listed once',
    table: WALLET,
    ends: 'never',
    erasure: KEPT_BY_LAW,
    schema: z.object({ at: z.string() }),
    fields: { at: financial() },
    is: keyed(/^payment-exception#/, /./),
    notFound: 'It names a payment at Stripe and no account.',
  }),
  storedItem({
    kind: 'pending-refund',
    about: 'a refund that Stripe has not answered',
    table: WALLET,
    ends: 'with the answer',
    erasure: KEPT_BY_LAW,
    schema: pendingSchema.extend({ claimedUntil: z.bigint().optional() }),
    fields: {
      refundId: kept,
      accountId: kept,
      paymentId: kept,
      cents: kept,
      creditCents: kept,
      claimedUntil: KEPT_BOOKKEEPING,
    },
    is: keyed(PENDING_REFUNDS_PARTITION, /./),
    ofAccount: () => [{ partition: PENDING_REFUNDS_PARTITION }],
    belongs: isOfAccount,
  }),
  storedItem({
    kind: 'due',
    about: 'what an account owed at the end of a month',
    table: WALLET,
    ends: 'never',
    erasure: KEPT_BY_LAW,
    schema: dueSchema,
    fields: { accountId: kept, month: kept, owedPico: kept, dueAt: kept, coveredAtPico: kept, stage: kept },
    is: keyed(IN_ACCOUNT, /^due#/),
    ofAccount: (accountId) => [{ partition: accountId, sort: { beginsWith: DUE_PREFIX } }],
  }),
  storedItem({
    kind: 'closing',
    about: 'what an account was charged until the end of a month',
    table: WALLET,
    ends: 'never',
    erasure: KEPT_BY_LAW,
    schema: closingSchema.omit({ sk: true }),
    fields: { spentPico: kept },
    is: keyed(IN_ACCOUNT, /^closing#/),
    ofAccount: (accountId) => [{ partition: accountId, sort: { beginsWith: CLOSING_PREFIX } }],
  }),
  storedItem({
    kind: 'open-due',
    about: 'that a due is not paid',
    table: WALLET,
    ends: 'when it is paid',
    erasure: KEPT_BY_LAW,
    schema: z.object({}),
    fields: {},
    is: keyed(OPEN_DUES_PARTITION, /^acc_/),
    ofAccount: (accountId) => [{ partition: OPEN_DUES_PARTITION, sort: { beginsWith: `${accountId}#` } }],
  }),
];
