import type { LowBalances } from '../../../lambdas/domain/payments/low-balances';
import { picoOfCents } from '../../../lambdas/domain/payments/cents';
import { ACCOUNT } from '../wallet/wallet-stage';
import { PaymentsStage } from './payments-stage';

let stage: PaymentsStage;
let lowBalances: LowBalances;
beforeEach(async () => {
  stage = await PaymentsStage.open();
  lowBalances = stage.lowBalances;
  await stage.wallet.wallet.credit({ accountId: ACCOUNT, amountPico: picoOfCents(1_000n), paymentId: 'pi_first' });
  await set(500n);
});
afterEach(() => stage.close());

async function set(cents: bigint): Promise<void> {
  const writes = lowBalances.set(ACCOUNT, await lowBalances.read(ACCOUNT), picoOfCents(cents));
  await stage.wallet.store.transact(writes.map(({ write }) => write));
}

const check = (): Promise<boolean> => lowBalances.check(ACCOUNT);
const told = async (): Promise<number> => (await stage.messages()).length;

test('an account at its threshold is not low', async () => {
  await stage.spend(picoOfCents(500n));
  expect([await check(), await told()]).toEqual([false, 0]);
});

test('people are told once when their account falls below its threshold, however many look at once', async () => {
  await stage.spend(picoOfCents(501n));
  const checks = await Promise.all(Array.from({ length: 10 }, check));
  expect([checks.filter(Boolean).length, await check(), await told()]).toEqual([1, false, 1]);
});

test('people are told again when their account falls below its threshold again', async () => {
  await stage.spend(picoOfCents(600n));
  await check();
  await stage.wallet.wallet.credit({ accountId: ACCOUNT, amountPico: picoOfCents(1_000n), paymentId: 'pi_second' });
  expect([await check(), await told()]).toEqual([false, 1]);
  await stage.spend(picoOfCents(1_000n));
  expect([await check(), await told()]).toEqual([true, 2]);
});

test('credit that running requests hold does not make an account low', async () => {
  await stage.wallet.reserve(picoOfCents(900n));
  expect(await check()).toBe(false);
});

test('a message whose reply is lost is written once', async () => {
  await stage.spend(picoOfCents(600n));
  stage.wallet.store.plan('lost reply');
  await expect(check()).rejects.toThrow('ETIMEDOUT');
  expect([await check(), await told()]).toEqual([false, 1]);
});

test('a scheduled look finds every account with a threshold, and none without', async () => {
  await stage.spend(picoOfCents(600n));
  await lowBalances.checkAll();
  expect(await told()).toBe(1);
  await set(0n);
  await set(450n);
  await set(0n);
  await lowBalances.checkAll();
  expect(await told()).toBe(1);
});
