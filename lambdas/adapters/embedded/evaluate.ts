import type { Change, Comparison, Condition } from '../../domain/table/condition';
import type { Item, Key, Value } from '../../domain/table/value';
import { checkName, toInteger } from '../attribute-values';
import { compareBytes, compareText } from './byte-order';
import { attributeOf, copyValue, areEqual } from './stored-values';

/** Whether a condition holds for the stored item. @param item `undefined` if no item is stored */
export function holds(condition: Condition, item: Item | undefined): boolean {
  if ('exists' in condition) return attributeOf(item, condition.exists) !== undefined;
  if ('absent' in condition) return attributeOf(item, condition.absent) === undefined;
  if ('all' in condition) return condition.all.every((part) => holds(part, item));
  if ('any' in condition) return condition.any.some((part) => holds(part, item));
  const stored = attributeOf(item, condition.attribute);
  // As in DynamoDB, an absent attribute is unequal to every value, and no order comparison with it holds.
  if (stored === undefined) return condition.is === '<>';
  return compares(stored, condition.is, copyValue(condition.value));
}

function compares(left: Value, is: Comparison, right: Value): boolean {
  if (is === '=') return areEqual(left, right);
  if (is === '<>') return !areEqual(left, right);
  const order = compare(left, right);
  if (order === undefined) return false;
  switch (is) {
    case '<':
      return order < 0;
    case '<=':
      return order <= 0;
    case '>':
      return order > 0;
    case '>=':
      return order >= 0;
  }
}

/** @returns `undefined` for values of different types, which have no order */
function compare(left: Value, right: Value): number | undefined {
  if (typeof left === 'string' && typeof right === 'string') return compareText(left, right);
  if (typeof left === 'bigint' && typeof right === 'bigint') return left < right ? -1 : Number(left > right);
  if (left instanceof Uint8Array && right instanceof Uint8Array) return compareBytes(left, right);
  return undefined;
}

/**
 * Applies an update. If no item is stored, the update starts from an item with only the key.
 * @throws Error when `add` is applied to an attribute that is not a number
 */
export function applyChange(before: Item | undefined, key: Key, { set = {}, add = {}, remove = [] }: Change): Item {
  const after: { [attribute: string]: Value } = { pk: key.pk, sk: key.sk };
  for (const name of Object.keys(before ?? {})) {
    if (!remove.includes(name)) after[name] = before?.[name] as Value;
  }
  for (const name of Object.keys(set)) after[checkName(name)] = copyValue(set[name] as Value);
  for (const name of Object.keys(add)) {
    const current = attributeOf(after, name);
    // Only an absent attribute counts as zero. Null does not.
    const stored = current === undefined ? 0n : current;
    if (typeof stored !== 'bigint') throw new Error('add can only be applied to a number');
    after[checkName(name)] = toInteger(stored + toInteger(add[name] as bigint));
  }
  return after;
}
