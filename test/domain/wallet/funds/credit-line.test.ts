import { LineInUse } from '../../../../lambdas/domain/wallet/funds/funds-errors';
import { InsufficientFunds } from '../../../../lambdas/domain/wallet/wallet-errors';
import { ACCOUNT, WalletStage } from '../wallet-stage';

let stage: WalletStage;
beforeEach(async () => {
  stage = await WalletStage.funded(100n);
});
afterEach(() => stage.expectSound());

let changes = 0;
const setLine = (linePico: bigint): Promise<boolean> => {
  changes += 1;
  return stage.funds.setLine({ accountId: ACCOUNT, changeId: `line_${changes}`, linePico });
};

const charge = async (costPico: bigint): Promise<void> => {
  await stage.settle(await stage.reserve(costPico), costPico);
};

test('a credit line can be spent like paid credit, after it', async () => {
  await setLine(500n);
  expect(await stage.funds.view(ACCOUNT)).toMatchObject({ paidPico: 100n, linePico: 500n, lineUsedPico: 0n });
  await charge(250n);
  expect(await stage.funds.view(ACCOUNT)).toMatchObject({ paidPico: 0n, linePico: 350n, lineUsedPico: 150n });
  await expect(stage.reserve(351n)).rejects.toBeInstanceOf(InsufficientFunds);
});

test('a payment restores the credit line first', async () => {
  await setLine(500n);
  await charge(250n);
  await stage.wallet.credit({ accountId: ACCOUNT, amountPico: 200n, paymentId: 'pi_second' });
  expect(await stage.funds.view(ACCOUNT)).toMatchObject({ paidPico: 50n, linePico: 500n, lineUsedPico: 0n });
});

test('a credit line shrinks by no more than the part that is not used', async () => {
  await setLine(500n);
  await charge(250n);
  await expect(setLine(149n)).rejects.toMatchObject({ name: LineInUse.name, leastPico: 150n });
  expect(await setLine(150n)).toBe(true);
  expect(await stage.amounts()).toEqual([0n, 0n, 250n]);
});

test('a credit line does not shrink by money that running requests hold', async () => {
  await setLine(500n);
  const hold = await stage.reserve(400n);
  await expect(setLine(299n)).rejects.toMatchObject({ leastPico: 300n });
  await setLine(300n);
  await stage.settle(hold, 0n);
  await setLine(0n);
  expect(await stage.amounts()).toEqual([100n, 0n, 0n]);
});

test('setting the credit line that is set writes no entry', async () => {
  await setLine(500n);
  expect(await setLine(500n)).toBe(false);
  expect(await stage.entries()).toHaveLength(2);
});

test('a change of a credit line that is repeated has no effect', async () => {
  const line = { accountId: ACCOUNT, changeId: 'line_once', linePico: 500n };
  await stage.funds.setLine(line);
  await setLine(0n);
  expect(await stage.funds.setLine(line)).toBe(false);
  expect(await stage.amounts()).toEqual([100n, 0n, 0n]);
});

test.each([-1n, 1_000_000_000_000_000_001n])('a credit line of %s pico-dollars is refused', async (linePico) => {
  await expect(setLine(linePico)).rejects.toBeInstanceOf(RangeError);
});
