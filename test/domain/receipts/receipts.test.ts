import type { Receipt } from '../../../lambdas/contracts/storage/receipt';
import { completeReceipts } from '../../../lambdas/domain/receipts/complete-receipts';
import { receiptOf, receiptText } from '../../../lambdas/domain/receipts/receipt';
import { ACCOUNT } from '../wallet/wallet-stage';
import { CENT, OTHER_ACCOUNT, ReceiptStage, requestsIn } from './receipt-stage';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

let stage: ReceiptStage;
beforeEach(async () => {
  stage = await ReceiptStage.funded();
});

const find = async (requestId: string) => stage.receipts.find(await stage.record(requestId));

/** Fails unless the proof verifies by itself; returns its receipt. */
async function proven(requestId: string): Promise<Receipt> {
  const proof = await find(requestId);
  if (proof === undefined) throw new Error('there is no receipt');
  expect(await stage.verify([JSON.stringify(proof)])).toMatchObject({ receipts: 1, faults: [] });
  return proof.receipt;
}

describe('a receipt', () => {
  test('says what was charged for what, and nothing of what was said', async () => {
    const requestId = await stage.charge();
    const record = await stage.record(requestId);
    expect(receiptText(receiptOf(record))).toBe(
      `{"version":1,"requestId":"${requestId}","at":"2026-11-20T10:00:00.000Z","model":"gpt-4.1",` +
        '"status":"completed","usage":{"input":"10","output":"20"},"estimated":false,' +
        '"priceVersion":"2026-11-01","costPico":"10000000000"}',
    );
  });

  test('has one text, whatever the order of its members', async () => {
    const receipt = receiptOf(await stage.record(await stage.charge()));
    const usage = Object.fromEntries(Object.entries(receipt.usage).reverse());
    const reversed = Object.fromEntries(Object.entries({ ...receipt, usage }).reverse()) as Receipt;
    expect(receiptText(reversed)).toBe(receiptText(receipt));
  });

  test('is there with its proof once it is sealed, and not before', async () => {
    const requestId = await stage.charge();
    expect(await find(requestId)).toBeUndefined();
    await stage.pipe();
    expect(await find(requestId)).toBeUndefined();
    await stage.seal();
    expect(await proven(requestId)).toMatchObject({ requestId, costPico: CENT.toString() });
  });

  test('is found among those of other minutes and other accounts', async () => {
    const requests: string[] = [];
    for (let minute = 0; minute < 5; minute += 1) {
      requests.push(await stage.charge(), await stage.charge());
      await stage.charge(OTHER_ACCOUNT);
      await stage.pipe();
      await stage.seal();
    }
    for (const requestId of requests) expect(await proven(requestId)).toMatchObject({ requestId });
  });

  test('is found although it was sealed a day later', async () => {
    const [early, late] = [await stage.charge(), await stage.charge()];
    const changes = await stage.changes();
    const isOf = (requestId: string) => changes.filter(({ dynamodb }) => dynamodb?.Keys?.['sk']?.S === requestId);
    await stage.pipe(isOf(early));
    await stage.seal();
    stage.wallet.now += DAY_MS;
    await stage.pipe(isOf(late));
    await stage.seal();
    for (const requestId of [early, late]) expect(await proven(requestId)).toMatchObject({ requestId });
  });

  test('is there for as long as its record, and no longer', async () => {
    const requestId = await stage.charge();
    await stage.pipe();
    await stage.seal();
    const record = await stage.record(requestId);
    stage.wallet.now = Date.parse(record.at) + 90 * DAY_MS - 1_000;
    expect(await proven(requestId)).toMatchObject({ requestId });
    stage.wallet.now += 1_000;
    expect(await stage.wallet.usage.get(ACCOUNT, requestId)).toBeUndefined();
    stage.wallet.now += 2 * 60_000;
    expect(await stage.receipts.find(record)).toBeUndefined();
  });

  test('of a record that was changed since does not verify', async () => {
    const requestId = await stage.charge();
    await stage.pipe();
    await stage.seal();
    const proof = await stage.receipts.find({ ...(await stage.record(requestId)), costPico: CENT - 1n });
    const { faults } = await stage.verify([JSON.stringify(proof)]);
    expect(faults).toEqual([`line 1: receipt ${requestId}: it was changed, or is not of its tree`]);
  });
});

describe('a request that was settled after it had expired', () => {
  const settleLate = async ({ sealedBetween }: { sealedBetween: boolean }): Promise<string> => {
    const hold = await stage.wallet.reserve(CENT);
    await stage.wallet.expire();
    if (sealedBetween) {
      await stage.pipe();
      await stage.seal();
      expect(await proven(hold.requestId)).toMatchObject({ status: 'expired', costPico: '0' });
    }
    await stage.wallet.settle(hold, CENT);
    return hold.requestId;
  };

  test.each([true, false])(
    'has two receipts, of which the second names the first (sealed between: %s)',
    async (sealedBetween) => {
      const requestId = await settleLate({ sealedBetween });
      // Until the second is sealed there is none for what was charged.
      expect(await find(requestId)).toBeUndefined();
      await stage.pipe();
      await stage.seal();
      const supersedes = expect.stringMatching(/^[0-9a-f]{64}$/) as string;
      expect(await proven(requestId)).toMatchObject({ status: 'completed', costPico: CENT.toString(), supersedes });
      const lines = await stage.exported();
      expect(requestsIn(lines)).toEqual([requestId, requestId]);
      expect(await stage.verify(lines)).toMatchObject({ receipts: 2, faults: [] });
    },
  );
});

describe('an export', () => {
  test('begins behind the last tree with a receipt whose record is gone by time', async () => {
    const old = await stage.charge();
    await stage.pipe();
    await stage.seal();
    stage.wallet.now += 30 * DAY_MS;
    const young = await stage.charge();
    await stage.pipe();
    await stage.seal();
    expect(requestsIn(await stage.exported())).toEqual([old, young]);
    stage.wallet.now += 60 * DAY_MS - 60_000 - 1;
    const lines = await stage.exported();
    expect(requestsIn(lines)).toEqual([young]);
    expect(await stage.verify(lines)).toMatchObject({ trees: 1, faults: [] });
  });
});

describe('receipts that were lost on their way', () => {
  test('are completed from the records, once', async () => {
    const [sealed, lost, waiting] = [await stage.charge(), await stage.charge(), await stage.charge()];
    const changes = await stage.changes();
    const isOf = (requestId: string) => changes.filter(({ dynamodb }) => dynamodb?.Keys?.['sk']?.S === requestId);
    await stage.pipe(isOf(sealed));
    await stage.seal();
    await stage.pipe(isOf(waiting));
    expect(await completeReceipts(stage.engine, ACCOUNT)).toBe(1);
    expect(await completeReceipts(stage.engine, ACCOUNT)).toBe(0);
    // What was thought to be lost comes after all.
    await stage.pipe(isOf(lost));
    await stage.seal();
    expect(await completeReceipts(stage.engine, ACCOUNT)).toBe(0);
    const lines = await stage.exported();
    expect(requestsIn(lines).sort()).toEqual([sealed, lost, waiting].sort());
    expect(await stage.verify(lines)).toMatchObject({ receipts: 3, faults: [] });
  });

  test('are completed for a late settle as the pipeline would have made them', async () => {
    const hold = await stage.wallet.reserve(CENT);
    await stage.wallet.expire();
    await stage.pipe();
    await stage.seal();
    await stage.wallet.settle(hold, CENT);
    expect(await completeReceipts(stage.engine, ACCOUNT)).toBe(1);
    await stage.pipe();
    expect(await stage.seal()).toMatchObject({ receipts: 1 });
    expect(await proven(hold.requestId)).toMatchObject({ status: 'completed' });
  });

  test('are looked for from a moment on', async () => {
    await stage.charge();
    stage.wallet.now += HOUR_MS;
    await stage.charge();
    expect(await completeReceipts(stage.engine, ACCOUNT, stage.wallet.now)).toBe(1);
  });
});
