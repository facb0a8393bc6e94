import { MINUTE_MS } from '../../../lambdas/domain/clock';
import { balanceKey } from '../../../lambdas/contracts/storage/table-keys/wallet';
import { WALLET } from '../../../lambdas/contracts/storage/tables';
import { StoreUnavailable } from '../../../lambdas/domain/table/table-errors';
import { Wallet } from '../../../lambdas/domain/wallet/wallet';
import { ACCOUNT, USAGE_RETENTION_DAYS, WalletStage } from './wallet-stage';

const AMPLE = 1_000_000n;
const PROMISED_MS = 10_000;
const OPERATOR = { kind: 'deployment' } as const;

const suspend = (stage: WalletStage, accountId = ACCOUNT): Promise<void> =>
  stage.accounts.suspend({ accountId, reason: 'abuse', actor: OPERATOR });
const resume = (stage: WalletStage): Promise<void> => stage.accounts.resume({ accountId: ACCOUNT, actor: OPERATOR });
const SUSPENDED = { name: 'WalletSuspended', message: 'the account is suspended' };

describe('a suspended account', () => {
  test('a suspended account gets no new holds until it is resumed, however much money it has', async () => {
    const stage = await WalletStage.funded(AMPLE);
    await suspend(stage);
    await expect(stage.reserve(1n)).rejects.toMatchObject(SUSPENDED);
    await expect(stage.reserve(2n * AMPLE)).rejects.toMatchObject(SUSPENDED);
    await expect(stage.count(1n, { counterId: 'k', runningMax: 1 })).rejects.toMatchObject(SUSPENDED);
    expect(await stage.amounts()).toEqual([AMPLE, 0n, 0n]);
    await resume(stage);
    await stage.reserve(1n);
    await stage.expectSound();
  });

  test('a request of a suspended account is refused for the suspension rather than for a key limit', async () => {
    const stage = await WalletStage.funded(AMPLE);
    const counting = { counterId: 'k', runningMax: 1 };
    await stage.count(1n, counting);
    await suspend(stage);
    await expect(stage.count(1n, counting)).rejects.toMatchObject(SUSPENDED);
  });

  test('a suspended account is settled, credited and swept as usual', async () => {
    const stage = await WalletStage.funded(AMPLE);
    const [charged, released, late] = [await stage.reserve(100n), await stage.reserve(100n), await stage.reserve(100n)];
    await suspend(stage);
    expect(await stage.settle(charged, 40n)).toMatchObject({ outcome: 'charged' });
    expect(await stage.release(released)).toMatchObject({ outcome: 'released' });
    expect(await stage.expire()).toMatchObject({ expired: 1 });
    expect(await stage.settle(late, 7n)).toMatchObject({ outcome: 'adjusted', costPico: 7n });
    const payment = { accountId: ACCOUNT, amountPico: 5n, paymentId: 'pi_late' };
    expect(await stage.wallet.credit(payment)).toBe('credited');
    expect(await stage.amounts()).toEqual([AMPLE - 42n, 0n, 47n]);
    await stage.expectSound();
  });

  test('a suspended account without a wallet gets one that is suspended', async () => {
    const stage = await WalletStage.funded(AMPLE);
    const accountId = await stage.accounts.create();
    await suspend(stage, accountId);
    await stage.wallet.open(accountId);
    await stage.wallet.credit({ accountId, amountPico: 100n, paymentId: 'pi_1' });
    await expect(stage.reserve(1n, undefined, accountId)).rejects.toMatchObject(SUSPENDED);
    await stage.accounts.resume({ accountId, actor: OPERATOR });
    await stage.reserve(1n, undefined, accountId);
    await stage.expectSound();
  });

  test('a suspended account stays suspended after another suspension and after a change that is refused', async () => {
    const stage = await WalletStage.funded(AMPLE);
    await suspend(stage);
    const first = await stage.engine.get({ table: WALLET, key: balanceKey(ACCOUNT) });
    stage.now += 1_000;
    await suspend(stage);
    expect(await stage.engine.get({ table: WALLET, key: balanceKey(ACCOUNT) })).toEqual(first);
    const version = 1;
    await expect(stage.accounts.resume({ accountId: ACCOUNT, actor: OPERATOR, version })).rejects.toMatchObject({
      code: 'version_mismatch',
    });
    await expect(stage.reserve(1n)).rejects.toMatchObject(SUSPENDED);
  });
});

describe('an account that draws on leases', () => {
  /** A stage whose process has an idle lease and has just checked for a suspension. */
  async function leased() {
    const stage = await WalletStage.funded(AMPLE);
    stage.store.plan('conflict');
    const hold = await stage.reserve(100n);
    await stage.settle(hold, 1n);
    const clock = (): number => stage.now;
    const reads = jest.spyOn(stage.engine, 'get');
    const balanceReads = (): number => reads.mock.calls.filter(([{ key }]) => key.sk === 'wallet').length;
    return { stage, reads, balanceReads, clock };
  }

  test('an account on leases stops within ten seconds of its suspension, and is checked every five', async () => {
    const { stage, balanceReads } = await leased();
    await stage.settle(await stage.reserve(100n), 1n);
    const before = balanceReads();
    stage.now += PROMISED_MS / 2 - 1;
    const running = await stage.reserve(100n);
    expect(running.leaseTurn).toBeDefined();
    expect(balanceReads()).toBe(before);
    await suspend(stage);
    stage.now += 1;
    await expect(stage.reserve(100n)).rejects.toMatchObject(SUSPENDED);
    expect(balanceReads()).toBe(before + 1);
    await expect(stage.reserve(100n)).rejects.toMatchObject(SUSPENDED);
    await stage.settle(running, 1n);
    await resume(stage);
    await stage.reserve(100n);
    stage.now += 3 * MINUTE_MS;
    await stage.wallet.expireDue();
    await stage.expectSound();
  });

  test('an account on leases stops within ten seconds even if it was checked just before its suspension', async () => {
    const { stage } = await leased();
    await suspend(stage);
    await stage.settle(await stage.reserve(100n), 1n);
    stage.now += PROMISED_MS - 1;
    await expect(stage.reserve(100n)).rejects.toMatchObject(SUSPENDED);
  });

  test('an account on leases that was found active is not checked again for five seconds', async () => {
    const { stage, balanceReads } = await leased();
    stage.now += PROMISED_MS / 2;
    const before = balanceReads();
    await stage.settle(await stage.reserve(100n), 1n);
    expect(balanceReads()).toBe(before + 1);
    stage.now += PROMISED_MS / 2 - 1;
    await stage.settle(await stage.reserve(100n), 1n);
    expect(balanceReads()).toBe(before + 1);
    stage.now += 1;
    await stage.reserve(100n);
    expect(balanceReads()).toBe(before + 2);
  });

  test('an account on leases is checked with an eventually consistent read, because a suspension may take seconds', async () => {
    const { stage, reads } = await leased();
    stage.now += PROMISED_MS / 2;
    await stage.reserve(100n);
    expect(reads.mock.calls).toEqual([[{ table: WALLET, key: balanceKey(ACCOUNT), consistent: false }]]);
  });

  test('an account on leases is checked again if the clock was set back', async () => {
    const { stage } = await leased();
    await suspend(stage);
    stage.now -= 1;
    await expect(stage.reserve(100n)).rejects.toMatchObject(SUSPENDED);
  });

  test('a suspended account on leases is refused by a process that has not seen it before', async () => {
    const { stage, clock } = await leased();
    await suspend(stage);
    const { store } = stage;
    const other = new Wallet({ store, clock, usageRetentionDays: USAGE_RETENTION_DAYS });
    const hold = await stage.reserve(100n);
    const reservation = { accountId: ACCOUNT, requestId: stage.nextRequestId(), holdPico: 100n, deadline: stage.now };
    await expect(other.reserve({ ...reservation, request: hold.request })).rejects.toMatchObject(SUSPENDED);
  });

  test('an account on leases gets no hold while the check for a suspension fails', async () => {
    const { stage } = await leased();
    stage.now += PROMISED_MS;
    jest.spyOn(stage.engine, 'get').mockRejectedValue(new StoreUnavailable('ETIMEDOUT'));
    await expect(stage.reserve(100n)).rejects.toMatchObject({ name: 'WalletUnavailable' });
    expect(stage.waits.length).toBeGreaterThan(0);
  });
});
