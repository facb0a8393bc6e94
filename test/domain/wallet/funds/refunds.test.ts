import { ChangeIdReused, NotRefundable, PaymentNotFound } from '../../../../lambdas/domain/wallet/funds/funds-errors';
import { ACCOUNT, firstPaymentOf, WalletStage } from '../wallet-stage';

const OTHER = 'acc_01JD0000000000000000000001';

let stage: WalletStage;
beforeEach(async () => {
  stage = await WalletStage.funded(1_000n);
});
afterEach(() => stage.expectSound());

const refundOf = (refundId: string, amountPico: bigint, paymentId = firstPaymentOf(ACCOUNT)) => ({
  accountId: ACCOUNT,
  refundId,
  paymentId,
  amountPico,
});

const charge = async (costPico: bigint): Promise<void> => {
  await stage.settle(await stage.reserve(costPico), costPico);
};

test('a refund takes unused credit out of the account', async () => {
  await charge(300n);
  expect(await stage.funds.takeRefund(refundOf('refund_a', 700n))).toEqual({ isNew: true, lostPico: 0n });
  expect(await stage.wallet.balance(ACCOUNT)).toMatchObject({ availablePico: 0n, refundedPico: 700n, spentPico: 300n });
});

test('a refund that is repeated takes its money once', async () => {
  await stage.funds.takeRefund(refundOf('refund_a', 700n));
  expect(await stage.funds.takeRefund(refundOf('refund_a', 700n))).toMatchObject({ isNew: false });
  await expect(stage.funds.takeRefund(refundOf('refund_a', 300n))).rejects.toBeInstanceOf(ChangeIdReused);
  expect(await stage.amounts()).toEqual([300n, 0n, 0n]);
});

test('spent, held, promotional and borrowed credit cannot be refunded', async () => {
  await stage.funds.grant({ accountId: ACCOUNT, grantId: 'grant_a', amountPico: 100n, reason: 'goodwill' });
  await stage.funds.setLine({ accountId: ACCOUNT, changeId: 'line_a', linePico: 5_000n });
  await charge(300n);
  expect(await stage.funds.view(ACCOUNT)).toMatchObject({ promotionalPico: 0n, paidPico: 800n, linePico: 5_000n });
  await stage.reserve(5_300n);
  const refund = stage.funds.takeRefund(refundOf('refund_a', 501n));
  await expect(refund).rejects.toMatchObject({ name: NotRefundable.name, mostPico: 500n });
});

test('the refunds of a payment are together no more than the payment', async () => {
  await stage.wallet.credit({ accountId: ACCOUNT, amountPico: 50n, paymentId: 'pi_small' });
  await stage.funds.takeRefund(refundOf('refund_a', 20n, 'pi_small'));
  const refund = stage.funds.takeRefund(refundOf('refund_b', 31n, 'pi_small'));
  await expect(refund).rejects.toMatchObject({ name: NotRefundable.name, mostPico: 30n });
  expect(await stage.funds.takeRefund(refundOf('refund_c', 30n, 'pi_small'))).toMatchObject({ isNew: true });
});

test('a refund that failed returns its money, once', async () => {
  const refund = refundOf('refund_a', 700n);
  await stage.funds.takeRefund(refund);
  expect([await stage.funds.returnRefund(refund), await stage.funds.returnRefund(refund)]).toEqual([true, false]);
  expect(await stage.amounts()).toEqual([1_000n, 0n, 0n]);
  expect(await stage.funds.takeRefund(refundOf('refund_b', 1_000n))).toMatchObject({ isNew: true });
});

test('two refunds at the same time take the same money once', async () => {
  const refunds = [refundOf('refund_a', 600n), refundOf('refund_b', 600n)].map((refund) =>
    stage.funds.takeRefund(refund),
  );
  const outcomes = await Promise.allSettled(refunds);
  expect(outcomes.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
  expect(await stage.amounts()).toEqual([400n, 0n, 0n]);
});

test('a payment of another account cannot be refunded', async () => {
  await stage.fund(500n, OTHER);
  const refund = stage.funds.takeRefund(refundOf('refund_a', 1n, firstPaymentOf(OTHER)));
  await expect(refund).rejects.toBeInstanceOf(PaymentNotFound);
});

test('a refund whose reply is lost takes its money once', async () => {
  stage.store.plan('lost reply');
  await stage.funds.takeRefund(refundOf('refund_a', 700n));
  expect(await stage.amounts()).toEqual([300n, 0n, 0n]);
});

test('a refund that has happened takes what the account still has, and the operator loses the rest', async () => {
  await charge(900n);
  const refund = { ...refundOf('refund_a', 300n), hasHappened: true };
  expect(await stage.funds.takeRefund(refund)).toEqual({ isNew: true, lostPico: 200n });
  expect(await stage.funds.takeRefund(refund)).toEqual({ isNew: false, lostPico: 200n });
  expect(await stage.wallet.balance(ACCOUNT)).toMatchObject({ availablePico: 0n, refundedPico: 100n });
  await stage.funds.returnRefund(refund);
  expect(await stage.amounts()).toEqual([100n, 0n, 900n]);
});

test('a refund that failed before its money was taken returns nothing', async () => {
  expect(await stage.funds.returnRefund(refundOf('refund_a', 700n))).toBe(false);
  expect(await stage.amounts()).toEqual([1_000n, 0n, 0n]);
});
