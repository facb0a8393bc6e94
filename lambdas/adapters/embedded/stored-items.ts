import type { Item, Value } from '../../domain/table/value';
import { isList } from '../attribute-values';

/**
 * The form in which the database holds an item: JSON text without the key, which has columns of its own. An integer is
 * a JSON number where that is exact, and `{"N":"…"}` otherwise; bytes are `{"B":"…"}` in base64. A map that could be
 * mistaken for one of these is wrapped as `{"M":{…}}`.
 */
type Stored = string | number | boolean | null | readonly Stored[] | { readonly [name: string]: Stored };

const MARKERS = new Set(['N', 'B', 'M']);

/** @param item every number in it is a bigint, as `copyItem` returns it */
export function encodeStoredItem(item: Item): string {
  const stored: { [name: string]: Stored } = {};
  for (const name of Object.keys(item)) {
    if (name !== 'pk' && name !== 'sk') stored[name] = toStored(item[name] as Value);
  }
  return JSON.stringify(stored);
}

export function decodeStoredItem(pk: string, sk: string, text: string): Item {
  // `encodeStoredItem` wrote this text.
  const stored = JSON.parse(text) as { readonly [name: string]: Stored };
  const item: { [name: string]: Value } = { pk, sk };
  for (const name of Object.keys(stored)) item[name] = fromStored(stored[name] as Stored);
  return item;
}

/** Converts a value to its stored form, which is JSON. */
function toStored(value: Value): Stored {
  if (typeof value === 'bigint') {
    const number = Number(value);
    return Number.isSafeInteger(number) ? number : { N: value.toString() };
  }
  if (typeof value !== 'object' || value === null) return value;
  if (value instanceof Uint8Array) {
    return { B: Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString('base64') };
  }
  if (isList(value)) return value.map(toStored);
  const map = Object.fromEntries(Object.entries(value).map(([name, member]) => [name, toStored(member)]));
  return markerOf(map) === undefined ? map : { M: map };
}

function fromStored(stored: Stored): Value {
  if (typeof stored === 'number') return BigInt(stored);
  if (typeof stored !== 'object' || stored === null) return stored;
  if (isStoredList(stored)) return stored.map(fromStored);
  const marker = markerOf(stored);
  const marked = marker === undefined ? stored : (stored[marker] as Stored);
  if (marker === 'N') return BigInt(marked as string);
  if (marker === 'B') return new Uint8Array(Buffer.from(marked as string, 'base64'));
  const members = Object.entries(marked as { readonly [name: string]: Stored });
  return Object.fromEntries(members.map(([name, member]) => [name, fromStored(member)]));
}

/** The only name in a map, if it is one of the markers. */
function markerOf(map: { readonly [name: string]: Stored }): string | undefined {
  const [name, ...others] = Object.keys(map);
  return name !== undefined && others.length === 0 && MARKERS.has(name) ? name : undefined;
}

/** Narrows to a list, because `Array.isArray` does not narrow readonly arrays. */
const isStoredList = (stored: Stored): stored is readonly Stored[] => Array.isArray(stored);
