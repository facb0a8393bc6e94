import { ulid } from 'ulid';
import { MINUTE_MS } from '../../../lambdas/domain/clock';
import { balanceKey, ENTRY_PREFIX } from '../../../lambdas/contracts/storage/table-keys/wallet';
import { WALLET } from '../../../lambdas/contracts/storage/tables';
import { StoreUnavailable, TransactionCancelled } from '../../../lambdas/domain/table/table-errors';
import { reserveHoldUncontended } from '../../../lambdas/domain/wallet/holds/reserve-hold';
import { LeaseBook } from '../../../lambdas/domain/wallet/leases/lease-book';
import { ACCOUNT, USAGE_RETENTION_DAYS, WalletStage } from './wallet-stage';

const AMPLE = 1_000_000n;

const conflicting = (): Promise<never> => Promise.reject(new TransactionCancelled([{ code: 'Conflict' }, undefined]));

/** Another process on the same store, with its own clock set to the same time. */
function otherProcess(stage: WalletStage): WalletStage {
  const other = new WalletStage(stage.engine);
  other.now = stage.now;
  return other;
}

describe('contention of an account', () => {
  test('another process uses a lease from its first reserve on a contended account', async () => {
    const stage = await WalletStage.funded(AMPLE);
    stage.store.plan('conflict');
    await stage.reserve(100n);
    const other = otherProcess(stage);
    other.now += 10 * MINUTE_MS - 1;
    expect((await other.reserve(100n, 'req_01JD00000000000000000000A0')).leaseTurn).toBeDefined();
  });

  test('another process stops treating an account as contended after ten minutes', async () => {
    const stage = await WalletStage.funded(AMPLE);
    stage.store.plan('conflict');
    await stage.reserve(100n);
    const other = otherProcess(stage);
    other.now += 10 * MINUTE_MS;
    expect((await other.reserve(100n, 'req_01JD00000000000000000000A0')).leaseTurn).toBeUndefined();
    const before = other.store.counts.get;
    await other.reserve(100n, 'req_01JD00000000000000000000A1');
    expect(other.store.counts.get).toBe(before);
  });

  test('contention is not read again while the account is contended, or for a minute after it was not', async () => {
    const stage = await WalletStage.funded(AMPLE);
    await stage.reserve(100n);
    const before = stage.store.counts.get;
    stage.now += MINUTE_MS - 1;
    await stage.reserve(100n);
    expect(stage.store.counts.get - before).toBe(0);
    stage.now += 1;
    await stage.reserve(100n);
    expect(stage.store.counts.get - before).toBe(1);
    stage.store.plan('conflict');
    await stage.reserve(100n);
    const contended = stage.store.counts.get;
    await stage.reserve(100n);
    expect(stage.store.counts.get).toBe(contended);
  });

  test('another process remembers that an account is contended, without reading it again', async () => {
    const stage = await WalletStage.funded(AMPLE);
    stage.store.plan('conflict');
    await stage.reserve(100n);
    const other = otherProcess(stage);
    await other.reserve(100n, 'req_01JD00000000000000000000A0');
    const before = other.store.counts.get;
    const hold = await other.reserve(100n, 'req_01JD00000000000000000000A1');
    expect(hold.leaseTurn).toBeDefined();
    expect(other.store.counts.get).toBe(before);
  });

  test('another process reads the balance only once before it uses a lease on a contended account', async () => {
    const stage = await WalletStage.funded(AMPLE);
    stage.store.plan('conflict');
    await stage.settle(await stage.reserve(100n), 1n);
    const other = otherProcess(stage);
    const reads = jest.spyOn(stage.engine, 'get');
    expect((await other.reserve(100n, 'req_01JD00000000000000000000A0')).leaseTurn).toBeDefined();
    const { pk, sk } = balanceKey(ACCOUNT);
    expect(reads.mock.calls.filter(([{ key }]) => key.pk === pk && key.sk === sk)).toHaveLength(1);
  });

  test('contention is looked up with an eventually consistent read, because no request depends on the answer', async () => {
    const stage = await WalletStage.funded(AMPLE);
    const reads = jest.spyOn(stage.engine, 'get');
    await stage.reserve(100n);
    expect(reads.mock.calls).toEqual([[{ table: WALLET, key: balanceKey(ACCOUNT), consistent: false }]]);
  });

  test('a request continues if its process cannot notify the others of contention', async () => {
    const stage = await WalletStage.funded(AMPLE);
    stage.store.plan('conflict', () => Promise.reject(new Error('the disk is on fire')));
    expect((await stage.reserve(100n)).leaseTurn).toBeDefined();
  });

  test('an account counts as uncontended if the store does not answer, and the next request reads it again', async () => {
    const stage = await WalletStage.funded(AMPLE);
    const get = stage.engine.get.bind(stage.engine);
    stage.engine.get = () => Promise.reject(new StoreUnavailable('ETIMEDOUT'));
    expect((await stage.reserve(100n)).leaseTurn).toBeUndefined();
    stage.engine.get = get;
    const before = stage.store.counts.get;
    await stage.reserve(100n);
    expect(stage.store.counts.get - before).toBe(1);
  });

  test('a reserve fails if the balance cannot be read for any reason but an unavailable store', async () => {
    const stage = await WalletStage.funded(AMPLE);
    const broken = new Error('the disk is on fire');
    stage.engine.get = () => Promise.reject(broken);
    await expect(stage.reserve(100n)).rejects.toBe(broken);
  });

  test('a hold that may not wait out contention fails at the first conflict, and takes nothing', async () => {
    const stage = await WalletStage.funded(AMPLE);
    const { heldPico: holdPico, ...hold } = await stage.reserve(100n);
    const sleep = jest.fn(() => Promise.resolve());
    const dependencies = {
      store: stage.store,
      timing: { clock: () => stage.now, random: () => 0.5, sleep },
      leaseBook: new LeaseBook(),
      usageRetentionDays: USAGE_RETENTION_DAYS,
      newUlid: ulid,
    };
    const requestId = stage.nextRequestId();
    stage.store.plan('conflict');
    const reserving = reserveHoldUncontended(dependencies, { ...hold, holdPico, requestId });
    await expect(reserving).rejects.toMatchObject({ name: 'BalanceContended' });
    expect(sleep).not.toHaveBeenCalled();
    expect(await stage.amounts()).toEqual([AMPLE - 100n, 100n, 0n]);
  });

  test('contention counts in the first attempt only, because a later one may follow a lost reply', async () => {
    const stage = await WalletStage.funded(AMPLE);
    stage.store.plan('lost reply', 'conflict');
    expect((await stage.reserve(100n)).leaseTurn).toBeUndefined();
    expect(await stage.amounts()).toEqual([AMPLE - 100n, 100n, 0n]);
  });
});

describe('taking a lease', () => {
  test('a lease is taken from another drawer if the first one is busy', async () => {
    const stage = await WalletStage.funded(AMPLE);
    stage.store.plan('conflict', 'none', () => {
      stage.fraction = 0;
      return conflicting();
    });
    await stage.reserve(100n);
    const entries = { table: WALLET, partition: `${ACCOUNT}#00`, sort: { beginsWith: ENTRY_PREFIX } };
    await stage.wallet.expireDue({ everything: true });
    expect((await stage.engine.query(entries)).items).toMatchObject([{ kind: 'lease' }]);
    expect(await stage.amounts()).toEqual([AMPLE, 0n, 0n]);
  });

  test('a lease is taken once, even if the reply is lost', async () => {
    const stage = await WalletStage.funded(AMPLE);
    stage.store.plan('conflict');
    await stage.reserve(100n);
    stage.store.plan('lost reply', 'unreachable');
    await stage.reserve(100n);
    expect(await stage.amounts()).toEqual([AMPLE - 1_600n, 1_600n, 0n]);
  });

  test('a lease is not retried after an error that does not come from the store', async () => {
    const stage = await WalletStage.funded(AMPLE);
    stage.store.plan('conflict');
    await stage.reserve(100n);
    const broken = new Error('the disk is on fire');
    stage.store.plan(() => Promise.reject(broken));
    await expect(stage.reserve(100n)).rejects.toBe(broken);
  });
});

describe('giving a lease to another request', () => {
  /** A stage with one idle lease. */
  async function withIdleLease() {
    const stage = await WalletStage.funded(AMPLE);
    stage.store.plan('conflict');
    const first = await stage.reserve(100n);
    await stage.settle(first, 40n);
    return { stage, leaseId: first.leaseTurn?.slice(0, -2) ?? '' };
  }

  test.each(['lost reply', 'unreachable', 'throttled'] as const)(
    'an idle lease is given to the next request despite the store fault: %s',
    async (fault) => {
      const { stage, leaseId } = await withIdleLease();
      stage.store.plan(fault, fault);
      expect((await stage.reserve(100n)).leaseTurn).toBe(`${leaseId}#2`);
    },
  );

  test('a new lease is taken if the sweeper has ended the idle one', async () => {
    const { stage, leaseId } = await withIdleLease();
    stage.store.plan(() => stage.wallet.expireDue({ everything: true }));
    const { leaseTurn } = await stage.reserve(100n);
    expect(leaseTurn).toMatch(/#1$/);
    expect(leaseTurn).not.toBe(`${leaseId}#1`);
    expect(await stage.amounts()).toEqual([AMPLE - 840n, 800n, 40n]);
    await stage.expectSound();
  });

  test('an idle lease is given to a request that needs exactly the rest of it', async () => {
    const { stage, leaseId } = await withIdleLease();
    expect((await stage.reserve(760n)).leaseTurn).toBe(`${leaseId}#2`);
  });

  test('a lease is given to requests of at most four price versions', async () => {
    const stage = await WalletStage.funded(AMPLE);
    stage.store.plan('conflict');
    const turns: (string | undefined)[] = [];
    for (const version of ['1', '2', '3', '3', '4', '5']) {
      stage.priceVersion = version;
      const hold = await stage.reserve(100n);
      turns.push(hold.leaseTurn?.slice(hold.leaseTurn.indexOf('#')));
      await stage.settle(hold, 1n);
    }
    expect(turns).toEqual(['#1', '#2', '#3', '#4', '#5', '#1']);
    stage.now += 2 * MINUTE_MS;
    await stage.wallet.expireDue();
    const leases = (await stage.entries()).filter(({ kind }) => kind === 'lease');
    const priceVersions = leases.map((lease) => lease.priceVersions?.join());
    expect(priceVersions.toSorted()).toEqual(['1,2,3,4', '5']);
  });
});
