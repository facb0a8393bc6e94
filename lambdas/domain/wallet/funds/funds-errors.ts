import { Conflict, LimitReached } from '../../errors/refusal';
import { formatUsd } from '../../money/pico';
import { GRANTS_MAX } from './grants';

/** The account has too many live grants of promotional credit. Nothing was granted. */
export class TooManyGrants extends LimitReached {
  constructor() {
    super('live grants', GRANTS_MAX);
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
export class LineInUse extends Conflict {
  override readonly name = 'LineInUse';
  /** The smallest credit line that the account could have now, in pico-dollars. */
  readonly leastPico: bigint;
  constructor(leastPico: bigint) {
    super(
      'credit_line_in_use',
      `A part of the credit line is in use: it can be no less than $${formatUsd(leastPico)} now.`,
    );
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
