import { formatUsd } from '../money/pico';
import { Conflict, Missing, Refusal } from '../errors/refusal';

/** The deployment takes no payments, because it has no key of the payment processor. */
export class PaymentsOff extends Refusal {
  override readonly name = 'PaymentsOff';
  override readonly status = 404;
  override readonly code = 'payments_off';
  constructor() {
    super('This deployment takes no payments: an operator adds credit.');
  }
}

/** The payment processor did not answer. The call may have had its effect, and can be repeated. */
export class PaymentsUnavailable extends Refusal {
  override readonly name = 'PaymentsUnavailable';
  override readonly status = 503;
  override readonly code = 'payments_unavailable';
  constructor(options?: ErrorOptions) {
    super('The payment processor does not answer: try again.', { retryAfterSeconds: 5 });
    this.cause = options?.cause;
  }
}

/** The amount of a purchase is outside the limits of the deployment. */
export class AmountOutOfRange extends Refusal {
  override readonly name = 'AmountOutOfRange';
  override readonly status = 400;
  override readonly code = 'amount_out_of_range';
  constructor({ leastPico, mostPico }: { readonly leastPico: bigint; readonly mostPico: bigint }) {
    super(`The amount must be at least $${formatUsd(leastPico)} and at most $${formatUsd(mostPico)}.`);
  }
}

/** The account has begun too many purchases, or bought too much, in a day. */
export class TooManyTopUps extends Refusal {
  override readonly name = 'TooManyTopUps';
  override readonly status = 429;
  override readonly code = 'too_many_top_ups';
  constructor(retryAfterSeconds: number) {
    super('This account has bought as much credit as it may in a day: try again tomorrow, or ask an operator.', {
      retryAfterSeconds,
    });
  }
}

export class PaymentMissing extends Missing {
  override readonly name = 'PaymentMissing';
  constructor() {
    super('payment');
  }
}

/** No such exception waits for an operator. */
export class PaymentExceptionMissing extends Missing {
  override readonly name = 'PaymentExceptionMissing';
  constructor() {
    super('exception');
  }
}

/** The deployment offers no such plan. */
export class PlanMissing extends Missing {
  override readonly name = 'PlanMissing';
  constructor() {
    super('plan');
  }
}

/** The account has a subscription. It changes or cancels it on the processor's page. */
export class SubscriptionExists extends Conflict {
  override readonly name = 'SubscriptionExists';
  constructor() {
    super('subscription_exists', 'The account has a subscription: change or cancel it on the page of the portal.');
  }
}

/** There is less unused paid credit than should be refunded. */
export class RefundTooLarge extends Conflict {
  override readonly name = 'RefundTooLarge';
  constructor(mostPico: bigint) {
    super('refund_too_large', `At most $${formatUsd(mostPico)} of this payment can be refunded now.`);
  }
}

/** The payment processor refused the refund, and its money is back in the account. */
export class RefundFailed extends Conflict {
  override readonly name = 'RefundFailed';
  constructor() {
    super('refund_failed', 'The payment processor refused the refund. The credit is back in the account.');
  }
}

/** The settings of an automatic top-up do not fit together. */
export class AutoTopUpTooSmall extends Refusal {
  override readonly name = 'AutoTopUpTooSmall';
  override readonly status = 400;
  override readonly code = 'auto_top_up_too_small';
  constructor() {
    super('The amount must be positive, at least the threshold and at most what may be bought in a month.');
  }
}

/** A refund would make an automatic top-up charge the account again. */
export class AutoTopUpIsOn extends Conflict {
  override readonly name = 'AutoTopUpIsOn';
  constructor() {
    super('auto_top_up_is_on', 'Turn off the automatic top-up first, or it would buy the refunded credit again.');
  }
}
