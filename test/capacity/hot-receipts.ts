import { createHash } from 'node:crypto';
import { encodeTime } from 'ulid';
import { EmbeddedStore } from '../../lambdas/adapters/embedded/embedded-store';
import { KeySigner } from '../../lambdas/adapters/receipts/key-signer';
import { MINUTE_MS } from '../../lambdas/domain/clock';
import type { OpenLeaf } from '../../lambdas/domain/receipts/open-leaves';
import { OpenLeaves } from '../../lambdas/domain/receipts/open-leaves';
import { SealedTrees } from '../../lambdas/domain/receipts/sealed-trees';
import { Sealer, type SealRun } from '../../lambdas/domain/receipts/sealer';
import { ACCOUNT } from '../domain/wallet/wallet-stage';
import { Random } from '../simulation/random';
import { LimitedStore } from './limited-store';
import { VirtualTime } from './virtual-time';

/** How many leaves the stream hands over at a time. */
const BATCH_LEAVES = 1_000;
const STARTS_AT = Date.parse('2026-11-20T10:00:00.000Z');

export interface HotReceiptsLoad {
  readonly seed: number;
  readonly requestsPerSecond: number;
  readonly minutes: number;
}

/** The results of sealing the receipts of a load on one account. */
export interface HotReceiptsReport {
  readonly requests: number;
  readonly requestsPerMinute: number;
  /** Leaves of the sealed trees. */
  readonly sealed: number;
  /** The number of calls that a partition throttled. */
  readonly throttled: number;
  readonly minutes: readonly (SealRun & { readonly tookMs: number })[];
}

/** Seals the receipts of a load on one account, against the embedded engine with DynamoDB's limits, in virtual time. */
export class HotReceipts {
  readonly #load: HotReceiptsLoad;
  readonly #random: Random;
  readonly #time = new VirtualTime(STARTS_AT);
  readonly #engine = EmbeddedStore.memory({ clock: this.#time.clock });
  readonly #store: LimitedStore;
  readonly #signer = new KeySigner(KeySigner.generateKey());
  #requests = 0;

  constructor(load: HotReceiptsLoad) {
    this.#load = load;
    this.#random = new Random(load.seed);
    this.#store = new LimitedStore(this.#engine, this.#time, () => this.#random.fraction());
  }

  async play(): Promise<HotReceiptsReport> {
    const requestsPerMinute = 60 * this.#load.requestsPerSecond;
    const minutes: HotReceiptsReport['minutes'][number][] = [];
    for (let minute = 1; minute <= this.#load.minutes; minute += 1) {
      this.#time.now = STARTS_AT + minute * MINUTE_MS;
      await this.#openMinute(requestsPerMinute);
      minutes.push(await this.#seal());
    }
    let sealed = 0;
    for await (const { header } of new SealedTrees({ store: this.#engine }).oldestFirst(ACCOUNT)) sealed += header.size;
    const { throttled } = this.#store.limits;
    return { requests: this.#requests, requestsPerMinute, sealed, throttled, minutes };
  }

  /** Writes the leaves of the minute that has just ended, as the pipeline does. */
  async #openMinute(requests: number): Promise<void> {
    for (let batch = 0; batch < requests; batch += BATCH_LEAVES) {
      const endedAt = this.#time.now - MINUTE_MS + (batch / requests) * MINUTE_MS;
      const leaves = Array.from({ length: Math.min(BATCH_LEAVES, requests - batch) }, (): OpenLeaf => {
        this.#requests += 1;
        const requestId = `req_${encodeTime(Math.floor(endedAt))}${String(this.#requests).padStart(16, '0')}`;
        return { accountId: ACCOUNT, requestId, endedAt, hash: createHash('sha256').update(requestId).digest() };
      });
      await new OpenLeaves({ store: this.#engine }).put([String(this.#requests)], leaves);
    }
  }

  async #seal(): Promise<SealRun & { readonly tookMs: number }> {
    const startedAt = this.#time.now;
    const sealer = new Sealer({
      store: this.#store,
      signer: this.#signer,
      clock: this.#time.clock,
      retentionDays: 90,
      sleep: (milliseconds) => this.#time.sleep(milliseconds),
      random: () => this.#random.fraction(),
    });
    const running = sealer.run();
    await this.#time.run();
    return { ...(await running), tookMs: this.#time.now - startedAt };
  }
}
