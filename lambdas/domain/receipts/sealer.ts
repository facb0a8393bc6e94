import type { Seal } from '../../contracts/storage/receipt';
import type { Clock } from '../clock';
import type { Put, TableStore } from '../table/table-store';
import type { Key } from '../table/value';
import { type AccountTree, headerHash, type PlacedTree, putTree, treesOf } from './account-tree';
import { AccountTrees, earliestMinute, minuteOf, type SealedTree } from './account-trees';
import { inParallel } from './in-parallel';
import { noteLateReceipts } from './late-receipts';
import { type Leaf, leafName } from './leaf';
import { MerkleTree } from './merkle-tree';
import { type AccountLeaves, OpenLeaves } from './open-leaves';
import { LeafMarks, unpackLeaves } from './packed-leaves';
import { RetryingStore } from './retrying-store';
import { keyIdOf, ReceiptKeys } from './receipt-keys';
import type { ReceiptSigner } from './receipt-signer';
import { sealText } from './seal';
import { type LastSeal, Seals } from './seals';

/** What one seal takes at most: it bounds memory and the seal's item. The rest is for the next one of the same run. */
const SEAL_LEAVES_MAX = 100_000;
const SEAL_BATCHES_MAX = 2_000;
/** A run that would go on longer leaves the rest to the next one. */
const RUN_SEALS_MAX = 20;
const AT_ONCE = 32;
const DAY_SECONDS = 86_400;

export interface SealerOptions {
  readonly store: TableStore;
  readonly signer: ReceiptSigner;
  readonly clock: Clock;
  /** How long trees and seals are kept: as long as the records that they are made of. */
  readonly retentionDays: number;
  /** Between attempts at what the store did not take. @default a timer */
  readonly sleep?: (milliseconds: number) => Promise<void>;
  /** From 0 to below 1: the jitter between attempts. @default Math.random */
  readonly random?: () => number;
}

/** What a run did. */
export interface SealRun {
  readonly receipts: number;
  readonly trees: number;
  readonly seals: number;
  /** Another run sealed at the same time; what this one meant to seal is left to it and to the next. */
  readonly overtaken: boolean;
}

/** A batch that this seal takes. */
interface TakenBatch {
  readonly key: Key;
  readonly accounts: readonly AccountLeaves[];
}

/** An account's leaves by name, so that each is there once. */
interface Gathered {
  since: number;
  readonly leaves: Map<string, Leaf>;
}

/**
 * Puts open leaves into trees and signs the root over them. Trees are written first and count only once the seal
 * that leads to them is committed; then their leaves are removed. A run that dies in between leaves trees that do not
 * count, or leaves that the next run knows to be sealed.
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

  /** Seals what is open. */
  async run(): Promise<SealRun> {
    const done = { receipts: 0, trees: 0, seals: 0, overtaken: false };
    while (done.seals < RUN_SEALS_MAX) {
      const seals = new Seals(this.#options);
      const last = await seals.last();
      const batches = await this.#openBatches(last);
      if (batches.length === 0) return done;
      const minute = latest(minuteOf(this.#options.clock()), last.minute);
      const trees = await this.#trees(batches, minute, new AccountTrees({ ...this.#options, seals }));
      if (trees.length > 0) {
        const isCommitted = await this.#seal(trees, seals, last, batches);
        if (!isCommitted) return { ...done, overtaken: true };
        done.seals += 1;
        done.trees += trees.length;
        done.receipts += trees.reduce((sum, { header }) => sum + header.size, 0);
      }
      await inParallel(batches, AT_ONCE, ({ key }) => this.#leaves.remove(key));
    }
    return done;
  }

  /** What no seal has taken. What the last one took and did not get to remove is removed here, before another one. */
  async #openBatches({ consumed }: LastSeal): Promise<TakenBatch[]> {
    const taken = new Set(consumed.map(({ pk, sk }) => `${pk} ${sk}`));
    const batches: TakenBatch[] = [];
    let leaves = 0;
    for await (const batch of this.#leaves.batches()) {
      if (taken.has(`${batch.key.pk} ${batch.key.sk}`)) {
        await this.#leaves.remove(batch.key);
      } else if (leaves < SEAL_LEAVES_MAX && batches.length < SEAL_BATCHES_MAX) {
        const accounts = batch.accounts();
        batches.push({ key: batch.key, accounts });
        leaves += accounts.reduce((sum, account) => sum + account.leaves.length, 0);
      }
    }
    return batches;
  }

  async #trees(batches: readonly TakenBatch[], minute: string, sealed: AccountTrees): Promise<AccountTree[]> {
    const accounts = gather(batches.flatMap((batch) => batch.accounts));
    const trees = await inParallel([...accounts], AT_ONCE, async ([accountId, { since, leaves }]) => {
      const marks = new LeafMarks(leaves.values());
      let before: SealedTree | undefined;
      // A batch that comes again after its leaves were sealed, because its sender did not learn that it came.
      for await (const tree of sealed.newestFirst(accountId)) {
        before ??= tree;
        if (marks.mayBeIn(tree.packed)) for (const leaf of unpackLeaves(tree.packed)) leaves.delete(leafName(leaf));
        if (tree.header.minute < earliestMinute(since)) break;
      }
      const previous = before && {
        number: before.header.number,
        hash: headerHash(before.header).toString('hex'),
      };
      return treesOf(accountId, minute, [...leaves.values()], previous);
    });
    return trees.flat();
  }

  /** @returns false when another seal was committed meanwhile */
  async #seal(
    trees: readonly AccountTree[],
    seals: Seals,
    last: LastSeal,
    batches: readonly TakenBatch[],
  ): Promise<boolean> {
    const { signer, store, retentionDays } = this.#options;
    const [first] = trees;
    if (first === undefined) return true;
    const top = new MerkleTree(trees.map(({ header }) => headerHash(header)));
    const seal: Seal = {
      version: 1,
      number: last.number + 1,
      minute: first.header.minute,
      size: trees.length,
      root: top.root.toString('hex'),
      previous: last.hash,
      keyId: keyIdOf(await this.#published()),
    };
    const expiresAt = Math.floor(Date.parse(seal.minute) / 1_000) + retentionDays * DAY_SECONDS;
    const puts = trees.flatMap((tree, index): Put[] => {
      const placed: PlacedTree = { ...tree, seal: seal.number, index, path: top.path(index) };
      return [putTree(placed, expiresAt), ...noteLateReceipts(placed, expiresAt)];
    });
    await inParallel(puts, AT_ONCE, (put) => store.write(put));
    const signature = Buffer.from(await signer.sign(Buffer.from(sealText(seal))));
    return seals.commit(
      { seal, signature },
      batches.map(({ key }) => key),
      expiresAt,
    );
  }

  /** The public key, published before anything that it verifies. */
  #published(): Promise<Uint8Array> {
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

function gather(all: readonly AccountLeaves[]): ReadonlyMap<string, Gathered> {
  const accounts = new Map<string, Gathered>();
  for (const { accountId, since, leaves } of all) {
    const gathered = accounts.get(accountId) ?? { since, leaves: new Map<string, Leaf>() };
    gathered.since = Math.min(gathered.since, since);
    for (const leaf of leaves) gathered.leaves.set(leafName(leaf), leaf);
    accounts.set(accountId, gathered);
  }
  return new Map([...accounts].sort(([one], [other]) => (one < other ? -1 : 1)));
}

/** A clock that was set back does not: an account's trees are in the order of their times. */
const latest = (minute: string, last: string): string => (minute < last ? last : minute);
