import { setTimeout as delay } from 'node:timers/promises';
import { ORIGIN_SECRET_HEADER } from '../../lambdas/contracts/deployment/edge';
import { receiptProofSchema } from '../../lambdas/contracts/storage/receipt';
import type { UsageRecord } from '../../lambdas/contracts/storage/usage-record';
import { readDocuments } from '../../lambdas/domain/receipts/receipt-document';
import { verifyReceipts } from '../../lambdas/domain/receipts/verify-receipts';
import { readPublicKeys } from '../../lambdas/domain/receipts/verify-signature';
import { until } from '../e2e/until';
import { dataPlaneOf, type Stage } from './stage';

/** The batch window, the minute to the next seal, and the emulator's delays. */
const RECEIPT_TIMEOUT_MS = 300_000;
const RECEIPT_POLL_MS = 500;

/** Tests the stream, its function, the schedule and the key together, which no other test does. */
export function testReceipts(stage: () => Stage, newestRecord: () => Promise<UsageRecord>): void {
  const ask = async (path: string): Promise<{ status: number; text: string }> => {
    const { account, originSecret } = stage();
    const headers = { authorization: `Bearer ${account.apiKey}`, [ORIGIN_SECRET_HEADER]: originSecret };
    const answer = await fetch(`${dataPlaneOf(stage())}${path}`, { headers });
    return { status: answer.status, text: await answer.text() };
  };

  test('a paid request has a receipt within minutes, which the published key verifies and a change invalidates', async () => {
    const { requestId, costPico: cost } = await newestRecord();
    const costPico = cost.toString();
    const sealed = async (): Promise<string | false> => {
      const { status, text } = await ask(`/v1/requests/${requestId}/receipt`);
      if (status === 200) return text;
      expect([status, text]).toEqual([202, expect.stringContaining('"pending"')]);
      await delay(RECEIPT_POLL_MS);
      return false;
    };
    const proof = await until('the receipt', sealed, RECEIPT_TIMEOUT_MS);
    const published = JSON.parse((await ask('/v1/receipts/keys')).text) as { keys: { pem: string }[] };
    const keys = readPublicKeys(published.keys.map(({ pem }) => pem).join('\n'));
    expect(receiptProofSchema.parse(JSON.parse(proof)).receipt).toMatchObject({
      requestId,
      costPico,
    });
    expect(verifyReceipts(readDocuments(proof), keys)).toMatchObject({ receipts: 1, faults: [] });
    const changed = proof.replace(`"costPico":"${costPico}"`, '"costPico":"1"');
    expect(verifyReceipts(readDocuments(changed), keys).faults).not.toEqual([]);
  });
}
