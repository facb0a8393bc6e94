import type { Outcome } from './outcome';

/** One of Stripe's test cards, by the name of its test payment method: https://docs.stripe.com/testing */
export interface TestCard {
  readonly name: string;
  /** Its name on the pages of the fake. */
  readonly label: string;
  /** Other test payment methods that do the same. */
  readonly aliases?: readonly string[];
  readonly brand: 'mastercard' | 'visa';
  readonly last4: string;
  /** When it is saved for later. */
  readonly setup: Outcome;
  /** When its owner is present. */
  readonly onSession: Outcome;
  /** When it is charged later, without its owner. */
  readonly offSession: Outcome;
  /** Opened after each successful payment. */
  readonly dispute?: 'dispute' | 'inquiry';
}

const works = { brand: 'visa', setup: 'succeeded', onSession: 'succeeded', offSession: 'succeeded' } as const;
const declines = (outcome: Outcome) =>
  ({ brand: 'visa', setup: outcome, onSession: outcome, offSession: outcome }) as const;
/** Can be saved, and fails when it is charged. */
const failsLater = (outcome: Outcome) =>
  ({ brand: 'visa', setup: 'succeeded', onSession: outcome, offSession: outcome }) as const;

export const TEST_CARDS: readonly TestCard[] = [
  { ...works, name: 'pm_card_visa', label: 'a card that works', last4: '4242' },
  { ...works, name: 'pm_card_mastercard', label: 'another card that works', brand: 'mastercard', last4: '4444' },
  {
    ...declines('card_declined'),
    name: 'pm_card_visa_chargeDeclined',
    aliases: ['pm_card_chargeDeclined'],
    label: 'a card that is declined',
    last4: '0002',
  },
  {
    ...declines('insufficient_funds'),
    name: 'pm_card_visa_chargeDeclinedInsufficientFunds',
    aliases: ['pm_card_chargeDeclinedInsufficientFunds'],
    label: 'a card with insufficient funds',
    last4: '9995',
  },
  {
    ...declines('expired_card'),
    name: 'pm_card_chargeDeclinedExpiredCard',
    label: 'a card that has expired',
    last4: '0069',
  },
  {
    brand: 'visa',
    setup: 'authentication_required',
    onSession: 'authentication_required',
    offSession: 'authentication_required',
    name: 'pm_card_authenticationRequired',
    aliases: ['pm_card_threeDSecure2Required', 'pm_card_threeDSecureRequired'],
    label: 'a card that always needs authentication',
    last4: '3184',
  },
  {
    brand: 'visa',
    setup: 'authentication_required',
    onSession: 'authentication_required',
    offSession: 'succeeded',
    name: 'pm_card_authenticationRequiredOnSetup',
    label: 'a card that needs authentication once',
    last4: '3155',
  },
  {
    ...failsLater('card_declined'),
    name: 'pm_card_chargeCustomerFail',
    label: 'a card that can be saved and is declined later',
    last4: '0341',
  },
  {
    brand: 'visa',
    setup: 'authentication_required',
    onSession: 'insufficient_funds',
    offSession: 'insufficient_funds',
    name: 'pm_card_authenticationRequiredChargeDeclinedInsufficientFunds',
    label: 'a card that can be saved and has insufficient funds later',
    last4: '3178',
  },
  {
    ...works,
    name: 'pm_card_createDispute',
    label: 'a card whose payments are disputed',
    last4: '0259',
    dispute: 'dispute',
  },
  {
    ...works,
    name: 'pm_card_createDisputeInquiry',
    label: 'a card whose payments start an inquiry',
    last4: '1976',
    dispute: 'inquiry',
  },
];

/** The tokens that stand for the same cards in older integrations, such as `tok_visa`. */
export const findTestCard = (name: string): TestCard | undefined =>
  TEST_CARDS.find(({ name: own, aliases = [] }) =>
    [own, ...aliases].some((one) => one === name || one.replace('pm_card_', 'tok_') === name),
  );

/** @throws Error if no test card ends with these digits, which the fake itself never lets happen */
export function testCardByLast4(last4: string | undefined): TestCard {
  const card = TEST_CARDS.find((one) => one.last4 === last4);
  if (!card) throw new Error('This payment method is not one of the test cards.');
  return card;
}
