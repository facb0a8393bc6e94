import { LAST_SEAL_KEY, sealKey } from '../../contracts/storage/table-keys';
import { EXPIRES_AT, USAGE } from '../../contracts/storage/tables';
import { absent, compare } from '../table/condition';
import { TransactionCancelled } from '../table/table-errors';
import type { TableStore } from '../table/table-store';
import type { Item, Key, Value } from '../table/value';
import { parseSeal, sealHash, sealText, type SignedSeal } from './seal';

/** What the next seal follows. */
export interface LastSeal {
  /** 0 where there is none yet. */
  readonly number: number;
  /** Its minute; empty where there is none yet. */
  readonly minute: string;
  readonly hash: string | null;
  /** The open leaves that its trees hold: gone, or about to be removed. */
  readonly consumed: readonly Key[];
}

const NO_SEAL: LastSeal = { number: 0, minute: '', hash: null, consumed: [] };

/** The seals of the deployment, each following the one before. */
export class Seals {
  readonly #store: TableStore;
  /** What was committed once stays as it is. */
  readonly #known = new Map<number, SignedSeal>();

  constructor({ store }: { readonly store: TableStore }) {
    this.#store = store;
  }

  async last(): Promise<LastSeal> {
    const item = await this.#store.get({ table: USAGE, key: LAST_SEAL_KEY });
    if (item === undefined) return NO_SEAL;
    const { number, minute, hash, consumed } = item;
    if (typeof number !== 'bigint' || typeof minute !== 'string' || typeof hash !== 'string')
      throw new Error('this is no last seal');
    return { number: Number(number), minute, hash, consumed: (consumed as readonly Value[]).map(decodeKey) };
  }

  async get(number: number): Promise<SignedSeal | undefined> {
    const known = this.#known.get(number);
    if (known !== undefined) return known;
    const item = await this.#store.get({ table: USAGE, key: sealKey(number) });
    if (item === undefined) return undefined;
    const { text, signature } = item;
    if (typeof text !== 'string' || !(signature instanceof Uint8Array)) throw new Error('this is no seal');
    const found = { seal: parseSeal(text), signature: Buffer.from(signature) };
    this.#known.set(number, found);
    return found;
  }

  /**
   * Commits a seal, and with it what it took. Of several that follow the same one, one is committed.
   * @param expiresAt epoch seconds
   * @returns false when another one was
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
    try {
      await this.#store.transact([
        // The second line of defence: whatever became of the last one's number, no seal is replaced.
        { table: USAGE, put, when: absent() },
        { table: USAGE, put: last, when: follows },
      ]);
      return true;
    } catch (error) {
      const isOvertaken =
        error instanceof TransactionCancelled && error.reasons.some((reason) => reason?.code === 'ConditionFailed');
      if (!isOvertaken) throw error;
      return false;
    }
  }
}

function decodeKey(value: Value): Key {
  const [pk, sk] = value as readonly Value[];
  if (typeof pk !== 'string' || typeof sk !== 'string') throw new Error('this is no key');
  return { pk, sk };
}
