import { z } from 'zod';
import {
  at,
  BOOKKEEPING,
  financial,
  IN_ACCOUNT,
  keyed,
  ofNobody,
  personal,
  storedItem,
} from '../../contracts/storage/stored-item';
import {
  AUTO_TOP_UPS_PARTITION,
  autoTopUpKey,
  autoTopUpListingKey,
  COUPONS_PARTITION,
  customerKey,
  DUE_PREFIX,
  LOW_BALANCES_PARTITION,
  lowBalanceKey,
  lowBalanceListingKey,
  OPEN_DUES_PARTITION,
  PAYMENT_EXCEPTIONS_PARTITION,
  PENDING_REFUNDS_PARTITION,
} from '../../contracts/storage/table-keys/funds';
import { ACCOUNTS, WALLET } from '../../contracts/storage/tables';
import { dueSchema } from './arrears/due-item';
import { autoTopUpSchema } from './auto-top-up-item';
import { codeSchema, couponSchema } from './coupons/coupon-item';
import { customerSchema } from './customers';
import { lowBalanceSchema } from './low-balances';
import { exceptionSchema } from './payment-exceptions';
import { pendingSchema } from './refunds';

/** Facts of the ledger, which the law requires to be kept. They name an account by its pseudonym only. */
const kept = financial('exported');
const shown = financial('exported', 'erasable');
const corrected = financial('exported', 'erasable', 'correctable');
const isOfAccount = (item: { readonly [name: string]: unknown }, accountId: string): boolean =>
  item['accountId'] === accountId;

/** The items about payments. */
export const PAYMENT_ITEMS = [
  storedItem({
    kind: 'customer',
    about: 'Stripe’s ID of an account',
    table: ACCOUNTS,
    ends: 'with the account',
    schema: customerSchema,
    fields: { customerId: personal('exported', 'erasable') },
    is: keyed(IN_ACCOUNT, 'customer'),
    ofAccount: (accountId) => [at(customerKey(accountId))],
  }),
  storedItem({
    kind: 'auto-top-up',
    about: 'the settings of the automatic top-up, and its last charge',
    table: ACCOUNTS,
    ends: 'with the account',
    schema: autoTopUpSchema,
    fields: {
      isOn: corrected,
      thresholdPico: corrected,
      amountCents: corrected,
      monthMaxCents: corrected,
      isCharging: shown,
      chargeCents: shown,
      chargedAt: shown,
      attempt: BOOKKEEPING,
      generation: BOOKKEEPING,
      declines: shown,
      waitsUntil: BOOKKEEPING,
      month: shown,
      monthCents: shown,
      revision: BOOKKEEPING,
    },
    is: keyed(IN_ACCOUNT, 'auto-top-up'),
    ofAccount: (accountId) => [at(autoTopUpKey(accountId))],
  }),
  storedItem({
    kind: 'auto-top-up-listing',
    about: 'that an account’s automatic top-up is on',
    table: ACCOUNTS,
    ends: 'when it is off',
    schema: z.object({}),
    fields: {},
    is: keyed(AUTO_TOP_UPS_PARTITION, IN_ACCOUNT),
    ofAccount: (accountId) => [at(autoTopUpListingKey(accountId))],
  }),
  storedItem({
    kind: 'low-balance',
    about: 'the balance below which people are told',
    table: ACCOUNTS,
    ends: 'with the account',
    schema: lowBalanceSchema,
    fields: { thresholdPico: corrected, isLow: shown, dips: BOOKKEEPING, revision: BOOKKEEPING },
    is: keyed(IN_ACCOUNT, 'low-balance'),
    ofAccount: (accountId) => [at(lowBalanceKey(accountId))],
  }),
  storedItem({
    kind: 'low-balance-listing',
    about: 'that an account has such a threshold',
    table: ACCOUNTS,
    ends: 'with the threshold',
    schema: z.object({}),
    fields: {},
    is: keyed(LOW_BALANCES_PARTITION, IN_ACCOUNT),
    ofAccount: (accountId) => [at(lowBalanceListingKey(accountId))],
  }),
  storedItem({
    kind: 'payment-event',
    about: 'an event of Stripe: its type, and the ID of its object',
    table: ACCOUNTS,
    ends: 'after 30 days',
    schema: z.object({ type: z.string(), objectId: z.string(), at: z.string() }),
    fields: { type: BOOKKEEPING, objectId: BOOKKEEPING, at: BOOKKEEPING },
    is: keyed(/^payment-event#/, 'event'),
    notFound: 'It names an object at Stripe and no account, and is gone after 30 days.',
  }),
  storedItem({
    kind: 'payment-exception',
    about: 'a payment that could not be booked',
    table: WALLET,
    ends: 'when a person has dealt with it',
    schema: exceptionSchema,
    fields: { paymentId: kept, code: kept, accountId: kept, at: kept },
    is: keyed(PAYMENT_EXCEPTIONS_PARTITION, /#/),
    ofAccount: () => [{ partition: PAYMENT_EXCEPTIONS_PARTITION }],
    belongs: isOfAccount,
  }),
  storedItem({
    kind: 'pending-refund',
    about: 'a refund that Stripe has not answered',
    table: WALLET,
    ends: 'with the answer',
    schema: pendingSchema,
    fields: { refundId: kept, accountId: kept, paymentId: kept, cents: kept, creditCents: kept },
    is: keyed(PENDING_REFUNDS_PARTITION, /./),
    ofAccount: () => [{ partition: PENDING_REFUNDS_PARTITION }],
    belongs: isOfAccount,
  }),
  storedItem({
    kind: 'due',
    about: 'what an account owed at the end of a month',
    table: WALLET,
    ends: 'never',
    schema: dueSchema,
    fields: { accountId: kept, month: kept, owedPico: kept, dueAt: kept, coveredAtPico: kept, stage: kept },
    is: keyed(IN_ACCOUNT, /^due#/),
    ofAccount: (accountId) => [{ partition: accountId, sort: { beginsWith: DUE_PREFIX } }],
  }),
  storedItem({
    kind: 'open-due',
    about: 'that a due is not paid',
    table: WALLET,
    ends: 'when it is paid',
    schema: z.object({}),
    fields: {},
    is: keyed(OPEN_DUES_PARTITION, /^acc_/),
    ofAccount: (accountId) => [{ partition: OPEN_DUES_PARTITION, sort: { beginsWith: `${accountId}#` } }],
  }),
  storedItem({
    kind: 'coupon',
    about: 'a coupon: amount, reason code, times, counts',
    table: WALLET,
    ends: 'when an operator deletes it',
    schema: couponSchema,
    fields: {
      amountPico: ofNobody(),
      reason: ofNobody(),
      createdAt: ofNobody(),
      validUntil: ofNobody(),
      creditDays: ofNobody(),
      redemptionsMax: ofNobody(),
      redemptions: ofNobody(),
      codeHash: ofNobody(),
    },
    is: keyed(COUPONS_PARTITION, /^cpn_/),
    notFound: 'It belongs to no account.',
  }),
  storedItem({
    kind: 'coupon-code',
    about: 'which coupon has a code, by a keyed hash of the code',
    table: WALLET,
    ends: 'with the coupon',
    schema: codeSchema,
    fields: { couponId: ofNobody() },
    is: keyed(/^coupon-code#/, 'coupon'),
    notFound: 'It belongs to no account.',
  }),
];
