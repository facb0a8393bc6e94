import type { SessionNote } from '../checkout/session-note';

/** The answer to a request with an idempotency key. */
export interface KeptAnswer {
  /** The method and the path. */
  readonly path: string;
  /** The parameters, in one order. */
  readonly parameters: string;
  readonly answer: {
    readonly status: number;
    /** JSON */
    readonly body: string;
  };
  /** In seconds of the fake's time. */
  readonly at: number;
}

/** State that Stripe's API does not show, by its kind. */
export interface Notes {
  readonly customer: { readonly isDeleted: boolean };
  readonly endpoint: { readonly secret: string; readonly isDeleted?: boolean };
  readonly idempotency: KeptAnswer;
  readonly invoice: { readonly paidOffStripe: number };
  readonly 'payment method': { readonly isDetached: boolean };
  readonly session: SessionNote;
  readonly time: { readonly advancedSeconds: number };
}
