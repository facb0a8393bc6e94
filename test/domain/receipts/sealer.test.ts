import { SHARDS } from '../../../lambdas/contracts/storage/table-keys/key-parts';
import { LAST_SEAL_KEY, treesPartition } from '../../../lambdas/contracts/storage/table-keys/receipts';
import { EXPIRES_AT, USAGE } from '../../../lambdas/contracts/storage/tables';
import { FaultyStore } from '../wallet/faulty-store';
import { ACCOUNT } from '../wallet/wallet-stage';
import { type Death, DyingStore } from './dying-store';
import { OTHER_ACCOUNT, ReceiptStage, requestsIn } from './receipt-stage';

const WRITES_MAX = 200;

let stage: ReceiptStage;
beforeEach(async () => {
  stage = await ReceiptStage.funded();
});

/** Fails unless each of these requests has exactly one receipt, in an unbroken chain of trees. */
async function expectSealedOnce(accountId: string, requestIds: readonly string[]): Promise<void> {
  const lines = await stage.exportLines(accountId);
  expect(requestsIn(lines).sort()).toEqual([...requestIds].sort());
  expect(await stage.verify(lines)).toMatchObject({ receipts: requestIds.length, faults: [] });
}

describe('a seal', () => {
  test('a seal covers every charge of the minute once, in one tree per account', async () => {
    const [one, other] = [await stage.charge(), await stage.charge(OTHER_ACCOUNT)];
    const third = await stage.charge();
    await stage.pipe();
    expect(await stage.seal()).toEqual({ receipts: 3, trees: 2, seals: 1, overtaken: false });
    await expectSealedOnce(ACCOUNT, [one, third]);
    await expectSealedOnce(OTHER_ACCOUNT, [other]);
    expect(await stage.openBatches()).toBe(0);
  });

  test('a minute without charges gets no seal', async () => {
    expect(await stage.seal()).toMatchObject({ seals: 0 });
    expect(await stage.engine.get({ table: USAGE, key: LAST_SEAL_KEY })).toBeUndefined();
  });

  test('a seal follows the previous seal, and each tree follows the previous tree of its account', async () => {
    const requests: string[] = [];
    for (let minute = 0; minute < 3; minute += 1) {
      requests.push(await stage.charge());
      if (minute !== 1) await stage.charge(OTHER_ACCOUNT);
      await stage.pipe();
      await stage.seal();
    }
    await expectSealedOnce(ACCOUNT, requests);
    const headers = (await stage.exportLines(OTHER_ACCOUNT)).flatMap((line) => {
      const { tree, seal } = JSON.parse(line) as { tree?: { number: number }; seal?: { number: number } };
      return tree && seal ? [[tree.number, seal.number]] : [];
    });
    expect(headers).toEqual([
      [1, 1],
      [2, 3],
    ]);
  });

  test('a repeated batch, whole or in parts, is not sealed twice', async () => {
    const requests = [await stage.charge(), await stage.charge(), await stage.charge(OTHER_ACCOUNT)];
    const changes = await stage.changes();
    await stage.pipe(changes);
    await stage.pipe(changes);
    await stage.pipe(changes.slice(0, 1));
    await stage.seal();
    for (const again of [changes, changes.slice(0, 1), changes.slice(1)]) await stage.pipe(again);
    expect(await stage.seal()).toMatchObject({ receipts: 0, seals: 0 });
    expect(await stage.openBatches()).toBe(0);
    await expectSealedOnce(ACCOUNT, requests.slice(0, 2));
  });

  test('a change that is repeated after later ones is not sealed twice', async () => {
    const early = await stage.charge();
    const changes = await stage.changes();
    await stage.pipe(changes);
    await stage.seal();
    const requests = [early];
    for (const again of [[], changes]) {
      stage.wallet.now += 10 * 60_000;
      requests.push(await stage.charge());
      await stage.pipe([...(await stage.changes()), ...again]);
      expect(await stage.seal()).toMatchObject({ receipts: 1 });
    }
    await expectSealedOnce(ACCOUNT, requests);
  });

  test('concurrent runs commit one seal, and the next run seals the rest', async () => {
    const first = await stage.charge();
    await stage.pipe();
    // The second run commits just before the first one does.
    const slow = new FaultyStore(stage.engine);
    let second: string | undefined;
    slow.plan('none', 'none', async () => {
      second = await stage.charge();
      await stage.pipe();
      expect(await stage.seal()).toMatchObject({ receipts: 2, overtaken: false });
    });
    expect(await stage.seal(slow)).toEqual({ receipts: 0, trees: 0, seals: 0, overtaken: true });
    const third = await stage.charge();
    await stage.pipe();
    await stage.seal();
    await expectSealedOnce(ACCOUNT, [first, second ?? '', third]);
    // The trees of the run that lost are stored, but no seal covers them.
    const { items } = await stage.engine.query({ table: USAGE, partition: treesPartition(ACCOUNT) });
    expect(items).toHaveLength(3);
  });

  test.each<Death>(['before', 'after'])(
    'receipts are sealed exactly once if the process dies just %s any write',
    async (death) => {
      let deaths = 0;
      for (let writes = 0; writes < WRITES_MAX; writes += 1) {
        stage = await ReceiptStage.funded();
        const requests: [accountId: string, requestId: string][] = [];
        const charge = async (accountId: string): Promise<void> => {
          requests.push([accountId, await stage.charge(accountId)]);
          await stage.pipe();
        };
        await charge(ACCOUNT);
        await stage.seal();
        for (const accountId of [ACCOUNT, OTHER_ACCOUNT, ACCOUNT]) await charge(accountId);
        const dying = new DyingStore(stage.engine, writes, death);
        const isDead = await stage.seal(dying).then(
          () => false,
          () => true,
        );
        expect(dying.isDead).toBe(isDead);
        await charge(OTHER_ACCOUNT);
        await stage.seal();
        await stage.seal();
        for (const accountId of [ACCOUNT, OTHER_ACCOUNT]) {
          const own = requests.filter(([owner]) => owner === accountId);
          await expectSealedOnce(
            accountId,
            own.map(([, requestId]) => requestId),
          );
        }
        expect(await stage.openBatches()).toBe(0);
        if (!isDead) break;
        deaths += 1;
      }
      // A run makes seven writes: the key, two trees, the seal, and the removal of three batches.
      expect(deaths).toBeGreaterThanOrEqual(6);
      expect(deaths).toBeLessThan(WRITES_MAX);
    },
  );

  test('receipts are sealed once if the data plane’s clock is ahead', async () => {
    stage.wallet.now += 10 * 60_000;
    const requests = await stage.endRequests(5_000);
    await stage.pipe();
    stage.wallet.now -= 10 * 60_000;
    // After the writes of the key, two trees and the seal, the process dies before it removes the sealed leaves.
    await expect(stage.seal(new DyingStore(stage.engine, 4, 'before'))).rejects.toThrow('the process is dead');
    expect(await stage.openBatches()).toBe(3);
    expect(await stage.seal()).toMatchObject({ receipts: 0 });
    await expectSealedOnce(ACCOUNT, requests);
    expect(await stage.openBatches()).toBe(0);
  });

  test('sealing continues after a pause longer than the retention', async () => {
    await stage.charge();
    await stage.pipe();
    await stage.seal();
    stage.wallet.now += 91 * 86_400_000;
    await stage.engine.removeExpired();
    const later = await stage.charge();
    await stage.pipe();
    await stage.seal();
    await expectSealedOnce(ACCOUNT, [later]);
    const [line = ''] = await stage.exportLines();
    expect(JSON.parse(line)).toMatchObject({
      seal: { number: 2, previous: expect.stringMatching(/^[0-9a-f]{64}$/) as string },
      tree: { number: 1, previous: null },
    });
  });

  test('seals stay in order if the clock is set back', async () => {
    const requests = [await stage.charge()];
    await stage.pipe();
    await stage.seal();
    stage.wallet.now -= 10 * 60_000;
    requests.push(await stage.charge());
    await stage.pipe();
    await stage.seal();
    await expectSealedOnce(ACCOUNT, requests);
  });

  test('everything that the sealer writes expires, except public keys and the last seal', async () => {
    await stage.charge();
    await stage.pipe();
    await stage.seal();
    const partitions = [treesPartition(ACCOUNT), 'seals', 'receipt-keys', ...SHARDS.map((shard) => `leaves#${shard}`)];
    const items = await Promise.all(
      partitions.map(async (partition) => (await stage.engine.query({ table: USAGE, partition })).items),
    );
    const lasting = items.flat().filter((item) => item[EXPIRES_AT] === undefined);
    expect(lasting.map(({ pk, sk }) => [pk, sk === 'last' ? sk : 'a key'])).toEqual([
      ['seals', 'last'],
      ['receipt-keys', 'a key'],
    ]);
  });
});

test('thousands of receipts in one minute are split into trees that fit into an item', async () => {
  const requests = await stage.endRequests(5_000);
  await stage.pipe();
  expect(await stage.seal()).toMatchObject({ receipts: 5_000, trees: 2, seals: 1 });
  await expectSealedOnce(ACCOUNT, requests);
});
