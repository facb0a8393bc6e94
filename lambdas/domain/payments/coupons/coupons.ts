import { ulid } from 'ulid';
import { DEPLOYMENT_CHAIN } from '../../../contracts/storage/audit-event';
import { couponCodeKey, couponKey, COUPONS_PARTITION } from '../../../contracts/storage/table-keys/funds';
import { isoTime } from '../../../contracts/storage/table-keys/key-parts';
import { WALLET } from '../../../contracts/storage/tables';
import type { Actor } from '../../access/actor';
import { FailedAttempts } from '../../attempts/failed-attempts';
import type { ActionRecorder } from '../../audit/action';
import { type Clock, DAY_MS } from '../../clock';
import { formatUsd } from '../../money/pico';
import { all, compare, exists } from '../../table/condition';
import { type PageOf, type PageRequest, readPage } from '../../table/page';
import type { TableStore } from '../../table/table-store';
import type { Funds } from '../../wallet/funds/funds';
import { couponHash, newCouponCode } from './coupon-code';
import { type Coupon, couponOfCode, decodeCoupon } from './coupon-item';
import { CouponNotFound, CouponOver, CouponRedeemed } from './coupons-errors';

export interface CouponsOptions {
  readonly store: TableStore;
  readonly clock: Clock;
  readonly audit: ActionRecorder;
  readonly funds: Pick<Funds, 'grant'>;
  /** The key of the codes' hashes. */
  readonly secret: Uint8Array;
}

/** A coupon that an operator creates. */
export type NewCoupon = Pick<Coupon, 'amountPico' | 'reason' | 'redemptionsMax'> & {
  /** Epoch milliseconds. */
  readonly validUntil: number;
  /** @default the credit does not expire */
  readonly creditDays?: number | undefined;
};

/**
 * Codes for promotional credit. Each account can redeem a code once. The codes are stored only as keyed hashes, so a
 * reader of the table can redeem none.
 */
export class Coupons {
  readonly #options: CouponsOptions;
  readonly #attempts: FailedAttempts;

  constructor(options: CouponsOptions) {
    this.#options = options;
    this.#attempts = new FailedAttempts(options);
  }

  /** @returns the coupon, and its code, which is returned only here */
  async create(actor: Actor, wanted: NewCoupon): Promise<{ readonly coupon: Coupon; readonly code: string }> {
    const { audit, clock, secret } = this.#options;
    const { amountPico, reason, redemptionsMax, creditDays } = wanted;
    const now = clock();
    const couponId = `cpn_${ulid(now)}`;
    const code = newCouponCode();
    const codeHash = couponHash(secret, code);
    const validUntil = isoTime(wanted.validUntil);
    const created = {
      amountPico,
      reason,
      redemptionsMax,
      redemptions: 0,
      validUntil,
      createdAt: isoTime(now),
      codeHash,
    };
    const coupon: Coupon = { couponId, ...created, ...(creditDays !== undefined && { creditDays }) };
    await audit.record({
      chain: DEPLOYMENT_CHAIN,
      actor,
      action: 'coupon.create',
      target: couponId,
      after: { amount: formatUsd(amountPico), validUntil },
      writes: [
        {
          write: {
            table: WALLET,
            put: { ...couponKey(couponId), ...created, ...(creditDays !== undefined && { creditDays }) },
          },
        },
        { write: { table: WALLET, put: { ...couponCodeKey(codeHash), couponId } } },
      ],
    });
    return { coupon, code };
  }

  /** The coupons, oldest first. */
  page(page: PageRequest): Promise<PageOf<Coupon>> {
    return readPage(this.#options.store, { table: WALLET, partition: COUPONS_PARTITION }, page, decodeCoupon);
  }

  /** Deletes a coupon, so that it cannot be redeemed any more. Credit that was granted stays. @throws CouponNotFound */
  async delete(actor: Actor, couponId: string): Promise<void> {
    const coupon = await this.#read(couponId);
    if (coupon === undefined) throw new CouponNotFound();
    await this.#options.audit.record({
      chain: DEPLOYMENT_CHAIN,
      actor,
      action: 'coupon.delete',
      target: couponId,
      writes: [
        {
          write: { table: WALLET, delete: couponKey(couponId), when: exists() },
          otherwise: () => new CouponNotFound(),
        },
        { write: { table: WALLET, delete: couponCodeKey(coupon.codeHash) } },
      ],
    });
  }

  /**
   * Grants the account the credit of a coupon. The coupon counts it in the grant's own transaction.
   * @throws CouponNotFound, CouponOver, CouponRedeemed, TooManyGrants
   * @throws TooManyAttempts when the person has tried too many codes
   */
  async redeem({
    accountId,
    personId,
    actor,
    code,
  }: {
    readonly accountId: string;
    readonly personId: string;
    readonly actor: Actor;
    readonly code: string;
  }): Promise<{ readonly grantId: string; readonly amountPico: bigint; readonly expiresAt?: number | undefined }> {
    // A person who tries codes fails with each of them for the same subject.
    const attempt = { source: personId, subject: 'coupons' };
    this.#attempts.expectFew(attempt);
    const coupon = await this.#find(code);
    if (coupon === undefined) {
      this.#attempts.failed(attempt);
      throw new CouponNotFound();
    }
    const { couponId, amountPico, reason, creditDays } = coupon;
    const { funds, audit, clock } = this.#options;
    const now = clock();
    if (coupon.validUntil <= isoTime(now)) throw new CouponOver();
    const expiresAt = creditDays === undefined ? undefined : now + creditDays * DAY_MS;
    // The ID of the grant names the coupon, so an account has at most one.
    const grantId = `grant_${couponId}`;
    const after = { amount: formatUsd(amountPico), coupon: couponId };
    const isNew = await funds.grant(
      { accountId, grantId, amountPico, reason, expiresAt, writes: [countRedemption(coupon)] },
      (writes) => audit.record({ chain: accountId, actor, action: 'payment.create', target: accountId, after, writes }),
    );
    if (!isNew) throw new CouponRedeemed();
    return { grantId, amountPico, expiresAt };
  }

  async #find(code: string): Promise<Coupon | undefined> {
    const { store, secret } = this.#options;
    const item = await store.get({ table: WALLET, key: couponCodeKey(couponHash(secret, code)) });
    return item && this.#read(couponOfCode(item));
  }

  async #read(couponId: string): Promise<Coupon | undefined> {
    const item = await this.#options.store.get({ table: WALLET, key: couponKey(couponId) });
    return item && decodeCoupon(item);
  }
}

/** The write that counts a redemption, and refuses one too many or of a coupon that was deleted. */
const countRedemption = ({ couponId, redemptionsMax }: Coupon) => ({
  write: {
    table: WALLET,
    update: couponKey(couponId),
    change: { add: { redemptions: 1n } },
    when: all(exists(), compare('redemptions', '<', BigInt(redemptionsMax))),
  },
  otherwise: () => new CouponOver(),
});
