import { KeySigner } from '../../../lambdas/adapters/receipts/key-signer';
import { errorName, type Log } from '../../../lambdas/domain/log';
import { completeReceipts } from '../../../lambdas/domain/receipts/complete-receipts';
import { OpenLeaves } from '../../../lambdas/domain/receipts/open-leaves';
import { Sealer as ReceiptSealer } from '../../../lambdas/domain/receipts/sealer';
import { Seals } from '../../../lambdas/domain/receipts/seals';
import { ParkedChanges } from '../../../lambdas/domain/usage/parked/parked-changes';
import { receipts } from '../../../lambdas/handlers/receipts/receipts';
import { seal } from '../../../lambdas/handlers/receipts/seal';
import type { DataFolder } from '../folder/data-folder';
import { backgroundStore } from './background-store';
import type { ExpiryClock } from './expiry-clock';
import type { LocalServices } from './local-services';
import { PeriodicTask } from './periodic-task';
import { runRules } from './run-rules';
import { UsageChanges } from './usage-changes';

/** The longest that a change waits to be read. */
const READ_EVERY_MS = 1_000;
const SEAL_EVERY_MS = 5_000;
/** No request runs for an hour, so one that began more than an hour before the last seal was already sealed. */
const LOOKBACK_MS = 3_600_000;
const KEY_FILE = 'receipt-key.pem';
/**
 * The fact that stores the time from which receipts may be missing, in epoch milliseconds. It is empty once they are
 * complete, and outlives a run that was stopped before that.
 */
export const MISSING_SINCE_FACT = 'receipts missing since';

type SealerServices = Pick<LocalServices, 'store' | 'clock' | 'accounts' | 'usageRetentionDays'> & {
  readonly expiry: ExpiryClock;
};

/** Seals the receipts of finished requests every few seconds, with the code of the two functions that do so in AWS. */
export class Sealer {
  private readonly services: SealerServices;
  private readonly log: Log;
  private readonly handleChanges: ReturnType<typeof receipts>;
  private readonly seal: ReturnType<typeof seal>;
  /** Changes without a leaf so far. They are lost with the process, and the next start recovers them. */
  private readonly changes = new UsageChanges();
  private readonly reading = new PeriodicTask(READ_EVERY_MS, () => this.read());
  private readonly sealing = new PeriodicTask(SEAL_EVERY_MS, () => this.sealAll());
  private readonly stopped = new AbortController();
  private completion: Promise<void> = Promise.resolve();
  private removeBefore = 0;

  constructor(folder: DataFolder, services: SealerServices, log: Log) {
    const { clock, usageRetentionDays: retentionDays } = services;
    // An account's next tree must follow its last one, even if a wrong clock makes that one look expired.
    const store = backgroundStore(services.store, { asOf: () => this.removeBefore });
    this.services = services;
    this.log = log;
    this.handleChanges = receipts({
      openLeaves: new OpenLeaves({ store }),
      parked: new ParkedChanges({ store, clock }),
      runRules,
      log,
    });
    const sealer = new ReceiptSealer({ store, clock, signer: openSigner(folder), retentionDays });
    this.seal = seal({ sealer, log });
  }

  /** Seals from now on, and in the background opens the leaves that an earlier run left out. */
  async start(): Promise<void> {
    this.changes.follow(this.services.store, () => this.reading.hasten());
    const last = await new Seals(this.services).last();
    const sealedAt = last.number === 0 ? 0 : Date.parse(last.minute);
    // The clock was wrong when the last seal was made, so nobody knows when that was.
    const isAhead = sealedAt > this.services.clock();
    const since = Math.min(isAhead ? 0 : Math.max(0, sealedAt - LOOKBACK_MS), this.missingSince());
    await this.services.store.putFact(MISSING_SINCE_FACT, String(since));
    this.completion = this.complete(since);
    this.reading.start();
    this.sealing.start();
  }

  /** Stops after one last run, which seals the requests that have finished. */
  async stop(): Promise<void> {
    this.stopped.abort();
    await Promise.all([this.completion, this.reading.stop(), this.sealing.stop()]);
    if (await this.read()) await this.sealAll();
  }

  /** Since when an earlier run left receipts out; infinity if it completed them. */
  private missingSince(): number {
    const fact = this.services.store.fact(MISSING_SINCE_FACT) ?? '';
    return fact === '' ? Infinity : Number(fact);
  }

  private async complete(since: number): Promise<void> {
    const store = backgroundStore(this.services.store, { signal: this.stopped.signal });
    try {
      for await (const accountId of this.services.accounts.list()) await completeReceipts(store, accountId, since);
      await this.services.store.putFact(MISSING_SINCE_FACT, '');
    } catch (error) {
      // The next start completes what a stop interrupted.
      if (!this.stopped.signal.aborted) this.logFailure(error);
    }
  }

  private read(): Promise<boolean> {
    return this.changes.deliver(this.handleChanges);
  }

  private async sealAll(): Promise<void> {
    try {
      this.removeBefore = (await this.services.expiry.read()).removeBefore;
      await this.seal();
    } catch (error) {
      this.logFailure(error);
    }
  }

  private logFailure(error: unknown): void {
    this.log.error('SEAL_FAILED', { cause: errorName(error) });
  }
}

/** Creates the key at the first start. If it is lost, old receipts still verify with the published public key. */
export function openSigner(folder: DataFolder): KeySigner {
  folder.writeIfAbsent(KEY_FILE, KeySigner.generateKey());
  return new KeySigner(folder.read(KEY_FILE) ?? '');
}
