/** The account has too many live grants of promotional credit. Nothing was granted. */
export class TooManyGrants extends Error {
  override readonly name = 'TooManyGrants';
  constructor() {
    super('the account has too many live grants');
  }
}

/** The ID was used before for another change, perhaps of another amount. Nothing was changed. */
export class ChangeIdReused extends Error {
  override readonly name = 'ChangeIdReused';
  constructor() {
    super('the ID was used before for another change of the account');
  }
}

/** A credit line can only shrink by the part of it that is not used. Nothing was changed. */
export class LineInUse extends Error {
  override readonly name = 'LineInUse';
  /** The smallest credit line that the account could have now, in pico-dollars. */
  readonly leastPico: bigint;
  constructor(leastPico: bigint) {
    super('a part of the credit line is in use');
    this.leastPico = leastPico;
  }
}

/** The account has less unused paid credit than should be refunded, or the payment has less that was not refunded. */
export class NotRefundable extends Error {
  override readonly name = 'NotRefundable';
  /** The most that can be refunded now, in pico-dollars. */
  readonly mostPico: bigint;
  constructor(mostPico: bigint) {
    super('there is less paid credit to refund');
    this.mostPico = mostPico;
  }
}

/** No payment of the account has this ID. */
export class PaymentNotFound extends Error {
  override readonly name = 'PaymentNotFound';
  constructor() {
    super('the account has no such payment');
  }
}
