import type { Address, PaymentIntent } from '../state/kinds';
import type { Params } from './params';
import { invalidParameter } from './stripe-failure';

const COUNTRIES = new Intl.DisplayNames('en', { type: 'region', fallback: 'none' });

/** @returns null if none of its parts was sent @throws StripeFailure 400 for an unknown country */
export function addressOf(params: Params): Address | null {
  if (params.names().length === 0) return null;
  const country = params.text('country');
  if (country !== undefined && COUNTRIES.of(country) === undefined)
    throw invalidParameter(params.name('country'), `Country '${country}' is unknown.`, 'country_code_invalid');
  return {
    city: params.text('city') ?? null,
    country: country ?? null,
    line1: params.text('line1') ?? null,
    line2: params.text('line2') ?? null,
    postal_code: params.text('postal_code') ?? null,
    state: params.text('state') ?? null,
  };
}

export function shippingOf(params: Params): PaymentIntent['shipping'] {
  const address = addressOf(params.group('address'));
  if (!address) return null;
  return {
    address,
    carrier: null,
    name: params.text('name'),
    phone: params.text('phone') ?? null,
    tracking_number: null,
  };
}
