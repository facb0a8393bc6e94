import type { Item, Value } from '../../domain/table/value';
import { checkName, isList, toInteger } from '../attribute-values';
import { compareBytes } from './byte-order';

/**
 * Makes a deep copy in the form in which a table stores values: every number is a bigint.
 * @throws Error for a value that a table cannot hold
 */
export function copyValue(value: Value): Value {
  if (typeof value === 'string' || typeof value === 'boolean' || value === null) return value;
  if (typeof value === 'bigint' || typeof value === 'number') return toInteger(value);
  if (value instanceof Uint8Array) return new Uint8Array(value);
  if (isList(value)) return value.map(copyValue);
  if (typeof value === 'object') return copyItem(value);
  throw new Error(`a table cannot hold a value of type ${typeof value}`);
}

/** Copies an item. Callers and tables never share an object, so that neither can change the other's data. */
export function copyItem(item: Item): Item {
  const copy: { [attribute: string]: Value } = {};
  for (const name of Object.keys(item)) copy[checkName(name)] = copyValue(item[name] as Value);
  return copy;
}

/** Reads an item's own attribute. A plain property access would also find inherited ones such as `constructor`. */
export const attributeOf = (item: Item | undefined, name: string): Value | undefined =>
  item !== undefined && Object.hasOwn(item, name) ? item[name] : undefined;

/** Whether two stored values are equal. Their numbers must be bigints. */
export function areEqual(left: Value, right: Value): boolean {
  if (left === right) return true;
  if (typeof left !== 'object' || typeof right !== 'object' || left === null || right === null) return false;
  if (left instanceof Uint8Array || right instanceof Uint8Array) {
    return left instanceof Uint8Array && right instanceof Uint8Array && compareBytes(left, right) === 0;
  }
  if (isList(left) || isList(right)) {
    if (!isList(left) || !isList(right) || left.length !== right.length) return false;
    return left.every((value, index) => areEqual(value, right[index] as Value));
  }
  return areItemsEqual(left, right);
}

export function areItemsEqual(left: Item, right: Item): boolean {
  const names = Object.keys(left);
  if (names.length !== Object.keys(right).length) return false;
  return names.every((name) => Object.hasOwn(right, name) && areEqual(left[name] as Value, right[name] as Value));
}
