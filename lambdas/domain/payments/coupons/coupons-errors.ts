import { Conflict, Missing } from '../../errors/refusal';

/** No coupon has this code or this ID. */
export class CouponNotFound extends Missing {
  override readonly name = 'CouponNotFound';
  constructor() {
    super('coupon');
  }
}

/** The coupon's time is over, or it was redeemed as often as it may be. */
export class CouponOver extends Conflict {
  override readonly name = 'CouponOver';
  constructor() {
    super('coupon_over', 'This coupon can no longer be redeemed.');
  }
}

export class CouponRedeemed extends Conflict {
  override readonly name = 'CouponRedeemed';
  constructor() {
    super('coupon_redeemed', 'This account has redeemed the coupon already.');
  }
}
