import { invalidParameter } from '../http/stripe-failure';
import type { Params } from '../http/params';

/** Stripe's limits in USD, in cents: https://docs.stripe.com/currencies#minimum-and-maximum-charge-amounts */
export const AMOUNT_MIN = 50;
export const AMOUNT_MAX = 99_999_999;

const CURRENCIES = ['usd', 'eur', 'gbp'];

export function chargeAmount(amount: number, param = 'amount'): number {
  if (amount < 1)
    throw invalidParameter(param, 'This value must be greater than or equal to 1.', 'parameter_invalid_integer');
  if (amount < AMOUNT_MIN) throw invalidParameter(param, 'Amount must be at least $0.50 usd', 'amount_too_small');
  if (amount > AMOUNT_MAX) throw invalidParameter(param, 'Amount must be no more than $999,999.99', 'amount_too_large');
  return amount;
}

/** @throws StripeFailure if the currency is not one with two decimals that the fake knows */
export function currencyOf(params: Params): string {
  const currency = params.requiredText('currency').toLowerCase();
  if (!CURRENCIES.includes(currency))
    throw invalidParameter(
      params.name('currency'),
      `Invalid currency: ${currency}. The fake knows ${CURRENCIES.join(', ')}.`,
    );
  return currency;
}

/** `1234` → `$12.34`. */
export function formatAmount(amount: number, currency: string): string {
  const symbol = { usd: '$', eur: '€', gbp: '£' }[currency] ?? '';
  const digits = String(Math.abs(amount)).padStart(3, '0');
  return `${amount < 0 ? '-' : ''}${symbol}${digits.slice(0, -2)}.${digits.slice(-2)}`;
}
