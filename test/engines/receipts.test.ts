import { KeySigner } from '../../lambdas/adapters/receipts/key-signer';
import { exportReceipts } from '../../lambdas/domain/receipts/export-receipts';
import { OpenLeaves } from '../../lambdas/domain/receipts/open-leaves';
import { readDocuments } from '../../lambdas/domain/receipts/receipt-document';
import { Receipts } from '../../lambdas/domain/receipts/receipts';
import { leafOf } from '../../lambdas/domain/receipts/leaf-of-record';
import { Sealer } from '../../lambdas/domain/receipts/sealer';
import { verifyReceipts } from '../../lambdas/domain/receipts/verify-receipts';
import { readPublicKeys } from '../../lambdas/domain/receipts/verify-signature';
import { absent } from '../../lambdas/domain/table/condition';
import type { TableStore } from '../../lambdas/domain/table/table-store';
import { putUsageRecord } from '../../lambdas/domain/usage/records/usage-records';
import type { UsageRecord } from '../../lambdas/contracts/storage/usage-record';
import { ACCOUNT, outcomeOf, USAGE_RETENTION_DAYS as retentionDays, WalletStage } from '../domain/wallet/wallet-stage';
import { describeDurableEngines, type Engine } from './table-store-engines';

const MINUTE_MS = 60_000;
const SEALERS = 4;

/** Runs the sealer on each real store. test/domain/receipts tests its rules. */
describeDurableEngines('receipts on', (engine) => {
  let running: Awaited<ReturnType<Engine['start']>>;
  let stage: WalletStage;
  let now = Date.now();
  const clock = () => now;

  beforeEach(async () => {
    running = await engine.start(clock);
    stage = new WalletStage(running.store);
    stage.now = now;
  });

  afterEach(() => running.stop());

  /** Writes usage records of ended requests and opens their leaves like the pipeline. */
  async function endRequests(count: number): Promise<UsageRecord[]> {
    await stage.fund(1_000n);
    const records: UsageRecord[] = [];
    for (let request = 0; request < count; request += 1) {
      const hold = await stage.reserve(1n);
      records.push({ ...outcomeOf(hold), costPico: 1n, overrunPico: 0n });
    }
    for (const record of records) await running.store.write(putUsageRecord(record, retentionDays, absent()));
    const leaves = records.map(leafOf);
    await new OpenLeaves(running).put(
      leaves.map(({ requestId }) => requestId),
      leaves,
    );
    return records;
  }

  async function expectVerified(store: TableStore, records: readonly UsageRecord[]): Promise<void> {
    const receipts = new Receipts({ store, clock });
    const keys = readPublicKeys((await receipts.keys()).map(({ pem }) => pem).join(''));
    const exported = await exportReceipts({ store, clock, retentionDays }, ACCOUNT);
    const lines = exported.flatMap(({ line, receipts: found }) => [line, ...found.map((receipt) => ({ receipt }))]);
    const text = lines.map((line) => JSON.stringify(line)).join('\n');
    expect(verifyReceipts(readDocuments(text), keys)).toMatchObject({ receipts: records.length, faults: [] });
    for (const record of records) {
      const proof = JSON.stringify(await receipts.find(record));
      expect(verifyReceipts(readDocuments(proof), keys)).toMatchObject({ receipts: 1, faults: [] });
    }
  }

  test('concurrent sealers commit each seal once, and every receipt is sealed once', async () => {
    const signer = new KeySigner(KeySigner.generateKey());
    const { store } = running;
    const records: UsageRecord[] = [];
    let seals = 0;
    for (let minute = 0; minute < 3; minute += 1) {
      records.push(...(await endRequests(10)));
      now += MINUTE_MS;
      const runs = Array.from({ length: SEALERS }, () => new Sealer({ store, signer, clock, retentionDays }).run());
      const outcomes = await Promise.allSettled(runs);
      // A run can fail because its transaction conflicts with another one. The next run continues.
      seals += outcomes.reduce((sum, run) => sum + (run.status === 'fulfilled' ? run.value.seals : 0), 0);
    }
    await new Sealer({ store, signer, clock, retentionDays }).run();
    expect(seals).toBe(3);
    await expectVerified(store, records);
  });
});
