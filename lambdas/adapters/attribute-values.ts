import type { Item, Key, Value } from '../domain/table/value';

/**
 * A value in DynamoDB's typed notation. The DynamoDB store uses it on the wire, the embedded store in its
 * change records. `Bytes` is the type of binary data: bytes for an API client, base64 text in JSON.
 */
export type Encoded<Bytes> =
  | { S: string }
  | { N: string }
  | { BOOL: boolean }
  | { NULL: true }
  | { B: Bytes }
  | { L: Encoded<Bytes>[] }
  | { M: EncodedItem<Bytes> };

export interface EncodedItem<Bytes> {
  [attribute: string]: Encoded<Bytes>;
}

/** Accepts every form that an API client or a stream can contain. */
export interface Decodable {
  readonly S?: string;
  readonly N?: string;
  readonly BOOL?: boolean;
  readonly NULL?: boolean;
  /** Base64 text if it was read from JSON. */
  readonly B?: Uint8Array | string;
  readonly L?: readonly Decodable[];
  readonly M?: DecodableItem;
}

export interface DecodableItem {
  readonly [attribute: string]: Decodable;
}

/** DynamoDB stores 38 significant digits. */
const INTEGER_BOUND = 10n ** 38n;

/** @throws Error for a fraction, an unsafe number or more than 38 digits, because the stored number could be inexact */
export function toInteger(value: bigint | number): bigint {
  if (typeof value === 'number' && !Number.isSafeInteger(value))
    throw new Error('a stored number must be a safe integer or a bigint');
  const integer = BigInt(value);
  if (integer >= INTEGER_BOUND || integer <= -INTEGER_BOUND)
    throw new Error('a stored number must have at most 38 digits');
  return integer;
}

/** @throws Error for `__proto__`, which would set the object's prototype instead of an attribute */
export function checkName(name: string): string {
  if (name === '__proto__') throw new Error('an attribute must not be called __proto__');
  return name;
}

function encodeWith<Bytes>(toBytes: (bytes: Uint8Array) => Bytes) {
  function value(given: Value): Encoded<Bytes> {
    if (typeof given === 'string') return { S: given };
    if (typeof given === 'bigint' || typeof given === 'number') return { N: toInteger(given).toString() };
    if (typeof given === 'boolean') return { BOOL: given };
    if (given === null) return { NULL: true };
    if (given instanceof Uint8Array) return { B: toBytes(given) };
    if (isList(given)) return { L: given.map(value) };
    if (typeof given === 'object') return { M: item(given) };
    throw new Error(`a table cannot hold a value of type ${typeof given}`);
  }
  function item(given: Item): EncodedItem<Bytes> {
    const encoded: EncodedItem<Bytes> = {};
    for (const name of Object.keys(given)) encoded[checkName(name)] = value(given[name] as Value);
    return encoded;
  }
  return { value, item };
}

const forApi = encodeWith((bytes) => bytes);
const forJson = encodeWith((bytes) => Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('base64'));

export const encodeValue = forApi.value;
export const encodeItem = forApi.item;
/** Encodes an item for a stream record. */
export const encodeJsonItem = forJson.item;

export const encodeKey = (key: Key): { pk: { S: string }; sk: { S: string } } => ({
  pk: { S: key.pk },
  sk: { S: key.sk },
});

export function decodeKey({ pk, sk }: DecodableItem): Key {
  if (pk?.S === undefined || sk?.S === undefined) throw new Error('a key must have the strings pk and sk');
  return { pk: pk.S, sk: sk.S };
}

/** @throws Error for a set or a fraction, which this project never writes */
export function decodeValue(encoded: Decodable): Value {
  if (encoded.S !== undefined) return encoded.S;
  if (encoded.N !== undefined) return BigInt(encoded.N);
  if (encoded.BOOL !== undefined) return encoded.BOOL;
  if (encoded.NULL !== undefined) return null;
  if (encoded.M !== undefined) return decodeItem(encoded.M);
  if (encoded.L !== undefined) return encoded.L.map(decodeValue);
  if (encoded.B !== undefined)
    return typeof encoded.B === 'string' ? new Uint8Array(Buffer.from(encoded.B, 'base64')) : encoded.B;
  throw new Error(`a stored value has an unknown type: ${Object.keys(encoded).join(', ')}`);
}

export function decodeItem(encoded: DecodableItem): Item {
  const item: { [attribute: string]: Value } = {};
  for (const name of Object.keys(encoded)) item[checkName(name)] = decodeValue(encoded[name] as Decodable);
  return item;
}

/** Narrows to a list, because `Array.isArray` does not narrow readonly arrays. */
export const isList = (value: Value): value is readonly Value[] => Array.isArray(value);
