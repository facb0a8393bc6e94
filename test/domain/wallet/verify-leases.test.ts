import { MINUTE_MS } from '../../../lambdas/domain/clock';
import { SHARDS } from '../../../lambdas/contracts/storage/table-keys/key-parts';
import { usageRecordKey } from '../../../lambdas/contracts/storage/table-keys/usage';
import { balanceKey, leaseKey } from '../../../lambdas/contracts/storage/table-keys/wallet';
import { USAGE, WALLET } from '../../../lambdas/contracts/storage/tables';
import type { Difference } from '../../../lambdas/domain/wallet/verify/difference';
import { leaseOfTurn } from '../../../lambdas/domain/wallet/leases/lease';
import { ACCOUNT, USAGE_RETENTION_DAYS, WalletStage } from './wallet-stage';

const AMPLE = 1_000_000n;

/** A live lease with two ended requests: 40 in its tally, and 30 with an overrun of 5 that are not in it yet. */
async function live() {
  const stage = await WalletStage.funded(AMPLE);
  stage.store.plan('conflict');
  const dueAt = stage.now + 2 * MINUTE_MS;
  const first = await stage.reserve(100n);
  await stage.settle(first, 40n);
  const second = await stage.reserve(30n);
  await stage.settle(second, 35n);
  return { stage, first, second, leaseId: leaseOfTurn(first.leaseTurn ?? ''), dueAt };
}

/** The same lease after it has ended. */
async function ended() {
  const scene = await live();
  scene.stage.now = scene.dueAt;
  await scene.stage.wallet.expireDue();
  return scene;
}

const differences = async (stage: WalletStage): Promise<readonly Difference[]> => (await stage.verify()).differences;

/** Changes a usage record behind the wallet's back. */
const amend = (stage: WalletStage, requestId: string, set: { readonly [name: string]: bigint | string }) =>
  stage.engine.write({ table: USAGE, update: usageRecordKey(ACCOUNT, requestId), change: { set } });

describe('the verification of a live lease', () => {
  test('a live lease is sound, whether its last request has ended or not', async () => {
    const { stage } = await live();
    expect(await differences(stage)).toEqual([]);
    await stage.reserve(100n);
    expect(await differences(stage)).toEqual([]);
  });

  test('the verifier reports a usage record with a wrong charge on a live lease', async () => {
    const { stage, first, leaseId } = await live();
    await amend(stage, first.requestId, { costPico: 41n });
    expect(await differences(stage)).toEqual([
      { kind: 'usage_cost', accountId: ACCOUNT, id: leaseId, expectedPico: 70n, actualPico: 71n },
    ]);
  });

  test('the verifier reports a usage record with a wrong overrun on a live lease', async () => {
    const { stage, first, leaseId } = await live();
    await amend(stage, first.requestId, { overrunPico: 2n });
    expect(await differences(stage)).toEqual([
      { kind: 'usage_cost', accountId: ACCOUNT, id: leaseId, expectedPico: 5n, actualPico: 7n },
    ]);
  });

  test('the verifier reports a missing usage record of a live lease', async () => {
    const { stage, first, leaseId } = await live();
    await stage.engine.write({ table: USAGE, delete: usageRecordKey(ACCOUNT, first.requestId) });
    expect(await differences(stage)).toMatchObject([{ kind: 'usage_cost', id: leaseId, expectedPico: 70n }]);
  });

  test('the verifier reports a missing lease by its money and by its usage records', async () => {
    const { stage, leaseId, dueAt } = await live();
    await stage.engine.write({ table: WALLET, delete: leaseKey(leaseId, dueAt) });
    expect(await differences(stage)).toEqual([
      { kind: 'usage_without_entry', accountId: ACCOUNT, id: leaseId, expectedPico: 0n, actualPico: 70n },
      { kind: 'held', accountId: ACCOUNT, expectedPico: 0n, actualPico: 800n },
    ]);
  });

  test('the verifier reports a drawer with a negative amount', async () => {
    const { stage } = await live();
    const items = await Promise.all(
      SHARDS.map((drawer) => stage.engine.get({ table: WALLET, key: balanceKey(ACCOUNT, drawer) })),
    );
    const drawer = SHARDS[items.findIndex((item) => item !== undefined)];
    for (const [update, availablePico] of [
      [balanceKey(ACCOUNT, drawer), -10_000n],
      [balanceKey(ACCOUNT), 10_000n],
    ] as const) {
      await stage.engine.write({ table: WALLET, update, change: { add: { availablePico } } });
    }
    expect(await differences(stage)).toEqual([
      { kind: 'negative_amount', accountId: ACCOUNT, id: 'availablePico', expectedPico: 0n, actualPico: -4_400n },
    ]);
  });
});

describe('the verification of an ended lease', () => {
  test('an ended lease is sound', async () => {
    const { stage } = await ended();
    expect(await differences(stage)).toEqual([]);
    expect(await stage.amounts()).toEqual([AMPLE - 70n, 0n, 70n]);
  });

  test('the verifier reports a usage record with a wrong overrun on an ended lease', async () => {
    const { stage, second, leaseId } = await ended();
    await amend(stage, second.requestId, { overrunPico: 4n });
    expect(await differences(stage)).toEqual([
      { kind: 'usage_cost', accountId: ACCOUNT, id: leaseId, expectedPico: 5n, actualPico: 4n },
    ]);
  });

  test('the verifier reports an extra usage record of an ended lease', async () => {
    const { stage, first, leaseId } = await ended();
    const record = await stage.engine.get({ table: USAGE, key: usageRecordKey(ACCOUNT, first.requestId) });
    const requestId = stage.nextRequestId();
    const put = { ...record, ...usageRecordKey(ACCOUNT, requestId), requestId };
    await stage.engine.write({ table: USAGE, put });
    expect(await differences(stage)).toMatchObject([
      { kind: 'usage_cost', id: leaseId, expectedPico: 70n, actualPico: 110n },
    ]);
  });

  test('the verifier reports a lease that is live although it has ended', async () => {
    const { stage, leaseId, dueAt } = await live();
    const item = await stage.engine.get({ table: WALLET, key: leaseKey(leaseId, dueAt) });
    stage.now = dueAt;
    await stage.wallet.expireDue();
    await stage.engine.write({ table: WALLET, put: { ...leaseKey(leaseId, dueAt), ...item } });
    const reported = await differences(stage);
    expect(reported).toContainEqual({
      kind: 'hold_after_end',
      accountId: ACCOUNT,
      id: leaseId,
      expectedPico: 0n,
      actualPico: 800n,
    });
  });

  test('an ended lease is sound after its usage records have expired', async () => {
    const { stage } = await ended();
    stage.now += USAGE_RETENTION_DAYS * 86_400_000;
    expect(await differences(stage)).toEqual([]);
  });
});
