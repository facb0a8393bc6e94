import type { Seal } from '../../contracts/storage/receipt';
import type { Clock } from '../clock';
import type { Put, TableStore } from '../table/table-store';
import type { Key } from '../table/value';
import { expiryAfter } from '../usage/records/usage-records';
import { type AccountTree, buildTrees, headerHash, type PositionedTree, putTree } from './account-tree';
import { SealedTrees, earliestMinute, minuteOf, type SealedTree } from './sealed-trees';
import { inParallel } from '../in-parallel';
import { putLateReceipts } from './late-receipts';
import { type Leaf, leafId } from './leaf';
import { MerkleTree } from './merkle-tree';
import { type AccountLeaves, OpenLeaves } from './open-leaves';
import { LeafFilter, unpackLeaves } from './packed-leaves';
import { RetryingStore } from './retrying-store';
import { keyIdOf, ReceiptKeys } from './receipt-keys';
import type { ReceiptSigner } from './receipt-signer';
import { sealText } from './seal';
import { type LastSeal, Seals } from './seals';

/** These limits bound the memory and the size of a seal's item. The next seal of the same run takes the remainder. */
const SEAL_LEAVES_MAX = 100_000;
const SEAL_BATCHES_MAX = 2_000;
/** After this many seals, a run leaves the remainder to the next run. */
const RUN_SEALS_MAX = 20;
const CONCURRENCY = 32;

export interface SealerOptions {
  readonly store: TableStore;
  readonly signer: ReceiptSigner;
  readonly clock: Clock;
  /** The retention of trees and seals, which equals that of usage records. */
  readonly retentionDays: number;
  /** Waits between retries. @default waits with a timer */
  readonly sleep?: (milliseconds: number) => Promise<void>;
  /** The jitter of retries, from 0 (inclusive) to 1 (exclusive). @default Math.random */
  readonly random?: () => number;
}

/** The numbers of receipts, trees and seals that a run has sealed. */
export interface SealRun {
  readonly receipts: number;
  readonly trees: number;
  readonly seals: number;
  /** Whether another run committed a seal first. That run and the next one seal the remaining leaves. */
  readonly overtaken: boolean;
}

/** A batch whose leaves go into the next seal. */
interface TakenBatch {
  readonly key: Key;
  readonly accounts: readonly AccountLeaves[];
}

/** An account's leaves by their ID, without duplicates. */
interface GatheredLeaves {
  since: number;
  readonly leaves: Map<string, Leaf>;
}

/**
 * Puts open leaves into trees and signs the root over these trees. First the trees are written. They become valid when
 * their seal is committed. Then the open leaves are removed. If a run crashes before the commit, its trees never become
 * valid. If it crashes after the commit, the next run recognises the sealed leaves and removes them.
 */
export class Sealer {
  readonly #options: SealerOptions;
  readonly #leaves: OpenLeaves;
  readonly #keys: ReceiptKeys;
  #publicKey: Promise<Uint8Array> | undefined;

  constructor(options: SealerOptions) {
    const store = new RetryingStore(options);
    this.#options = { ...options, store };
    this.#leaves = new OpenLeaves({ store });
    this.#keys = new ReceiptKeys({ ...options, store });
  }

  /** Seals all open leaves, up to the limits of a run. */
  async run(): Promise<SealRun> {
    const done = { receipts: 0, trees: 0, seals: 0, overtaken: false };
    while (done.seals < RUN_SEALS_MAX) {
      const seals = new Seals(this.#options);
      const last = await seals.last();
      const batches = await this.#openBatches(last);
      if (batches.length === 0) return done;
      const minute = laterOf(minuteOf(this.#options.clock()), last.minute);
      const trees = await this.#buildTrees(batches, minute, new SealedTrees({ ...this.#options, seals }));
      if (trees.length > 0) {
        const isCommitted = await this.#seal(trees, seals, last, batches);
        if (!isCommitted) return { ...done, overtaken: true };
        done.seals += 1;
        done.trees += trees.length;
        done.receipts += trees.reduce((sum, { header }) => sum + header.size, 0);
      }
      await inParallel(batches, CONCURRENCY, ({ key }) => this.#leaves.remove(key));
    }
    return done;
  }

  /**
   * Reads the batches that are not sealed yet. Batches under the last seal that were not removed are removed now, because
   * the next seal overwrites the list of them.
   */
  async #openBatches({ consumed }: LastSeal): Promise<TakenBatch[]> {
    const consumedKeys = new Set(consumed.map(({ pk, sk }) => `${pk} ${sk}`));
    const batches: TakenBatch[] = [];
    let leaves = 0;
    for await (const batch of this.#leaves.batches()) {
      if (consumedKeys.has(`${batch.key.pk} ${batch.key.sk}`)) {
        await this.#leaves.remove(batch.key);
      } else if (leaves < SEAL_LEAVES_MAX && batches.length < SEAL_BATCHES_MAX) {
        const accounts = batch.accounts();
        batches.push({ key: batch.key, accounts });
        leaves += accounts.reduce((sum, account) => sum + account.leaves.length, 0);
      }
    }
    return batches;
  }

  async #buildTrees(batches: readonly TakenBatch[], minute: string, sealed: SealedTrees): Promise<AccountTree[]> {
    const accounts = gather(batches.flatMap((batch) => batch.accounts));
    const trees = await inParallel([...accounts], CONCURRENCY, async ([accountId, { since, leaves }]) => {
      const filter = new LeafFilter(leaves.values());
      let newest: SealedTree | undefined;
      // A batch can be written again after its leaves were sealed, if the writer did not learn of its success. So drop
      // the leaves that are already in a tree.
      for await (const tree of sealed.newestFirst(accountId)) {
        newest ??= tree;
        if (filter.mayMatch(tree.packed)) for (const leaf of unpackLeaves(tree.packed)) leaves.delete(leafId(leaf));
        if (tree.header.minute < earliestMinute(since)) break;
      }
      const previous = newest && {
        number: newest.header.number,
        hash: headerHash(newest.header).toString('hex'),
      };
      return buildTrees(accountId, minute, [...leaves.values()], previous);
    });
    return trees.flat();
  }

  /** @returns `false` if another run committed a seal first */
  async #seal(
    trees: readonly AccountTree[],
    seals: Seals,
    last: LastSeal,
    batches: readonly TakenBatch[],
  ): Promise<boolean> {
    const { signer, store, retentionDays } = this.#options;
    const [first] = trees;
    if (first === undefined) return true;
    const sealTree = new MerkleTree(trees.map(({ header }) => headerHash(header)));
    const seal: Seal = {
      version: 1,
      number: last.number + 1,
      minute: first.header.minute,
      size: trees.length,
      root: sealTree.root.toString('hex'),
      previous: last.hash,
      keyId: keyIdOf(await this.#publishedKey()),
    };
    const expiresAt = expiryAfter(seal.minute, retentionDays);
    const puts = trees.flatMap((tree, index): Put[] => {
      const positioned: PositionedTree = { ...tree, seal: seal.number, index, path: sealTree.path(index) };
      return [putTree(positioned, expiresAt), ...putLateReceipts(positioned, expiresAt)];
    });
    await inParallel(puts, CONCURRENCY, (put) => store.write(put));
    const signature = Buffer.from(await signer.sign(Buffer.from(sealText(seal))));
    return seals.commit(
      { seal, signature },
      batches.map(({ key }) => key),
      expiresAt,
    );
  }

  /** The public key. It is published before the first signature that it verifies. */
  #publishedKey(): Promise<Uint8Array> {
    this.#publicKey ??= this.#publish().catch((error: unknown) => {
      this.#publicKey = undefined;
      throw error;
    });
    return this.#publicKey;
  }

  async #publish(): Promise<Uint8Array> {
    const publicKey = await this.#options.signer.publicKey();
    await this.#keys.publish(publicKey);
    return publicKey;
  }
}

/** Merges the batches' leaves by account, in the order of account IDs. */
function gather(all: readonly AccountLeaves[]): ReadonlyMap<string, GatheredLeaves> {
  const accounts = new Map<string, GatheredLeaves>();
  for (const { accountId, since, leaves } of all) {
    const gathered = accounts.get(accountId) ?? { since, leaves: new Map<string, Leaf>() };
    gathered.since = Math.min(gathered.since, since);
    for (const leaf of leaves) gathered.leaves.set(leafId(leaf), leaf);
    accounts.set(accountId, gathered);
  }
  return new Map([...accounts].sort(([one], [other]) => (one < other ? -1 : 1)));
}

/** Seals keep their order in time even if the clock was set back. */
const laterOf = (minute: string, last: string): string => (minute < last ? last : minute);
