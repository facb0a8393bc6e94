import { randomUUID } from 'node:crypto';
import type { DataFolder } from '../dev/local/folder/data-folder';
import { demoAccount, DEV_FILE } from '../dev/local/gateway/demo-account';
import type { LocalServices } from '../dev/local/gateway/local-services';
import { KeySigner } from '../lambdas/adapters/receipts/key-signer';
import type { UsageRecord } from '../lambdas/contracts/storage/usage-record';
import { MINUTE_MS, SECOND_MS } from '../lambdas/domain/clock';
import { parseUsd } from '../lambdas/domain/money/pico';
import { leafOf } from '../lambdas/domain/receipts/leaf-of-record';
import { OpenLeaves } from '../lambdas/domain/receipts/open-leaves';
import { Sealer } from '../lambdas/domain/receipts/sealer';
import { TRANSACTION_WRITES_MAX } from '../lambdas/domain/table/table-store';
import { changeBalance } from '../lambdas/domain/wallet/balance/balance';
import { type Caller, endOf, finishedRequest, writesOf } from './finished-requests';
import { withFolder } from './open-folder';

const CREDIT_USD = '10000';
const MODEL = 'gpt-4o-mini';
/** Each request takes two writes, and the last write of a transaction changes the balance. */
const TRANSACTION_REQUESTS = Math.floor((TRANSACTION_WRITES_MAX - 1) / 2);
/** As often as a local gateway seals. */
const SEAL_EVERY_MS = 5 * SECOND_MS;
/** A quiet account's seals contain a few receipts each. Larger ones keep the fill fast. */
const SEAL_REQUESTS_MIN = 250;
/** A receipt that is sealed an hour after its request takes another item. */
const SEAL_SPAN_MS_MAX = 30 * MINUTE_MS;

/** Requests that were admitted at equal intervals. The times are epoch milliseconds. */
export interface Period {
  readonly requests: number;
  readonly from: number;
  readonly to: number;
}

/** The result of a fill. Everything that it stores expires as usage records do, except for the ledger entries. */
export interface Filled {
  readonly requests: number;
  readonly trees: number;
  readonly seals: number;
}

/**
 * Stores finished requests of the demo account as the gateway would have left them: ledger entries, usage records, the
 * balance, and receipts under signed seals. The ledger and the receipts verify afterwards.
 * @param period not before an earlier one of the same folder, because seals are in the order of time
 * @param onProgress is called with the number of requests stored so far
 */
export function fillFolder(
  path: string,
  period: Period,
  onProgress: (requests: number) => void = () => undefined,
): Promise<Filled> {
  return withFolder(path, async (services, folder) => {
    const fill = new Fill(services, await prepare(services, folder));
    await fill.add(period, onProgress);
    return fill.filled;
  });
}

/** Creates the demo account if there is none, and gives it the money that the requests cost. */
async function prepare(services: LocalServices, folder: DataFolder): Promise<Caller> {
  const account = await demoAccount(folder, services);
  // The next start of the gateway then keeps the key, so that a client need not wait for a new one.
  folder.writeIfAbsent(DEV_FILE, JSON.stringify(account));
  const { accountId } = account;
  const payment = { accountId, amountPico: parseUsd(CREDIT_USD), paymentId: `bench_${randomUUID()}` };
  await services.wallet.credit(payment);
  const keyId = (await services.keys.list(accountId)).at(-1)?.keyId;
  const model = services.compiled.providers['openai']?.find(({ id }) => id === MODEL);
  if (keyId === undefined || model === undefined) throw new Error('the demo account has no key, or the model no price');
  return { accountId, keyId, model };
}

class Fill {
  private readonly services: LocalServices;
  private readonly caller: Caller;
  private readonly leaves: OpenLeaves;
  private readonly sealer: Sealer;
  /** The time of the next seal. */
  private now = 0;
  private requests = 0;
  private trees = 0;
  private seals = 0;

  constructor(services: LocalServices, caller: Caller) {
    const { store, usageRetentionDays: retentionDays } = services;
    this.services = services;
    this.caller = caller;
    this.leaves = new OpenLeaves(services);
    // The gateway signs with a key of its own, as if this one had been replaced.
    const signer = new KeySigner(KeySigner.generateKey());
    this.sealer = new Sealer({ store, clock: () => this.now, signer, retentionDays });
  }

  get filled(): Filled {
    return { requests: this.requests, trees: this.trees, seals: this.seals };
  }

  async add({ requests, from, to }: Period, onProgress: (requests: number) => void): Promise<void> {
    const perSeal = requestsPerSeal(requests / (to - from));
    for (let first = 0; first < requests; first += perSeal) {
      const records = Array.from({ length: Math.min(perSeal, requests - first) }, (_, offset) => {
        const at = from + Math.floor(((first + offset) * (to - from)) / requests);
        return finishedRequest(this.caller, at, first + offset);
      });
      await this.store(records);
      await this.seal(records);
      this.requests += records.length;
      onProgress(this.requests);
    }
  }

  private async store(records: readonly UsageRecord[]): Promise<void> {
    const { store, usageRetentionDays } = this.services;
    const { accountId } = this.caller;
    const transactions: Promise<void>[] = [];
    for (let first = 0; first < records.length; first += TRANSACTION_REQUESTS) {
      const part = records.slice(first, first + TRANSACTION_REQUESTS);
      const costPico = part.reduce((sum, record) => sum + record.costPico, 0n);
      const charge = changeBalance({ accountId }, { availablePico: -costPico, spentPico: costPico });
      const writes = part.flatMap((record) => writesOf(record, usageRetentionDays));
      transactions.push(store.transact([...writes, charge]));
    }
    await Promise.all(transactions);
  }

  private async seal(records: readonly UsageRecord[]): Promise<void> {
    const last = records.at(-1);
    if (last === undefined) return;
    this.now = endOf(last);
    await this.leaves.put(
      records.map(({ requestId }) => requestId),
      records.map(leafOf),
    );
    const { trees, seals } = await this.sealer.run();
    this.trees += trees;
    this.seals += seals;
  }
}

function requestsPerSeal(requestsPerMs: number): number {
  const requestsMax = Math.ceil(requestsPerMs * SEAL_SPAN_MS_MAX);
  return Math.max(Math.min(SEAL_REQUESTS_MIN, requestsMax), Math.ceil(requestsPerMs * SEAL_EVERY_MS));
}
