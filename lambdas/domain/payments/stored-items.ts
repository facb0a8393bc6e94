import { z } from 'zod';
import { DELETED, expires } from '../../contracts/storage/erasure-rule';
import {
  at,
  BOOKKEEPING,
  financial,
  IN_ACCOUNT,
  keyed,
  personal,
  storedItem,
} from '../../contracts/storage/stored-item';
import {
  AUTO_TOP_UPS_PARTITION,
  autoTopUpKey,
  autoTopUpListingKey,
  CHARGING_TOP_UPS_PARTITION,
  chargingTopUpKey,
  CUSTOMER_UPDATES_PARTITION,
  customerKey,
  customerUpdateKey,
  INVOICE_NOTICE_PREFIX,
  LOW_BALANCES_PARTITION,
  lowBalanceKey,
  lowBalanceListingKey,
  REFUSED_PAYMENT_PREFIX,
  SUBSCRIPTION_PREFIX,
} from '../../contracts/storage/table-keys/funds';
import { JOB_CURSORS_PARTITION } from '../../contracts/storage/table-keys/job-cursors';
import { ACCOUNTS, WALLET } from '../../contracts/storage/tables';
import { cursorSchema } from '../table/work-through';
import { autoTopUpSchema } from './auto-top-up-item';
import { customerUpdateSchema } from './customer-updates';
import { customerSchema } from './customers';
import { lowBalanceSchema } from './low-balances';
import { toldSchema } from './plans/subscription-changes';
import { PAYMENT_MONEY_ITEMS } from './stored-money-items';

const shown = financial('exported', 'erasable');
const corrected = financial('exported', 'erasable', 'correctable');

/** The items about payments. */
export const PAYMENT_ITEMS = [
  storedItem({
    kind: 'customer',
    about: 'Stripe’s ID of an account',
    table: ACCOUNTS,
    ends: 'with the account',
    erasure: DELETED,
    schema: customerSchema,
    fields: { customerId: personal('exported', 'erasable') },
    is: keyed(IN_ACCOUNT, 'customer'),
    ofAccount: (accountId) => [at(customerKey(accountId))],
  }),
  storedItem({
    kind: 'customer-update',
    about: 'that Stripe is still to learn an account’s new billing details',
    table: ACCOUNTS,
    ends: 'when Stripe knows them',
    erasure: DELETED,
    schema: customerUpdateSchema,
    fields: { revision: BOOKKEEPING },
    is: keyed(CUSTOMER_UPDATES_PARTITION, IN_ACCOUNT),
    ofAccount: (accountId) => [at(customerUpdateKey(accountId))],
  }),
  storedItem({
    kind: 'auto-top-up',
    about: 'the settings of the automatic top-up, and its last charge',
    table: ACCOUNTS,
    ends: 'with the account',
    erasure: DELETED,
    schema: autoTopUpSchema,
    fields: {
      isOn: corrected,
      thresholdPico: corrected,
      amountCents: corrected,
      monthMaxCents: corrected,
      isCharging: shown,
      chargeCents: shown,
      chargedAt: shown,
      pendingPaymentId: shown,
      returnedPico: BOOKKEEPING,
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
    erasure: DELETED,
    schema: z.object({}),
    fields: {},
    is: keyed(AUTO_TOP_UPS_PARTITION, IN_ACCOUNT),
    ofAccount: (accountId) => [at(autoTopUpListingKey(accountId))],
  }),
  storedItem({
    kind: 'charging-top-up',
    about: 'that an automatic top-up is charging an account',
    table: ACCOUNTS,
    ends: 'with the charge',
    erasure: DELETED,
    schema: z.object({}),
    fields: {},
    is: keyed(CHARGING_TOP_UPS_PARTITION, IN_ACCOUNT),
    ofAccount: (accountId) => [at(chargingTopUpKey(accountId))],
  }),
  storedItem({
    kind: 'low-balance',
    about: 'the balance below which people are told',
    table: ACCOUNTS,
    ends: 'with the account',
    erasure: DELETED,
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
    erasure: DELETED,
    schema: z.object({}),
    fields: {},
    is: keyed(LOW_BALANCES_PARTITION, IN_ACCOUNT),
    ofAccount: (accountId) => [at(lowBalanceListingKey(accountId))],
  }),
  storedItem({
    kind: 'subscription',
    about: 'the state of a subscription that people were told last',
    table: ACCOUNTS,
    ends: 'with the account',
    erasure: DELETED,
    schema: toldSchema,
    fields: { state: shown, priceId: shown, endsAt: shown, isOver: shown, revision: BOOKKEEPING },
    is: keyed(IN_ACCOUNT, /^subscription#/),
    ofAccount: (accountId) => [{ partition: accountId, sort: { beginsWith: SUBSCRIPTION_PREFIX } }],
  }),
  storedItem({
    kind: 'payment-notice',
    about: 'when people were told about an invoice, or about a payment that a bank refused',
    table: ACCOUNTS,
    ends: 'with the account',
    erasure: DELETED,
    schema: z.object({ at: z.string() }),
    fields: { at: shown },
    is: keyed(IN_ACCOUNT, /^(invoice|refused)#/),
    ofAccount: (accountId) =>
      [INVOICE_NOTICE_PREFIX, REFUSED_PAYMENT_PREFIX].map((beginsWith) => ({
        partition: accountId,
        sort: { beginsWith },
      })),
  }),
  storedItem({
    kind: 'payment-event',
    about: 'an event of Stripe: its type, and the ID of its object',
    table: ACCOUNTS,
    ends: 'after 30 days',
    erasure: expires(30, 'It names an object at Stripe, and no account.'),
    schema: z.object({ type: z.string(), objectId: z.string(), at: z.string() }),
    fields: { type: BOOKKEEPING, objectId: BOOKKEEPING, at: BOOKKEEPING },
    is: keyed(/^payment-event#/, 'event'),
    notFound: 'It names an object at Stripe and no account, and is gone after 30 days.',
  }),
  ...PAYMENT_MONEY_ITEMS,
  ...[ACCOUNTS, WALLET].map((table) =>
    storedItem({
      kind: `job-cursor-of-${table.name}`,
      about: 'where a job that goes through a list stopped: the account, payment or refund of the list',
      table,
      ends: 'when the job has gone through its list',
      erasure: expires(1, 'The next run of the job, within an hour, replaces or removes it.'),
      schema: cursorSchema,
      fields: { after: BOOKKEEPING },
      is: keyed(JOB_CURSORS_PARTITION, /./),
      notFound: 'The next run of the job, within an hour, replaces or removes it.',
    }),
  ),
];
