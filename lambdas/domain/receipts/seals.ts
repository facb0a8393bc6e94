import { LAST_SEAL_KEY, sealKey } from '../../contracts/storage/table-keys/receipts';
import { EXPIRES_AT, USAGE } from '../../contracts/storage/tables';
import { commit } from '../table/commit';
import { absent, compare } from '../table/condition';
import type { TableStore } from '../table/table-store';
import type { Item, Key, Value } from '../table/value';
import { parseSeal, sealHash, sealText, type SignedSeal } from './seal';

/** The last committed seal, which the next one must follow. */
export interface LastSeal {
  /** 0 if there is no seal yet. */
  readonly number: number;
  /** Empty if there is no seal yet. */
  readonly minute: string;
  readonly hash: string | null;
  /** The batches of open leaves that the seal covers. They have been removed or are about to be. */
  readonly consumed: readonly Key[];
}

const NO_SEAL: LastSeal = { number: 0, minute: '', hash: null, consumed: [] };

/** Stores the chain of the deployment's seals. */
export class Seals {
  readonly #store: TableStore;
  /** A cache without expiry, because a committed seal never changes. */
  readonly #cache = new Map<number, SignedSeal>();

  constructor({ store }: { readonly store: TableStore }) {
    this.#store = store;
  }

  async last(): Promise<LastSeal> {
    const item = await this.#store.get({ table: USAGE, key: LAST_SEAL_KEY });
    if (item === undefined) return NO_SEAL;
    const { number, minute, hash, consumed } = item;
    if (typeof number !== 'bigint' || typeof minute !== 'string' || typeof hash !== 'string')
      throw new Error('the item is not a record of the last seal');
    return { number: Number(number), minute, hash, consumed: (consumed as readonly Value[]).map(decodeKey) };
  }

  async get(number: number): Promise<SignedSeal | undefined> {
    const cached = this.#cache.get(number);
    if (cached !== undefined) return cached;
    const item = await this.#store.get({ table: USAGE, key: sealKey(number) });
    if (item === undefined) return undefined;
    const { text, signature } = item;
    if (typeof text !== 'string' || !(signature instanceof Uint8Array)) throw new Error('the item is not a seal');
    const signedSeal = { seal: parseSeal(text), signature: Buffer.from(signature) };
    this.#cache.set(number, signedSeal);
    return signedSeal;
  }

  /**
   * Commits a seal if it still follows the last one. If several runs try to follow the same seal, one succeeds.
   * @param consumed the batches of open leaves that the seal covers
   * @param expiresAt epoch seconds
   * @returns `false` if another seal was committed first
   */
  async commit({ seal, signature }: SignedSeal, consumed: readonly Key[], expiresAt: number): Promise<boolean> {
    const { number, minute } = seal;
    const put: Item = { ...sealKey(number), [EXPIRES_AT]: expiresAt, text: sealText(seal), signature };
    const last: Item = {
      ...LAST_SEAL_KEY,
      number,
      minute,
      hash: sealHash(seal),
      consumed: consumed.map(({ pk, sk }) => [pk, sk]),
    };
    const follows = number === 1 ? absent() : compare('number', '=', number - 1);
    const otherwise = () => 'overtaken' as const;
    const refusals = await commit(this.#store, [
      // Even if the number of the last seal were wrong, this condition prevents a seal from being overwritten.
      { write: { table: USAGE, put, when: absent() }, otherwise },
      { write: { table: USAGE, put: last, when: follows }, otherwise },
    ]);
    return refusals.length === 0;
  }
}

function decodeKey(value: Value): Key {
  const [pk, sk] = value as readonly Value[];
  if (typeof pk !== 'string' || typeof sk !== 'string') throw new Error('the value is not the key of an item');
  return { pk, sk };
}
