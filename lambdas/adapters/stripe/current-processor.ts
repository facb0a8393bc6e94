import type {
  BalanceMovement,
  ChargeOutcome,
  Checkout,
  EarlierCharge,
  EventObject,
  OffSessionCharge,
  PaymentProcessor,
  ProcessedPayment,
  Purchase,
} from '../../domain/payments/processor';

/**
 * The payment processor with the API key that is valid now: an operator may replace the key while the process runs.
 */
export class CurrentProcessor implements PaymentProcessor {
  readonly #current: () => Promise<PaymentProcessor>;

  /** @param current throws ProcessorUnavailable while there is no key */
  constructor(current: () => Promise<PaymentProcessor>) {
    this.#current = current;
  }

  async payment(paymentId: string): Promise<ProcessedPayment | undefined> {
    return (await this.#current()).payment(paymentId);
  }

  async paymentsOf(object: EventObject): Promise<readonly string[]> {
    return (await this.#current()).paymentsOf(object);
  }

  async createCustomer(...call: Parameters<PaymentProcessor['createCustomer']>): Promise<string> {
    return (await this.#current()).createCustomer(...call);
  }

  async updateCustomer(...call: Parameters<PaymentProcessor['updateCustomer']>): Promise<void> {
    await (await this.#current()).updateCustomer(...call);
  }

  async endDealings(customerId: string): Promise<void> {
    await (await this.#current()).endDealings(customerId);
  }

  async deleteCustomer(customerId: string): Promise<void> {
    await (await this.#current()).deleteCustomer(customerId);
  }

  async createCheckout(purchase: Purchase): Promise<Checkout> {
    return (await this.#current()).createCheckout(purchase);
  }

  async charge(charge: OffSessionCharge): Promise<ChargeOutcome> {
    return (await this.#current()).charge(charge);
  }

  async earlierCharge(charge: EarlierCharge): Promise<ChargeOutcome | undefined> {
    return (await this.#current()).earlierCharge(charge);
  }

  async refund(...call: Parameters<PaymentProcessor['refund']>): Promise<void> {
    await (await this.#current()).refund(...call);
  }

  async createPortal(...call: Parameters<PaymentProcessor['createPortal']>): Promise<string> {
    return (await this.#current()).createPortal(...call);
  }

  async invoices(...call: Parameters<PaymentProcessor['invoices']>): ReturnType<PaymentProcessor['invoices']> {
    return (await this.#current()).invoices(...call);
  }

  async createSubscription(...call: Parameters<PaymentProcessor['createSubscription']>): Promise<Checkout> {
    return (await this.#current()).createSubscription(...call);
  }

  async closeCheckout(checkoutId: string): Promise<void> {
    await (await this.#current()).closeCheckout(checkoutId);
  }

  async subscriptionsOf(object: EventObject): Promise<readonly string[]> {
    return (await this.#current()).subscriptionsOf(object);
  }

  async subscription(subscriptionId: string): ReturnType<PaymentProcessor['subscription']> {
    return (await this.#current()).subscription(subscriptionId);
  }

  async issuedInvoices(objectId: string): ReturnType<PaymentProcessor['issuedInvoices']> {
    return (await this.#current()).issuedInvoices(objectId);
  }

  async invoicePage(invoiceId: string): Promise<string | undefined> {
    return (await this.#current()).invoicePage(invoiceId);
  }

  async subscriptions(customerId: string): ReturnType<PaymentProcessor['subscriptions']> {
    return (await this.#current()).subscriptions(customerId);
  }

  async price(priceId: string): ReturnType<PaymentProcessor['price']> {
    return (await this.#current()).price(priceId);
  }

  async paidElsewhere(object: EventObject): ReturnType<PaymentProcessor['paidElsewhere']> {
    return (await this.#current()).paidElsewhere(object);
  }

  async paidPeriods(object: EventObject): ReturnType<PaymentProcessor['paidPeriods']> {
    return (await this.#current()).paidPeriods(object);
  }

  async *movements(...call: Parameters<PaymentProcessor['movements']>): AsyncGenerator<BalanceMovement, void> {
    yield* (await this.#current()).movements(...call);
  }
}
