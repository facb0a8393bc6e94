import { WalletInDebt } from '../../../../lambdas/domain/wallet/wallet-errors';
import { ACCOUNT, firstPaymentOf, WalletStage } from '../wallet-stage';

let stage: WalletStage;
beforeEach(async () => {
  stage = await WalletStage.funded(1_000n);
});
afterEach(() => stage.expectSound());

const dispute = { accountId: ACCOUNT, disputeId: 'dispute_a', paymentId: firstPaymentOf(ACCOUNT), amountPico: 1_000n };

const charge = async (costPico: bigint): Promise<void> => {
  await stage.settle(await stage.reserve(costPico), costPico);
};

const pay = (paymentId: string, amountPico: bigint): Promise<unknown> =>
  stage.wallet.credit({ accountId: ACCOUNT, amountPico, paymentId });

const debt = async (): Promise<bigint> => (await stage.funds.view(ACCOUNT)).debtPico;

test('a dispute takes unused paid credit, and the account owes what it has spent', async () => {
  await charge(300n);
  expect(await stage.funds.takeDisputed(dispute)).toBe(true);
  expect(await stage.wallet.balance(ACCOUNT)).toMatchObject({
    availablePico: 0n,
    disputedPico: 1_000n,
    debtPico: 300n,
  });
});

test('an account in debt cannot reserve, even if it has promotional credit', async () => {
  await charge(300n);
  await stage.funds.grant({ accountId: ACCOUNT, grantId: 'grant_a', amountPico: 100n, reason: 'goodwill' });
  await stage.funds.takeDisputed(dispute);
  expect(await stage.amounts()).toEqual([100n, 0n, 300n]);
  await expect(stage.reserve(1n)).rejects.toBeInstanceOf(WalletInDebt);
});

test('a dispute of credit that is not spent causes no debt', async () => {
  await pay('pi_second', 500n);
  await stage.funds.takeDisputed(dispute);
  expect(await debt()).toBe(0n);
  expect(await stage.reserve(500n)).toMatchObject({ heldPico: 500n });
});

test('a won dispute pays the debt, and the rest is available again', async () => {
  await charge(300n);
  await stage.funds.takeDisputed(dispute);
  expect([await stage.funds.returnDisputed(dispute), await stage.funds.returnDisputed(dispute)]).toEqual([true, false]);
  expect(await stage.amounts()).toEqual([700n, 0n, 300n]);
  expect(await stage.reserve(700n)).toMatchObject({ heldPico: 700n });
});

test('a payment pays the debt first, and unlocks the account when it is paid', async () => {
  await charge(300n);
  await stage.funds.takeDisputed(dispute);
  await pay('pi_second', 200n);
  await expect(stage.reserve(1n)).rejects.toBeInstanceOf(WalletInDebt);
  await pay('pi_third', 150n);
  expect(await stage.amounts()).toEqual([50n, 0n, 300n]);
  expect(await stage.reserve(50n)).toMatchObject({ heldPico: 50n });
});

test('a payment of an account in debt is credited once', async () => {
  await charge(1_000n);
  await stage.funds.takeDisputed(dispute);
  stage.store.plan('none', 'lost reply');
  await pay('pi_second', 1_100n);
  expect(await pay('pi_second', 1_100n)).toBe('already_credited');
  await expect(pay('pi_second', 1_000n)).rejects.toThrow('used before');
  expect(await stage.amounts()).toEqual([100n, 0n, 1_000n]);
});

test('a dispute that is won after its debt was paid returns all of its money', async () => {
  await charge(300n);
  await stage.funds.takeDisputed(dispute);
  await pay('pi_second', 300n);
  await stage.funds.returnDisputed(dispute);
  expect(await stage.amounts()).toEqual([1_000n, 0n, 300n]);
});

test('money that running requests return pays a debt', async () => {
  const hold = await stage.reserve(1_000n);
  await stage.funds.takeDisputed(dispute);
  expect(await debt()).toBe(1_000n);
  await stage.funds.payDebts();
  expect(await debt()).toBe(1_000n);
  await stage.settle(hold, 100n);
  await stage.funds.payDebts();
  expect([await debt(), await stage.amounts()]).toEqual([100n, [0n, 0n, 100n]]);
});

test('a running request of an account in debt gets no more money, and settles', async () => {
  const hold = await stage.roll(100n, 900n);
  await charge(500n);
  await stage.funds.takeDisputed(dispute);
  await expect(stage.wallet.extend(hold, { wantedPico: 10n, leastPico: 10n })).rejects.toBeInstanceOf(WalletInDebt);
  await stage.settle(hold, 100n);
});
