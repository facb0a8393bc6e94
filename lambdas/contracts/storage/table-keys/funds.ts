import { type Key, shardOf } from './key-parts';

// These items are in the wallet table.
export const PAYMENT_EXCEPTIONS_PARTITION = 'payment-exceptions';
/** A payment that could not be booked, and why, until an operator has dealt with it. */
export const paymentExceptionKey = (paymentId: string, code: string): Key => ({
  pk: PAYMENT_EXCEPTIONS_PARTITION,
  sk: `${paymentId}#${code}`,
});
/** Notes that such a payment was listed, so that it is listed once. */
export const knownExceptionKey = (paymentId: string, code: string): Key => ({
  pk: `payment-exception#${paymentId}`,
  sk: code,
});
export const PENDING_REFUNDS_PARTITION = 'pending-refunds';
/** A refund whose money was taken from the account, until the processor has accepted or refused it. */
export const pendingRefundKey = (refundId: string): Key => ({ pk: PENDING_REFUNDS_PARTITION, sk: refundId });
/** The accounts that owe money after a dispute. */
export const DEBTS_PARTITION = 'debts';
export const debtKey = (accountId: string): Key => ({ pk: DEBTS_PARTITION, sk: accountId });
/** The accounts that have a credit line. */
export const CREDIT_LINES_PARTITION = 'credit-lines';
export const creditLineKey = (accountId: string): Key => ({ pk: CREDIT_LINES_PARTITION, sk: accountId });
export const DUE_PREFIX = 'due#';
/** The part of its credit line that an account owed at the end of a month. @param month such as `2026-11` */
export const dueKey = (accountId: string, month: string): Key => ({ pk: accountId, sk: `${DUE_PREFIX}${month}` });
export const CLOSING_PREFIX = 'closing#';
/** How much an account was charged until the end of a month. @param month such as `2026-11` */
export const closingKey = (accountId: string, month: string): Key => ({
  pk: accountId,
  sk: `${CLOSING_PREFIX}${month}`,
});
/** The dues that are not paid. */
export const OPEN_DUES_PARTITION = 'open-dues';
export const openDueKey = (accountId: string, month: string): Key => ({
  pk: OPEN_DUES_PARTITION,
  sk: `${accountId}#${month}`,
});
// This item is in the accounts table.
/** The accounts whose billing details changed and are not yet known to the payment processor. */
export const CUSTOMER_UPDATES_PARTITION = 'customer-updates';
export const customerUpdateKey = (accountId: string): Key => ({ pk: CUSTOMER_UPDATES_PARTITION, sk: accountId });
/** The coupons. */
export const COUPONS_PARTITION = 'coupons';
export const couponKey = (couponId: string): Key => ({ pk: COUPONS_PARTITION, sk: couponId });
/** Which coupon has a code. @param codeHash a keyed hash of the code */
export const couponCodeKey = (codeHash: string): Key => ({ pk: `coupon-code#${codeHash}`, sk: 'coupon' });
/** The live grants of promotional credit of an account. */
export const grantsKey = (accountId: string): Key => ({ pk: accountId, sk: 'grants' });
export const grantExpiryPartition = (shard: string): string => `grant-expiries#${shard}`;
/** The sort key begins with the expiry, so that due grants are found with a range query. */
export const grantExpiryKey = (accountId: string, grantId: string, expiresAt: string): Key => ({
  pk: grantExpiryPartition(shardOf(grantId)),
  sk: `${expiresAt}#${accountId}#${grantId}`,
});

// These items are in the accounts table.
/** The account's customer at the payment processor. */
export const customerKey = (accountId: string): Key => ({ pk: accountId, sk: 'customer' });
/** The settings and the state of an account's automatic top-up. */
export const autoTopUpKey = (accountId: string): Key => ({ pk: accountId, sk: 'auto-top-up' });
/** The accounts whose automatic top-up is on. */
export const AUTO_TOP_UPS_PARTITION = 'auto-top-ups';
export const autoTopUpListingKey = (accountId: string): Key => ({ pk: AUTO_TOP_UPS_PARTITION, sk: accountId });
/** The accounts that an automatic top-up is charging: their charges are finished first. */
export const CHARGING_TOP_UPS_PARTITION = 'charging-top-ups';
export const chargingTopUpKey = (accountId: string): Key => ({ pk: CHARGING_TOP_UPS_PARTITION, sk: accountId });
export const INVOICE_NOTICE_PREFIX = 'invoice#';
/** Notes that people were told about an invoice of the account. */
export const invoiceNoticeKey = (accountId: string, invoiceId: string): Key => ({
  pk: accountId,
  sk: `${INVOICE_NOTICE_PREFIX}${invoiceId}`,
});
export const REFUSED_PAYMENT_PREFIX = 'refused#';
/** Notes that people were told about a payment that failed after they had left the processor's page. */
export const refusedPaymentKey = (accountId: string, paymentId: string): Key => ({
  pk: accountId,
  sk: `${REFUSED_PAYMENT_PREFIX}${paymentId}`,
});
export const SUBSCRIPTION_PREFIX = 'subscription#';
/** The state of a subscription that people were told about. */
export const subscriptionKey = (accountId: string, subscriptionId: string): Key => ({
  pk: accountId,
  sk: `${SUBSCRIPTION_PREFIX}${subscriptionId}`,
});
/** An event of the payment processor that was received. */
export const paymentEventKey = (eventId: string): Key => ({ pk: `payment-event#${eventId}`, sk: 'event' });
/** The balance below which an account's people are told, and whether they were. */
export const lowBalanceKey = (accountId: string): Key => ({ pk: accountId, sk: 'low-balance' });
/** The accounts that have such a threshold. */
export const LOW_BALANCES_PARTITION = 'low-balances';
export const lowBalanceListingKey = (accountId: string): Key => ({ pk: LOW_BALANCES_PARTITION, sk: accountId });
