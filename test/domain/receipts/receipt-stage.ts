import { runPipelines } from '../../../lambdas/adapters/stream/stream-pipeline';
import type { RunRules } from '../../../lambdas/adapters/stream/stream-rules';
import type { DynamoDBBatchResponse, DynamoDBRecord } from 'aws-lambda';
import { EmbeddedStore } from '../../../lambdas/adapters/embedded/embedded-store';
import { KeySigner } from '../../../lambdas/adapters/receipts/key-signer';
import { StdoutLog } from '../../../lambdas/adapters/stdout-log';
import type { UsageRecord } from '../../../lambdas/contracts/storage/usage-record';
import { exportReceipts } from '../../../lambdas/domain/receipts/export-receipts';
import { OpenLeaves } from '../../../lambdas/domain/receipts/open-leaves';
import { readDocuments } from '../../../lambdas/domain/receipts/receipt-document';
import { Receipts } from '../../../lambdas/domain/receipts/receipts';
import { Sealer, type SealRun } from '../../../lambdas/domain/receipts/sealer';
import { type PublicKeys, readPublicKeys } from '../../../lambdas/domain/receipts/verify-signature';
import { type Verification, verifyReceipts } from '../../../lambdas/domain/receipts/verify-receipts';
import type { TableStore } from '../../../lambdas/domain/table/table-store';
import { absent } from '../../../lambdas/domain/table/condition';
import { ParkedChanges } from '../../../lambdas/domain/usage/parked/parked-changes';
import { putUsageRecord } from '../../../lambdas/domain/usage/records/usage-records';
import { receipts } from '../../../lambdas/handlers/receipts/receipts';
import { ACCOUNT, outcomeOf, USAGE_RETENTION_DAYS, WalletStage } from '../wallet/wallet-stage';

export const OTHER_ACCOUNT = 'acc_01JD0000000000000000000001';
export const CENT = 10_000_000_000n;
const CREDIT = 1_000_000n * CENT;
const MINUTE_MS = 60_000;

const REQUEST = {
  keyId: '01JD0000000000000000000001',
  endpoint: 'chat' as const,
  model: 'gpt-4.1',
  provider: 'openai',
  streamed: true,
  at: '',
  priceVersion: '2026-11-01',
};
const KEY = KeySigner.generateKey();

/** A wallet, and the pipeline that turns its charges into receipts. */
export class ReceiptStage {
  readonly engine: EmbeddedStore;
  readonly wallet: WalletStage;
  readonly receipts: Receipts;
  readonly log: string[] = [];
  readonly signer = new KeySigner(KEY);
  #changes: DynamoDBRecord[] = [];

  constructor() {
    this.engine = EmbeddedStore.memory({ clock: this.clock });
    this.wallet = new WalletStage(this.engine);
    this.receipts = new Receipts({ store: this.engine, clock: this.clock });
    this.engine.onChange((records) => this.#changes.push(...records));
  }

  readonly clock = (): number => this.wallet.now;

  /** A stage with two funded accounts and no pending changes. */
  static async funded(): Promise<ReceiptStage> {
    const stage = new ReceiptStage();
    await stage.fund(ACCOUNT, OTHER_ACCOUNT);
    await stage.changes();
    return stage;
  }

  async fund(...accountIds: readonly string[]): Promise<void> {
    for (const accountId of accountIds) await this.wallet.fund(CREDIT, accountId);
  }

  /** Reserves and settles a request. @returns its ID */
  async charge(accountId = ACCOUNT, costPico = CENT): Promise<string> {
    const hold = await this.wallet.reserve(costPico, this.wallet.nextRequestId(), accountId);
    await this.wallet.settle(hold, costPico);
    return hold.requestId;
  }

  /** Writes usage records of requests that have just ended, without charging the wallet. @returns their IDs */
  async endRequests(count: number, accountId = ACCOUNT): Promise<string[]> {
    const requestIds: string[] = [];
    for (let request = 0; request < count; request += 1) {
      const hold = { accountId, requestId: this.wallet.nextRequestId(), heldPico: CENT, deadline: 0, request: REQUEST };
      const record = { ...outcomeOf(hold), at: new Date(this.wallet.now).toISOString(), costPico: CENT };
      await this.engine.write(putUsageRecord({ ...record, overrunPico: 0n }, USAGE_RETENTION_DAYS, absent()));
      requestIds.push(hold.requestId);
    }
    return requestIds;
  }

  /** @returns the changes since the last call, as the table's stream would deliver them */
  async changes(): Promise<DynamoDBRecord[]> {
    await Promise.resolve();
    const changes = this.#changes.filter(({ eventSourceARN = '' }) => eventSourceARN.includes('table/usage/'));
    this.#changes = [];
    return changes;
  }

  /** @param runRules how a host runs the rules. @default as a function does */
  async pipe(
    records?: readonly DynamoDBRecord[],
    store: TableStore = this.engine,
    runRules: RunRules = runPipelines,
  ): Promise<DynamoDBBatchResponse> {
    const log = new StdoutLog((line) => void this.log.push(line));
    const Records = [...(records ?? (await this.changes()))];
    const parked = new ParkedChanges({ store, clock: this.clock });
    return receipts({ openLeaves: new OpenLeaves({ store }), parked, runRules, log })({ Records });
  }

  /** Creates a sealer without any cached state, like a new process. */
  sealer(store: TableStore = this.engine): Sealer {
    return new Sealer({ store, signer: this.signer, clock: this.clock, retentionDays: USAGE_RETENTION_DAYS });
  }

  /** Advances the clock by a minute and runs a new sealer. */
  seal(store?: TableStore): Promise<SealRun> {
    this.wallet.now += MINUTE_MS;
    return this.sealer(store).run();
  }

  async keys(): Promise<PublicKeys> {
    return readPublicKeys((await this.receipts.keys()).map(({ pem }) => pem).join(''));
  }

  /** The lines of an account's export. */
  async exportLines(accountId = ACCOUNT): Promise<string[]> {
    const options = { store: this.engine, clock: this.clock, retentionDays: USAGE_RETENTION_DAYS };
    const trees = await exportReceipts(options, accountId);
    return trees.flatMap(({ line, receipts: found }) => [
      JSON.stringify(line),
      ...found.map((receipt) => JSON.stringify({ receipt })),
    ]);
  }

  async verify(lines: readonly string[]): Promise<Verification> {
    return verifyReceipts(readDocuments(lines.join('\n')), await this.keys());
  }

  async openBatches(): Promise<number> {
    let batches = 0;
    for await (const { key } of new OpenLeaves({ store: this.engine }).batches()) if (key.sk !== '') batches += 1;
    return batches;
  }

  async record(requestId: string, accountId = ACCOUNT): Promise<UsageRecord> {
    const record = await this.wallet.usage.get(accountId, requestId);
    if (record === undefined) throw new Error('there is no record');
    return record;
  }
}

/** The request IDs of the receipts in an export, in order. */
export const requestsIn = (lines: readonly string[]): string[] =>
  lines.flatMap((line) => {
    const { receipt } = JSON.parse(line) as { receipt?: { requestId: string } };
    return receipt === undefined ? [] : [receipt.requestId];
  });
