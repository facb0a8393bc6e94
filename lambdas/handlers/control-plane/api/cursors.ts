import { createHmac, timingSafeEqual } from 'node:crypto';
import { z } from 'zod';
import type { Key } from '../../../domain/table/value';
import { InvalidInput } from '../control-plane-errors';

const SIGNATURE_BYTES = 16;

const keySchema = z.tuple([z.string(), z.string()]);

/** Signed positions in lists: a cursor cannot be forged, and is not valid for another list. */
export class Cursors {
  readonly #secret: Uint8Array;

  constructor(secret: Uint8Array) {
    this.#secret = secret;
  }

  /** @param list identifies the list: its path, ids included */
  seal(list: string, { pk, sk }: Key): string {
    const text = Buffer.from(JSON.stringify([pk, sk]));
    return Buffer.concat([this.#sign(list, text), text]).toString('base64url');
  }

  /** @throws InvalidInput for a cursor of another list, or one that was not sealed here */
  open(list: string, cursor: string): Key {
    const bytes = Buffer.from(cursor, 'base64url');
    const text = bytes.subarray(SIGNATURE_BYTES);
    const signature = bytes.subarray(0, SIGNATURE_BYTES);
    const isOurs =
      signature.length === SIGNATURE_BYTES &&
      timingSafeEqual(signature, this.#sign(list, text)) &&
      bytes.toString('base64url') === cursor;
    if (!isOurs) throw new InvalidInput([{ pointer: 'after', detail: 'must be the `next` of a page of this list' }]);
    const [pk, sk] = keySchema.parse(JSON.parse(text.toString()));
    return { pk, sk };
  }

  #sign(list: string, text: Uint8Array): Buffer {
    return createHmac('sha256', this.#secret).update(`${list}\n`).update(text).digest().subarray(0, SIGNATURE_BYTES);
  }
}
