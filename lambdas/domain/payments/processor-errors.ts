/** The processor did not answer, or answered with a fault of its own. */
export class ProcessorUnavailable extends Error {
  override readonly name = 'ProcessorUnavailable';
  constructor(options?: ErrorOptions) {
    super('the payment processor is unavailable', options);
  }
}

/** The processor does not know a customer, because it was deleted there or belongs to another account of the operator. */
export class CustomerMissing extends Error {
  override readonly name = 'CustomerMissing';
  constructor() {
    super('the payment processor has no such customer');
  }
}

/** The processor refuses a refund for good. */
export class RefundRefused extends Error {
  override readonly name = 'RefundRefused';
  constructor() {
    super('the payment processor refuses the refund');
  }
}
