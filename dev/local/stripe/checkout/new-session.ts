import type { Params } from '../http/params';
import { invalidParameter, missingParameter } from '../http/stripe-failure';
import { newId } from '../state/ids';
import type { CheckoutSession } from '../state/kinds';
import type { StripeState } from '../state/stripe-state';

const ADDRESS_COLLECTION = ['auto', 'required'] as const;
const CUSTOMER_CREATION = ['always', 'if_required'] as const;
const SUBMIT_TYPES = ['auto', 'book', 'donate', 'pay', 'subscribe'] as const;

export function newSession(
  { time, url }: StripeState,
  params: Params,
  mode: 'payment' | 'setup' | 'subscription',
  expiresAt: number,
  currency: string | null,
): CheckoutSession {
  assertHosted(params);
  const id = `cs_test_${newId('', 58).slice(1)}`;
  const taxes = params.group('automatic_tax').flag('enabled') ?? false;
  return {
    ...unusedFields(),
    id,
    object: 'checkout.session',
    allow_promotion_codes: params.flag('allow_promotion_codes') ?? null,
    automatic_tax: {
      enabled: taxes,
      liability: taxes ? { type: 'self' } : null,
      provider: taxes ? 'stripe' : null,
      status: taxes ? 'requires_location_inputs' : null,
    },
    billing_address_collection: params.choice('billing_address_collection', ADDRESS_COLLECTION) ?? null,
    cancel_url: params.text('cancel_url') ?? null,
    client_reference_id: params.text('client_reference_id') ?? null,
    created: time.now(),
    currency,
    customer: params.text('customer') ?? null,
    customer_creation:
      params.choice('customer_creation', CUSTOMER_CREATION) ??
      (params.has('customer') || mode === 'setup' ? null : 'if_required'),
    customer_email: params.text('customer_email') ?? null,
    expires_at: expiresAt,
    invoice_creation: mode === 'payment' ? invoiceCreation(params.group('invoice_creation')) : null,
    metadata: params.metadata(),
    mode,
    payment_method_collection: mode === 'subscription' ? 'always' : 'if_required',
    payment_status: mode === 'setup' ? 'no_payment_required' : 'unpaid',
    submit_type: params.choice('submit_type', SUBMIT_TYPES) ?? null,
    success_url: params.requiredText('success_url'),
    url: `${url()}/c/pay/${id}`,
  };
}

function assertHosted(params: Params): void {
  if ((params.text('ui_mode') ?? 'hosted_page') !== 'hosted_page')
    throw invalidParameter('ui_mode', 'The fake serves hosted pages only.');
  const success = params.text('success_url');
  if (success === undefined) throw missingParameter('success_url');
  for (const name of ['success_url', 'cancel_url']) {
    const address = params.text(name);
    if (address !== undefined && !/^https?:\/\//.test(address))
      throw invalidParameter(name, 'Not a valid URL', 'url_invalid');
  }
}

function invoiceCreation(params: Params): CheckoutSession['invoice_creation'] {
  const data = params.group('invoice_data');
  return {
    enabled: params.flag('enabled') ?? false,
    invoice_data: {
      account_tax_ids: null,
      custom_fields: null,
      description: data.text('description') ?? null,
      footer: data.text('footer') ?? null,
      issuer: null,
      metadata: data.metadata(),
      rendering_options: null,
    },
  };
}

/** Fields that are the same in every session. */
const unusedFields = () =>
  ({
    adaptive_pricing: { enabled: false },
    after_expiration: null,
    allowed_payment_method_types: ['card'],
    amount_subtotal: 0,
    amount_total: 0,
    client_secret: null,
    collected_information: null,
    consent: null,
    consent_collection: null,
    currency_conversion: null,
    custom_fields: [],
    custom_text: { after_submit: null, shipping_address: null, submit: null, terms_of_service_acceptance: null },
    customer_account: null,
    customer_details: null,
    discounts: [],
    integration_identifier: null,
    invoice: null,
    livemode: false,
    locale: null,
    managed_payments: null,
    origin_context: null,
    payment_intent: null,
    payment_link: null,
    payment_method_configuration_details: null,
    payment_method_options: {},
    payment_method_types: ['card'],
    permissions: null,
    phone_number_collection: { enabled: false },
    recovered_from: null,
    saved_payment_method_options: null,
    setup_intent: null,
    shipping_address_collection: null,
    shipping_cost: null,
    shipping_options: [],
    status: 'open',
    subscription: null,
    total_details: { amount_discount: 0, amount_shipping: 0, amount_tax: 0 },
    ui_mode: 'hosted_page',
    wallet_options: null,
  }) satisfies Partial<CheckoutSession>;
