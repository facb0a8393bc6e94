import { createHash, createPublicKey } from 'node:crypto';
import { isoTime } from '../../contracts/storage/table-keys/key-parts';
import { RECEIPT_KEYS_PARTITION, receiptKeyKey } from '../../contracts/storage/table-keys/receipts';
import { USAGE } from '../../contracts/storage/tables';
import type { Clock } from '../clock';
import { absent } from '../table/condition';
import { everyItem } from '../table/every-item';
import { ConditionFailed } from '../table/table-errors';
import type { TableStore } from '../table/table-store';

/** A public key that verifies seals. */
export interface ReceiptKey {
  readonly keyId: string;
  /** When the key was first used: ISO 8601, UTC. */
  readonly since: string;
  readonly pem: string;
}

/** A key's ID is its fingerprint, so anyone can compute it from the key. */
export const keyIdOf = (publicKey: Uint8Array): string => createHash('sha256').update(publicKey).digest('hex');

/** Stores the published keys. They are never removed, because the seals that they verify stay valid. */
export class ReceiptKeys {
  readonly #store: TableStore;
  readonly #clock: Clock;

  constructor({ store, clock }: { readonly store: TableStore; readonly clock: Clock }) {
    this.#store = store;
    this.#clock = clock;
  }

  /** Publishes a key. It has no effect if the key is already published. */
  async publish(publicKey: Uint8Array): Promise<void> {
    const put = { ...receiptKeyKey(keyIdOf(publicKey)), publicKey, since: isoTime(this.#clock()) };
    try {
      await this.#store.write({ table: USAGE, put, when: absent() });
    } catch (error) {
      if (!(error instanceof ConditionFailed)) throw error;
    }
  }

  async list(): Promise<ReceiptKey[]> {
    const keys: ReceiptKey[] = [];
    for await (const item of everyItem(this.#store, { table: USAGE, partition: RECEIPT_KEYS_PARTITION })) {
      const { publicKey, since } = item;
      if (!(publicKey instanceof Uint8Array) || typeof since !== 'string')
        throw new Error('the item is not a public key');
      keys.push({ keyId: keyIdOf(publicKey), since, pem: pemOf(publicKey) });
    }
    return keys;
  }
}

function pemOf(publicKey: Uint8Array): string {
  return createPublicKey({ key: Buffer.from(publicKey), format: 'der', type: 'spki' })
    .export({ format: 'pem', type: 'spki' })
    .toString();
}
