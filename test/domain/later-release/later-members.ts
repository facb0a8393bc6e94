import fc from 'fast-check';
import type { TableSpec } from '../../../lambdas/contracts/storage/tables';
import { AUDIT } from '../../../lambdas/contracts/storage/tables';
import type { Item, Value } from '../../../lambdas/domain/table/value';

/** Members that a later release might add. No member of this release begins with `later`. */
export type LaterMembers = { readonly [name: string]: Value };

const value: fc.Arbitrary<Value> = fc.letrec<{ value: Value }>((tie) => ({
  value: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    fc.string(),
    fc.bigInt(-(10n ** 37n), 10n ** 37n),
    fc.boolean(),
    fc.constant(null),
    fc.uint8Array({ maxLength: 8 }),
    fc.array(tie('value'), { maxLength: 3 }),
    fc.dictionary(fc.stringMatching(/^[a-z]{1,8}$/), tie('value'), { maxKeys: 3 }),
  ),
})).value;

export const laterMembers: fc.Arbitrary<LaterMembers> = fc.dictionary(
  fc.stringMatching(/^later[A-Z][A-Za-z]{0,8}$/),
  value,
  { minKeys: 1, maxKeys: 4 },
);

/** Attributes that are maps from names that people or providers chose. An added member is a new name, not a new field. */
const MAPS = new Set(['usage', 'labels', 'claims', 'texts']);

const isMap = (candidate: Value): candidate is LaterMembers =>
  typeof candidate === 'object' &&
  candidate !== null &&
  !Array.isArray(candidate) &&
  !(candidate instanceof Uint8Array);

/** Adds the members to an item, and to every map in it. */
export function extended(item: Item, members: LaterMembers): Item {
  const extend = (candidate: Value, name = ''): Value => {
    if (Array.isArray(candidate)) return (candidate as readonly Value[]).map((element) => extend(element));
    if (!isMap(candidate) || MAPS.has(name)) return candidate;
    const inner = Object.entries(candidate).map(([member, child]) => [member, extend(child, member)] as const);
    return { ...Object.fromEntries(inner), ...members };
  };
  return extend(item) as Item;
}

/** Extends all items but audit events, whose hash would not cover the members. */
export const extendedBy =
  (members: LaterMembers) =>
  (item: Item, table: TableSpec): Item =>
    table === AUDIT ? item : extended(item, members);
