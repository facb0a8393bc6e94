import { budgetOf } from './key-counter-stage';
import { ESTIMATE, WalletStage } from './wallet-stage';

const BUDGET = budgetOf(500n);

let stage: WalletStage;
beforeEach(async () => {
  stage = await WalletStage.funded(1_000n);
});
afterEach(() => stage.expectSound());

test.each([{}, ESTIMATE])(
  'a hold that was extended above its ceiling is charged up to the ceiling (%j)',
  async (facts) => {
    const hold = await stage.extend(await stage.roll(100n, 200n), 300n);
    expect(await stage.settle(hold, 400n, facts)).toMatchObject({ costPico: 200n, overrunPico: 200n });
    expect(await stage.amounts()).toEqual([800n, 0n, 200n]);
  },
);

test('reported usage is charged up to the ceiling, and the rest is the operator’s loss', async () => {
  const hold = await stage.roll(100n, 900n);
  expect(await stage.settle(hold, 950n)).toMatchObject({ costPico: 900n, overrunPico: 50n });
  expect(await stage.amounts()).toEqual([100n, 0n, 900n]);
});

test('an estimate is charged up to the hold, and no further', async () => {
  const hold = await stage.roll(100n, 900n);
  expect(await stage.settle(hold, 950n, ESTIMATE)).toMatchObject({ costPico: 100n, overrunPico: 850n });
  expect(await stage.amounts()).toEqual([900n, 0n, 100n]);
});

test('reported usage above the hold takes no more than the account has', async () => {
  const hold = await stage.roll(100n, 5_000n);
  const other = await stage.reserve(700n);
  expect(await stage.settle(hold, 900_000_000n)).toMatchObject({ costPico: 300n, overrunPico: 899_999_700n });
  expect(await stage.amounts()).toEqual([0n, 700n, 300n]);
  await stage.release(other);
});

test('reported usage above the hold takes no more than the budget of the key has, to the pico-dollar', async () => {
  const hold = await stage.roll(100n, 5_000n, BUDGET);
  const other = await stage.count(100n, BUDGET);
  expect(await stage.settle(hold, 401n)).toMatchObject({ costPico: 400n, overrunPico: 1n });
  await stage.release(other);
});

test('money that another request takes during the settle is not charged twice', async () => {
  const hold = await stage.roll(100n, 5_000n);
  stage.store.plan(() => stage.reserve(850n));
  expect(await stage.settle(hold, 400n)).toMatchObject({ costPico: 150n, overrunPico: 250n });
  expect(await stage.amounts()).toEqual([0n, 850n, 150n]);
});

test('a settle above the hold whose reply was lost returns what it charged', async () => {
  const hold = await stage.roll(100n, 900n);
  stage.store.plan('lost reply');
  expect(await stage.settle(hold, 300n)).toMatchObject({ costPico: 300n, overrunPico: 0n });
  expect(await stage.amounts()).toEqual([700n, 0n, 300n]);
});

test('a report above the hold takes all that the account has, although nothing else is held', async () => {
  const hold = await stage.roll(900n, 5_000n);
  expect(await stage.settle(hold, 5_000n)).toMatchObject({ costPico: 1_000n, overrunPico: 4_000n });
  expect(await stage.amounts()).toEqual([0n, 0n, 1_000n]);
});

test('a report above the hold meets a budget that a concurrent request has left one pico-dollar short', async () => {
  const hold = await stage.roll(100n, 5_000n, BUDGET);
  stage.store.plan(() => stage.count(101n, BUDGET));
  expect(await stage.settle(hold, 400n)).toMatchObject({ costPico: 399n, overrunPico: 1n });
  expect(await stage.amounts()).toEqual([500n, 101n, 399n]);
});
