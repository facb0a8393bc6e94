import { ACCOUNT, WalletStage } from './wallet-stage';

const LABELS = { team: 'research', 'cost.centre': '4711' };
const AMPLE = 1_000_000n;

async function labelsOf(stage: WalletStage, requestId: string): Promise<unknown> {
  return (await stage.usage.get(ACCOUNT, requestId))?.labels;
}

describe('the labels of a key', () => {
  test('the labels of a key are on the usage record of its request, however the request ends', async () => {
    const stage = await WalletStage.funded(AMPLE);
    const reserve = () => stage.reserve(100n, undefined, ACCOUNT, { labels: LABELS });
    const [charged, released, expired] = [await reserve(), await reserve(), await reserve()];
    await stage.settle(charged, 1n);
    await stage.release(released);
    await stage.expire();
    for (const { requestId } of [charged, released, expired]) expect(await labelsOf(stage, requestId)).toEqual(LABELS);
  });

  test('the labels of a key are on the records of its requests on a lease, and on no other record', async () => {
    const stage = await WalletStage.funded(AMPLE);
    stage.store.plan('conflict');
    const labelled = await stage.reserve(100n, undefined, ACCOUNT, { labels: LABELS });
    await stage.settle(labelled, 1n);
    const plain = await stage.reserve(100n);
    expect(plain.leaseTurn).toMatch(/#2$/);
    // Nothing ends this request, so its record is made from the lease alone.
    stage.now += 2 * 60_000;
    expect(await stage.wallet.expireDue()).toMatchObject({ expired: 1 });
    expect(await labelsOf(stage, labelled.requestId)).toEqual(LABELS);
    expect(await stage.usage.get(ACCOUNT, plain.requestId)).toMatchObject({ status: 'expired' });
    expect(await labelsOf(stage, plain.requestId)).toBeUndefined();
  });

  test('a lease without labels gets those of the next request that it is given to', async () => {
    const stage = await WalletStage.funded(AMPLE);
    stage.store.plan('conflict');
    await stage.settle(await stage.reserve(100n), 1n);
    const { requestId } = await stage.reserve(100n, undefined, ACCOUNT, { labels: LABELS });
    stage.now += 2 * 60_000;
    await stage.wallet.expireDue();
    expect(await labelsOf(stage, requestId)).toEqual(LABELS);
  });
});
