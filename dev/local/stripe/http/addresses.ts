import type { Address, PaymentIntent } from '../state/kinds';
import type { Params } from './params';

/** @returns null if none of its parts was sent */
export function addressOf(params: Params): Address | null {
  if (params.names().length === 0) return null;
  return {
    city: params.text('city') ?? null,
    country: params.text('country') ?? null,
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
