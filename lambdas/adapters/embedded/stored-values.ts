import type { Item, Value } from '../../domain/table/value';
import { checkName, isList, toInteger } from '../attribute-values';
import { compareBytes } from './byte-order';

/** A deep copy as the table keeps it, with every number a bigint. @throws Error on what no table can hold. */
export function copyValue(value: Value): Value {
  if (typeof value === 'string' || typeof value === 'boolean' || value === null) return value;
  if (typeof value === 'bigint' || typeof value === 'number') return toInteger(value);
  if (value instanceof Uint8Array) return new Uint8Array(value);
  if (isList(value)) return value.map(copyValue);
  if (typeof value === 'object') return copyItem(value);
  throw new Error(`a table cannot hold a value of type ${typeof value}`);
}

/** Callers and the table never share an object, so that neither can change what the other holds. */
export function copyItem(item: Item): Item {
  const copy: { [attribute: string]: Value } = {};
  for (const name of Object.keys(item)) copy[checkName(name)] = copyValue(item[name] as Value);
  return copy;
}

/** An item's own attribute: a plain read would also find `constructor`. */
export const attributeOf = (item: Item | undefined, name: string): Value | undefined =>
  item !== undefined && Object.hasOwn(item, name) ? item[name] : undefined;

/** Whether two stored values are the same; their numbers are bigints. */
export function same(left: Value, right: Value): boolean {
  if (left === right) return true;
  if (typeof left !== 'object' || typeof right !== 'object' || left === null || right === null) return false;
  if (left instanceof Uint8Array || right instanceof Uint8Array) {
    return left instanceof Uint8Array && right instanceof Uint8Array && compareBytes(left, right) === 0;
  }
  if (isList(left) || isList(right)) {
    if (!isList(left) || !isList(right) || left.length !== right.length) return false;
    return left.every((value, index) => same(value, right[index] as Value));
  }
  return sameItem(left, right);
}

export function sameItem(left: Item, right: Item): boolean {
  const names = Object.keys(left);
  if (names.length !== Object.keys(right).length) return false;
  return names.every((name) => Object.hasOwn(right, name) && same(left[name] as Value, right[name] as Value));
}
