import type Stripe from 'stripe';

/** The members that this gateway adds to the objects that it creates at Stripe. None of them identifies a person. */
export interface OurMetadata {
  readonly deployment: string;
  readonly accountId: string;
  readonly creditCents: bigint;
}

export const DEPLOYMENT = 'tollgate_deployment';
export const ACCOUNT = 'tollgate_account';
export const CREDIT_CENTS = 'tollgate_credit_cents';
export const REFUND = 'tollgate_refund';
export const CHARGE = 'tollgate_charge';

export const metadataOf = ({ deployment, accountId, creditCents }: OurMetadata): Stripe.MetadataParam => ({
  [DEPLOYMENT]: deployment,
  [ACCOUNT]: accountId,
  [CREDIT_CENTS]: String(creditCents),
});

/** @returns undefined if the text is absent or is not a number of cents */
export const centsOf = (text: string | undefined): bigint | undefined =>
  text !== undefined && /^\d{1,15}$/.test(text) ? BigInt(text) : undefined;
