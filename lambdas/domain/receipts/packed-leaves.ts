import type { Item, Value } from '../table/value';
import type { Leaf } from './leaf';

const REQUEST_PREFIX = 'req_';
/** Crockford's, as in a ULID. */
const DIGITS = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
const DIGIT_BITS = 5;
const DIGIT_MASK = 31;
const ID_DIGITS = 26;
/** 26 digits of five bits, behind as many as are left over in front. */
const ID_BYTES = 17;
const ID_SPARE_BITS = ID_BYTES * 8 - ID_DIGITS * DIGIT_BITS;
const HASH_BYTES = 32;
/** What a write costs goes by its bytes, and there is a leaf for each request: so ids are packed. */
const LEAF_BYTES = ID_BYTES + HASH_BYTES;
/** Of a hash; two of them are alike as often as never. */
const MARK_BYTES = 6;

/** A list of leaves as it is stored. Millions are met for each that is looked at, so they stay packed. */
export interface PackedLeaves {
  readonly bytes: Buffer;
  /** By place. */
  readonly texts: { readonly [index: string]: Value };
}

/** The attributes that hold a list of leaves. */
export function packLeaves(leaves: readonly Leaf[]): Item {
  const bytes = Buffer.concat(leaves.flatMap(({ requestId, hash }) => [packId(requestId), hash]));
  const texts = leaves.flatMap(({ text }, index) => (text === undefined ? [] : [[String(index), text] as const]));
  return { leaves: bytes, ...(texts.length > 0 && { texts: Object.fromEntries(texts) }) };
}

/** @throws Error on attributes that hold no leaves */
export function readPackedLeaves({ leaves, texts = {} }: { readonly [name: string]: Value | undefined }): PackedLeaves {
  if (!(leaves instanceof Uint8Array) || leaves.length % LEAF_BYTES !== 0) throw new Error('these are no leaves');
  const bytes = Buffer.from(leaves.buffer, leaves.byteOffset, leaves.length);
  return { bytes, texts: texts as PackedLeaves['texts'] };
}

export const countOf = ({ bytes }: PackedLeaves): number => bytes.length / LEAF_BYTES;

export function unpackLeaves(packed: PackedLeaves): Leaf[] {
  const { bytes, texts } = packed;
  return Array.from({ length: countOf(packed) }, (_, index) => {
    const [from, to] = [index * LEAF_BYTES, (index + 1) * LEAF_BYTES];
    const text = texts[String(index)];
    return {
      requestId: unpackId(bytes.subarray(from, from + ID_BYTES)),
      hash: bytes.subarray(from + ID_BYTES, to),
      ...(typeof text === 'string' && { text }),
    };
  });
}

/** Tells, without unpacking, whether leaves are among packed ones. */
export class LeafMarks {
  readonly #marks: ReadonlySet<number>;

  constructor(leaves: Iterable<Leaf>) {
    this.#marks = new Set(Array.from(leaves, ({ hash }) => hash.readUIntBE(0, MARK_BYTES)));
  }

  /** @returns false where none of them is */
  mayBeIn({ bytes }: PackedLeaves): boolean {
    for (let at = ID_BYTES; at < bytes.length; at += LEAF_BYTES) {
      if (this.#marks.has(bytes.readUIntBE(at, MARK_BYTES))) return true;
    }
    return false;
  }
}

/** @throws RangeError on an id that is no request's */
function packId(requestId: string): Buffer {
  const bytes = Buffer.alloc(ID_BYTES);
  if (requestId.length !== REQUEST_PREFIX.length + ID_DIGITS || !requestId.startsWith(REQUEST_PREFIX))
    throw new RangeError('this is no request id');
  let [bits, left, byte] = [0, ID_SPARE_BITS, 0];
  for (let place = REQUEST_PREFIX.length; place < requestId.length; place += 1) {
    const digit = DIGITS.indexOf(requestId.charAt(place));
    if (digit === -1) throw new RangeError('this is no request id');
    bits = (bits << DIGIT_BITS) | digit;
    left += DIGIT_BITS;
    if (left < 8) continue;
    left -= 8;
    bytes[byte] = bits >>> left;
    bits &= (1 << left) - 1;
    byte += 1;
  }
  return bytes;
}

function unpackId(bytes: Buffer): string {
  let id = REQUEST_PREFIX;
  let [bits, left] = [0, -ID_SPARE_BITS];
  for (const byte of bytes) {
    bits = (bits << 8) | byte;
    left += 8;
    while (left >= DIGIT_BITS) {
      left -= DIGIT_BITS;
      id += DIGITS.charAt((bits >>> left) & DIGIT_MASK);
      bits &= (1 << left) - 1;
    }
  }
  return id;
}
