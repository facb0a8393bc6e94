import type { Receipt } from '../../../lambdas/contracts/storage/receipt';
import { completeReceipts } from '../../../lambdas/domain/receipts/complete-receipts';
import { receiptOf, receiptText } from '../../../lambdas/domain/receipts/receipt';
import { ACCOUNT } from '../wallet/wallet-stage';
import { CENT, OTHER_ACCOUNT, ReceiptStage, requestsIn } from './receipt-stage';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

let stage: ReceiptStage;
beforeEach(async () => {
  stage = await ReceiptStage.funded();
});

const find = async (requestId: string) => stage.receipts.find(await stage.record(requestId));

/** Fails unless the request has a receipt whose proof verifies. @returns the receipt */
async function provenReceipt(requestId: string): Promise<Receipt> {
  const proof = await find(requestId);
  if (proof === undefined) throw new Error('there is no receipt');
  expect(await stage.verify([JSON.stringify(proof)])).toMatchObject({ receipts: 1, faults: [] });
  return proof.receipt;
}

describe('a receipt', () => {
  test('a receipt contains the charge and its reasons, and no content', async () => {
    const requestId = await stage.charge();
    const record = await stage.record(requestId);
    expect(receiptText(receiptOf(record))).toBe(
      `{"version":1,"requestId":"${requestId}","at":"2026-11-20T10:00:00.000Z","model":"gpt-4.1",` +
        '"status":"completed","usage":{"input":"10","output":"20"},"estimated":false,' +
        '"priceVersion":"2026-11-01","costPico":"10000000000"}',
    );
  });

  test('a receipt has one canonical text, whatever the order of its members', async () => {
    const receipt = receiptOf(await stage.record(await stage.charge()));
    const usage = Object.fromEntries(Object.entries(receipt.usage).reverse());
    const reversed = Object.fromEntries(Object.entries({ ...receipt, usage }).reverse()) as Receipt;
    expect(receiptText(reversed)).toBe(receiptText(receipt));
  });

  test('a receipt is available with its proof once it is sealed, and not earlier', async () => {
    const requestId = await stage.charge();
    expect(await find(requestId)).toBeUndefined();
    await stage.pipe();
    expect(await find(requestId)).toBeUndefined();
    await stage.seal();
    expect(await provenReceipt(requestId)).toMatchObject({ requestId, costPico: CENT.toString() });
  });

  test('a receipt is found among those of other minutes and accounts', async () => {
    const requests: string[] = [];
    for (let minute = 0; minute < 5; minute += 1) {
      requests.push(await stage.charge(), await stage.charge());
      await stage.charge(OTHER_ACCOUNT);
      await stage.pipe();
      await stage.seal();
    }
    for (const requestId of requests) expect(await provenReceipt(requestId)).toMatchObject({ requestId });
  });

  test('a receipt that was sealed a day late is found', async () => {
    const [early, late] = [await stage.charge(), await stage.charge()];
    const changes = await stage.changes();
    const isOf = (requestId: string) => changes.filter(({ dynamodb }) => dynamodb?.Keys?.['sk']?.S === requestId);
    await stage.pipe(isOf(early));
    await stage.seal();
    stage.wallet.now += DAY_MS;
    await stage.pipe(isOf(late));
    await stage.seal();
    for (const requestId of [early, late]) expect(await provenReceipt(requestId)).toMatchObject({ requestId });
  });

  test('a receipt is available for exactly as long as its usage record', async () => {
    const requestId = await stage.charge();
    await stage.pipe();
    await stage.seal();
    const record = await stage.record(requestId);
    stage.wallet.now = Date.parse(record.at) + 90 * DAY_MS - 1_000;
    expect(await provenReceipt(requestId)).toMatchObject({ requestId });
    stage.wallet.now += 1_000;
    expect(await stage.wallet.usage.get(ACCOUNT, requestId)).toBeUndefined();
    stage.wallet.now += 2 * 60_000;
    expect(await stage.receipts.find(record)).toBeUndefined();
  });

  test('a receipt of an altered usage record does not verify', async () => {
    const requestId = await stage.charge();
    await stage.pipe();
    await stage.seal();
    const proof = await stage.receipts.find({ ...(await stage.record(requestId)), costPico: CENT - 1n });
    const { faults } = await stage.verify([JSON.stringify(proof)]);
    expect(faults).toEqual([`line 1: receipt ${requestId}: it was changed, or does not belong to its tree`]);
  });
});

describe('a request that was settled after it had expired', () => {
  const settleLate = async ({ sealedBetween }: { sealedBetween: boolean }): Promise<string> => {
    const hold = await stage.wallet.reserve(CENT);
    await stage.wallet.expire();
    if (sealedBetween) {
      await stage.pipe();
      await stage.seal();
      expect(await provenReceipt(hold.requestId)).toMatchObject({ status: 'expired', costPico: '0' });
    }
    await stage.wallet.settle(hold, CENT);
    return hold.requestId;
  };

  test.each([true, false])(
    'a late settle gives a second receipt that names the first (sealed between: %s)',
    async (sealedBetween) => {
      const requestId = await settleLate({ sealedBetween });
      // The first receipt does not match the charge, so there is none until the second is sealed.
      expect(await find(requestId)).toBeUndefined();
      await stage.pipe();
      await stage.seal();
      const supersedes = expect.stringMatching(/^[0-9a-f]{64}$/) as string;
      expect(await provenReceipt(requestId)).toMatchObject({
        status: 'completed',
        costPico: CENT.toString(),
        supersedes,
      });
      const lines = await stage.exportLines();
      expect(requestsIn(lines)).toEqual([requestId, requestId]);
      expect(await stage.verify(lines)).toMatchObject({ receipts: 2, faults: [] });
    },
  );
});

describe('an export', () => {
  test('an export starts after the last tree with an expired record', async () => {
    const old = await stage.charge();
    await stage.pipe();
    await stage.seal();
    stage.wallet.now += 30 * DAY_MS;
    const young = await stage.charge();
    await stage.pipe();
    await stage.seal();
    expect(requestsIn(await stage.exportLines())).toEqual([old, young]);
    stage.wallet.now += 60 * DAY_MS - 60_000 - 1;
    const lines = await stage.exportLines();
    expect(requestsIn(lines)).toEqual([young]);
    expect(await stage.verify(lines)).toMatchObject({ trees: 1, faults: [] });
  });
});

describe('receipts that were lost in transit', () => {
  test('lost receipts are completed from the usage records, once', async () => {
    const [sealed, lost, waiting] = [await stage.charge(), await stage.charge(), await stage.charge()];
    const changes = await stage.changes();
    const isOf = (requestId: string) => changes.filter(({ dynamodb }) => dynamodb?.Keys?.['sk']?.S === requestId);
    await stage.pipe(isOf(sealed));
    await stage.seal();
    await stage.pipe(isOf(waiting));
    expect(await completeReceipts(stage.engine, ACCOUNT)).toEqual({ opened: 1, unreadable: [] });
    expect(await completeReceipts(stage.engine, ACCOUNT)).toEqual({ opened: 0, unreadable: [] });
    // The change that seemed lost arrives after all.
    await stage.pipe(isOf(lost));
    await stage.seal();
    expect(await completeReceipts(stage.engine, ACCOUNT)).toEqual({ opened: 0, unreadable: [] });
    const lines = await stage.exportLines();
    expect(requestsIn(lines).sort()).toEqual([sealed, lost, waiting].sort());
    expect(await stage.verify(lines)).toMatchObject({ receipts: 3, faults: [] });
  });

  test('the lost receipt of a late settle is completed as the pipeline would have made it', async () => {
    const hold = await stage.wallet.reserve(CENT);
    await stage.wallet.expire();
    await stage.pipe();
    await stage.seal();
    await stage.wallet.settle(hold, CENT);
    expect(await completeReceipts(stage.engine, ACCOUNT)).toEqual({ opened: 1, unreadable: [] });
    await stage.pipe();
    expect(await stage.seal()).toMatchObject({ receipts: 1 });
    expect(await provenReceipt(hold.requestId)).toMatchObject({ status: 'completed' });
  });

  test('only lost receipts are completed when a request that began earlier was sealed later', async () => {
    const slow = await stage.wallet.reserve(CENT);
    const lost: string[] = [];
    for (let minute = 0; minute < 12; minute += 1) {
      stage.wallet.now += MINUTE_MS;
      const requestId = await stage.charge();
      if (minute === 9) await stage.wallet.settle(slow, CENT);
      if (minute % 4 === 0) {
        await stage.changes();
        lost.push(requestId);
      }
      await stage.pipe();
      await stage.seal();
    }
    expect(await completeReceipts(stage.engine, ACCOUNT)).toMatchObject({ opened: lost.length });
    await stage.seal();
    const lines = await stage.exportLines();
    expect(new Set(requestsIn(lines)).size).toBe(requestsIn(lines).length);
    expect(requestsIn(lines)).toEqual(expect.arrayContaining(lost));
    expect(await stage.verify(lines)).toMatchObject({ faults: [] });
  });

  test('completing receipts ignores requests before the given time', async () => {
    await stage.charge();
    stage.wallet.now += HOUR_MS;
    await stage.charge();
    expect(await completeReceipts(stage.engine, ACCOUNT, stage.wallet.now)).toEqual({ opened: 1, unreadable: [] });
  });
});
