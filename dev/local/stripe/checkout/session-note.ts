import type { Address, LineItem, PaymentIntent } from '../state/kinds';

/** The details that a buyer enters on the page. */
export interface Buyer {
  readonly email: string | null;
  readonly name: string | null;
  readonly address: Address | null;
}

/** The parts of a checkout session that Stripe's API does not show. */
export interface SessionNote {
  lines: LineItem[];
  couponId?: string;
  promotionCodeId?: string;
  readonly savesAddress: boolean;
  readonly payment: {
    readonly description: string | null;
    readonly metadata: Record<string, string>;
    readonly receiptEmail: string | null;
    readonly setupFutureUsage: 'off_session' | 'on_session' | null;
    readonly shipping: PaymentIntent['shipping'];
  };
  readonly subscription: { readonly metadata: Record<string, string>; readonly description: string | null };
  readonly invoice: { readonly metadata: Record<string, string>; readonly description: string | null };
  /** An attempt that waits until the buyer has authenticated. */
  pending?: { readonly method: string; readonly buyer: Buyer };
}
