/** How an attempt to charge or to save a card ends. */
export const OUTCOMES = [
  'succeeded',
  'card_declined',
  'insufficient_funds',
  'expired_card',
  'authentication_required',
] as const;

export type Outcome = (typeof OUTCOMES)[number];

export type Decline = Exclude<Outcome, 'succeeded'> | 'authentication_failed';

interface DeclineDetails {
  readonly code: 'authentication_required' | 'card_declined' | 'expired_card' | 'payment_intent_authentication_failure';
  readonly decline_code?: string;
  readonly message: string;
}

/** Codes and messages as in https://docs.stripe.com/declines/codes */
export const DECLINES: Readonly<Record<Decline, DeclineDetails>> = {
  card_declined: { code: 'card_declined', decline_code: 'generic_decline', message: 'Your card was declined.' },
  insufficient_funds: {
    code: 'card_declined',
    decline_code: 'insufficient_funds',
    message: 'Your card has insufficient funds.',
  },
  expired_card: { code: 'expired_card', decline_code: 'expired_card', message: 'Your card has expired.' },
  authentication_required: {
    code: 'authentication_required',
    decline_code: 'authentication_required',
    message: 'Your card was declined. This transaction requires authentication.',
  },
  authentication_failed: {
    code: 'payment_intent_authentication_failure',
    message:
      'We are unable to authenticate your payment method. Please choose a different payment method and try again.',
  },
};
