import type { Item, Value } from '../table/value';

/** A receipt as a tree holds it: the receipt itself is made again from the usage record. */
export interface Leaf {
  readonly requestId: string;
  readonly hash: Buffer;
  /** The receipt's text where the record cannot give it back: it may be, or has been, replaced. */
  readonly text?: string;
}

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
export const LEAF_BYTES = ID_BYTES + HASH_BYTES;

/** By request, as a tree has them. Of one request's, those that supersede come last. */
export function inTreeOrder(leaves: readonly Leaf[]): Leaf[] {
  const rank = ({ text }: Leaf): number => (text?.includes('"supersedes":') === true ? 1 : 0);
  return [...leaves].sort((one, other) =>
    one.requestId === other.requestId ? rank(one) - rank(other) : one.requestId < other.requestId ? -1 : 1,
  );
}

/** Names a leaf wherever it comes from. */
export const leafName = ({ requestId, hash }: Leaf): string => `${requestId}#${hash.toString('hex')}`;

/** The attributes that hold a list of leaves. */
export function packLeaves(leaves: readonly Leaf[]): Item {
  const bytes = Buffer.concat(leaves.flatMap(({ requestId, hash }) => [packId(requestId), hash]));
  const texts = leaves.flatMap(({ text }, index) => (text === undefined ? [] : [[String(index), text] as const]));
  return { leaves: bytes, ...(texts.length > 0 && { texts: Object.fromEntries(texts) }) };
}

/** @throws Error on attributes that hold no leaves */
export function unpackLeaves({ leaves, texts = {} }: { readonly [name: string]: Value | undefined }): Leaf[] {
  if (!(leaves instanceof Uint8Array) || leaves.length % LEAF_BYTES !== 0) throw new Error('these are no leaves');
  const bytes = Buffer.from(leaves);
  return Array.from({ length: bytes.length / LEAF_BYTES }, (_, index) => {
    const [from, to] = [index * LEAF_BYTES, (index + 1) * LEAF_BYTES];
    const text = (texts as { readonly [index: string]: Value })[String(index)];
    return {
      requestId: unpackId(bytes.subarray(from, from + ID_BYTES)),
      hash: bytes.subarray(from + ID_BYTES, to),
      ...(typeof text === 'string' && { text }),
    };
  });
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
