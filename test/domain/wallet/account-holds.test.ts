import { MINUTE_MS } from '../../../lambdas/domain/clock';
import type { HoldMode } from '../../../lambdas/contracts/deployment/hold-mode';
import { balanceKey } from '../../../lambdas/contracts/storage/table-keys/wallet';
import { WALLET } from '../../../lambdas/contracts/storage/tables';
import { WorstCaseRequired } from '../../../lambdas/domain/wallet/wallet-errors';
import type { Counting } from '../../../lambdas/domain/wallet/holds/counting';
import { budgetOf } from './key-counter-stage';
import { ACCOUNT, outcomeOf, WalletStage } from './wallet-stage';

const DEPLOYMENT = { kind: 'deployment' } as const;

let stage: WalletStage;
beforeEach(async () => {
  stage = await WalletStage.funded(1_000n);
});
afterEach(() => stage.expectSound());

const setHolds = (holds: HoldMode, change: { accountId?: string; version?: number } = {}): Promise<void> =>
  stage.accounts.setHolds({ accountId: ACCOUNT, holds, actor: DEPLOYMENT, ...change });

test('an account that is set to worst-case gets whole holds only, until it is set back', async () => {
  await setHolds('worst-case');
  await expect(stage.roll(100n, 900n)).rejects.toBeInstanceOf(WorstCaseRequired);
  expect(await stage.amounts()).toEqual([1_000n, 0n, 0n]);
  await stage.release(await stage.reserve(900n));
  await setHolds('rolling');
  await stage.release(await stage.roll(100n, 900n));
});

test('a hold that rolls goes on growing after its account is set to worst-case', async () => {
  const hold = await stage.roll(100n, 900n);
  await setHolds('worst-case');
  const extended = await stage.wallet.extend(hold, { wantedPico: 200n, leastPico: 200n });
  expect(extended.heldPico).toBe(300n);
  await stage.settle(extended, 250n);
});

test('an account without a wallet that is set to worst-case gets a wallet that is', async () => {
  const accountId = await stage.accounts.create();
  await setHolds('worst-case', { accountId });
  await stage.wallet.open(accountId);
  await stage.wallet.credit({ accountId, amountPico: 100n, paymentId: 'pi_1' });
  await expect(stage.reserve(1n, undefined, accountId, { ceilingPico: 9n })).rejects.toBeInstanceOf(WorstCaseRequired);
});

test('setting the mode that is set, or an old version, changes neither the account nor its wallet', async () => {
  await setHolds('worst-case');
  const balance = () => stage.engine.get({ table: WALLET, key: balanceKey(ACCOUNT) });
  const before = [await stage.accounts.get(ACCOUNT), await balance()];
  await setHolds('worst-case');
  await expect(setHolds('rolling', { version: 1 })).rejects.toMatchObject({ code: 'version_mismatch' });
  expect([await stage.accounts.get(ACCOUNT), await balance()]).toEqual(before);
});

test('an account whose mode a later release has set to one of its own gets whole holds only', async () => {
  const change = { set: { holds: 'of a later release' } };
  await stage.store.write({ table: WALLET, update: balanceKey(ACCOUNT), change });
  await expect(stage.roll(100n, 900n)).rejects.toBeInstanceOf(WorstCaseRequired);
  expect(await stage.wallet.balance(ACCOUNT)).toMatchObject({ availablePico: 1_000n });
});

test('a refusal says until when an account needs the worst case after a cut, and not after a loss', async () => {
  const until = (): Promise<unknown> =>
    stage.roll(100n, 900n).catch((error: unknown) => (error as WorstCaseRequired).until);
  const cutUntil = stage.now + 60_000;
  const note = (set: { readonly [attribute: string]: bigint }): Promise<unknown> =>
    stage.store.write({ table: WALLET, update: balanceKey(ACCOUNT), change: { set } });
  await note({ cutUntil: BigInt(cutUntil) });
  expect(await until()).toBe(cutUntil);
  await note({ lossUntil: BigInt(cutUntil) });
  expect(await until()).toBeUndefined();
});

describe('after a request was cut', () => {
  const BUDGET = budgetOf(500n);

  /** Ends a request whose hold could not be extended. */
  async function cut(shortOf: 'account' | 'budget', costPico: bigint, counting?: Counting): Promise<void> {
    const hold = await stage.roll(100n, 900n, counting);
    await stage.wallet.settle({ hold, kind: 'charge', costPico, record: outcomeOf(hold), shortOf });
  }

  test('an account whose money did not last gets whole holds for a minute, or until it has money again', async () => {
    await cut('account', 100n);
    await expect(stage.roll(100n, 800n)).rejects.toMatchObject({ until: stage.now + MINUTE_MS });
    await stage.release(await stage.reserve(800n));
    await stage.wallet.credit({ accountId: ACCOUNT, amountPico: 1n, paymentId: 'pi_later' });
    await stage.release(await stage.roll(100n, 800n));
  });

  test.each([100n, 200n])(
    'a budget that did not last for a charge of %d rolls no holds for a minute',
    async (costPico) => {
      await cut('budget', costPico, BUDGET);
      const refusal = { name: 'WorstCaseRequired', until: stage.now + MINUTE_MS };
      const leftPico = 500n - costPico;
      await expect(stage.roll(100n, 800n, BUDGET)).rejects.toMatchObject(refusal);
      await expect(stage.roll(leftPico, 800n, BUDGET)).rejects.toMatchObject(refusal);
      await expect(stage.roll(leftPico + 1n, 800n, BUDGET)).rejects.toMatchObject({ limit: { leftPico } });
      await stage.release(await stage.count(leftPico, BUDGET));
      await expect(stage.count(leftPico + 1n, BUDGET)).rejects.toMatchObject({ limit: { leftPico } });
      await stage.release(await stage.roll(100n, 800n));
      stage.now += MINUTE_MS;
      await stage.release(await stage.roll(100n, 800n, BUDGET));
    },
  );

  test('a budget goes on rolling holds after a request that was not cut, or that was for lack of the account’s money', async () => {
    await stage.settle(await stage.roll(100n, 900n, BUDGET), 100n);
    await stage.release(await stage.roll(100n, 800n, BUDGET));
    await cut('account', 100n, BUDGET);
    await stage.wallet.credit({ accountId: ACCOUNT, amountPico: 1n, paymentId: 'pi_later' });
    await stage.release(await stage.roll(100n, 800n, BUDGET));
  });
});

describe('an account after a request that cost more than it was charged', () => {
  test('an account that could not pay up to the ceiling of a request gets whole holds only', async () => {
    const hold = await stage.roll(100n, 2_000n);
    expect(await stage.settle(hold, 1_200n)).toMatchObject({ costPico: 1_000n, overrunPico: 200n });
    await stage.wallet.credit({ accountId: ACCOUNT, amountPico: 1_000n, paymentId: 'pi_later' });
    await expect(stage.roll(100n, 900n)).rejects.toBeInstanceOf(WorstCaseRequired);
  });

  test('an account that paid up to the ceiling of a request gets holds that roll, because a whole hold would have covered no more', async () => {
    const hold = await stage.roll(100n, 500n);
    expect(await stage.settle(hold, 1_200n)).toMatchObject({ costPico: 500n, overrunPico: 700n });
    await stage.release(await stage.roll(100n, 300n));
  });
});
