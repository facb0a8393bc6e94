import type { StripeState } from '../state/stripe-state';
import { includable } from './includable';
import { invalidParameter } from './stripe-failure';

/** Stripe's limit on `a.b.c.d`. */
const DEPTH_MAX = 4;

type Json = Record<string, unknown>;

/**
 * Replaces IDs by their objects: `expand[]=data.latest_charge.balance_transaction`.
 *
 * @returns a copy of `result`
 */
export function expand(state: StripeState, result: object, paths: readonly string[]): object {
  const copy = structuredClone(result);
  for (const path of paths) {
    const names = path.split('.');
    if (names.length > DEPTH_MAX)
      throw invalidParameter('expand', `You cannot expand more than ${DEPTH_MAX} levels of a property.`);
    expandPath(state, copy as Json, names, path);
  }
  return copy;
}

function expandPath(state: StripeState, object: Json, [name = '', ...rest]: readonly string[], path: string): void {
  // A copy, because what is expanded within it must not reach the store.
  const value = object[name] === undefined ? structuredClone(includable(state, object, name)) : object[name];
  // An expandable field may be empty.
  if (value === null) return;
  if (typeof value === 'number') {
    object[name] = value;
    return;
  }
  const found = typeof value === 'string' ? state.store.findAny(value) : value;
  if (!found || typeof found !== 'object')
    throw invalidParameter('expand[0]', `This property cannot be expanded (${path}).`);
  const expanded = typeof value === 'string' ? structuredClone(found) : found;
  if (Array.isArray(expanded)) object[name] = expanded.map((item) => expandItem(state, item, rest, path));
  else {
    object[name] = expanded;
    if (rest.length > 0) expandPath(state, expanded as Json, rest, path);
  }
}

function expandItem(state: StripeState, item: unknown, rest: readonly string[], path: string): unknown {
  const object = typeof item === 'string' ? structuredClone(state.store.findAny(item)) : item;
  if (rest.length > 0 && object) expandPath(state, object as Json, rest, path);
  return object ?? item;
}
