import type { Item, Value } from '../table/value';
import type { Leaf } from './leaf';
import { HASH_BYTES } from './merkle-tree';

const REQUEST_PREFIX = 'req_';
/** Crockford's base 32, as in a ULID. */
const DIGITS = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
const DIGIT_BITS = 5;
const DIGIT_MASK = 31;
const ID_DIGITS = 26;
/** A ULID has 26 digits of 5 bits, padded to whole bytes with zero bits in front. */
const ID_BYTES = 17;
const ID_SPARE_BITS = ID_BYTES * 8 - ID_DIGITS * DIGIT_BITS;
/** Request IDs are packed because each request has a leaf and DynamoDB charges writes by size. */
const LEAF_BYTES = ID_BYTES + HASH_BYTES;
/** 48 bits of a hash make a false match of a filter very unlikely, and fit into a number. */
const FILTER_PREFIX_BYTES = 6;

/** A list of leaves in stored form. It stays packed because most lists are only searched, and few leaves are read. */
export interface PackedLeaves {
  readonly bytes: Buffer;
  /** The texts of leaves by their index. */
  readonly texts: { readonly [index: string]: Value };
}

/** @returns the attributes that store a list of leaves */
export function packLeaves(leaves: readonly Leaf[]): Item {
  const bytes = Buffer.concat(leaves.flatMap(({ requestId, hash }) => [packId(requestId), hash]));
  const texts = leaves.flatMap(({ text }, index) => (text === undefined ? [] : [[String(index), text] as const]));
  return { leaves: bytes, ...(texts.length > 0 && { texts: Object.fromEntries(texts) }) };
}

/** @throws Error when the attributes do not store leaves */
export function readPackedLeaves({ leaves, texts = {} }: { readonly [name: string]: Value | undefined }): PackedLeaves {
  if (!(leaves instanceof Uint8Array) || leaves.length % LEAF_BYTES !== 0)
    throw new Error('the attributes do not contain packed leaves');
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

/** Finds out, without unpacking, whether packed leaves may include any of the given leaves. */
export class LeafFilter {
  readonly #prefixes: ReadonlySet<number>;

  constructor(leaves: Iterable<Leaf>) {
    this.#prefixes = new Set(Array.from(leaves, ({ hash }) => hash.readUIntBE(0, FILTER_PREFIX_BYTES)));
  }

  /** @returns `false` if none of the leaves is included */
  mayMatch({ bytes }: PackedLeaves): boolean {
    for (let offset = ID_BYTES; offset < bytes.length; offset += LEAF_BYTES) {
      if (this.#prefixes.has(bytes.readUIntBE(offset, FILTER_PREFIX_BYTES))) return true;
    }
    return false;
  }
}

/** @throws RangeError when the text is not a request ID */
function packId(requestId: string): Buffer {
  const bytes = Buffer.alloc(ID_BYTES);
  if (requestId.length !== REQUEST_PREFIX.length + ID_DIGITS || !requestId.startsWith(REQUEST_PREFIX))
    throw new RangeError('not a request ID');
  let [bits, bitCount, byteIndex] = [0, ID_SPARE_BITS, 0];
  for (let index = REQUEST_PREFIX.length; index < requestId.length; index += 1) {
    const digit = DIGITS.indexOf(requestId.charAt(index));
    if (digit === -1) throw new RangeError('not a request ID');
    bits = (bits << DIGIT_BITS) | digit;
    bitCount += DIGIT_BITS;
    if (bitCount < 8) continue;
    bitCount -= 8;
    bytes[byteIndex] = bits >>> bitCount;
    bits &= (1 << bitCount) - 1;
    byteIndex += 1;
  }
  return bytes;
}

function unpackId(bytes: Buffer): string {
  let id = REQUEST_PREFIX;
  let [bits, bitCount] = [0, -ID_SPARE_BITS];
  for (const byte of bytes) {
    bits = (bits << 8) | byte;
    bitCount += 8;
    while (bitCount >= DIGIT_BITS) {
      bitCount -= DIGIT_BITS;
      id += DIGITS.charAt((bits >>> bitCount) & DIGIT_MASK);
      bits &= (1 << bitCount) - 1;
    }
  }
  return id;
}
