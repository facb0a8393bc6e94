import type { Arbitrary } from 'fast-check';
import fc from 'fast-check';
import { USAGE, WALLET } from '../../lambdas/contracts/storage/tables';
import type { Change, Condition } from '../../lambdas/domain/table/condition';
import type { Check, Get, Query, SortRange, TableStore, Write } from '../../lambdas/domain/table/table-store';
import type { Item, Value } from '../../lambdas/domain/table/value';

/** A call of a store. */
type Call =
  | { readonly write: Write }
  | { readonly transact: readonly (Write | Check)[]; readonly token: string | undefined }
  | { readonly get: Get }
  | { readonly query: Query };

/** Creates a call for the partition of a run. */
export type Operation = (partition: string) => Call;

/** @returns the store's response; for a query, a list of pages */
export async function perform(store: TableStore, call: Call): Promise<unknown> {
  if ('write' in call) return store.write(call.write);
  if ('transact' in call) return store.transact(call.transact, call.token);
  return 'get' in call ? store.get(call.get) : pages(store, call.query);
}

/** All pages that are not empty. Stores may differ in whether an empty page follows a full one. */
async function pages(store: TableStore, query: Query): Promise<readonly (readonly Item[])[]> {
  const { items, next } = await store.query(query);
  const others = next === undefined ? [] : await pages(store, { ...query, after: next });
  return items.length === 0 ? others : [items, ...others];
}

/** Makes counterexamples readable by printing the call instead of the function. */
const readable = (operation: Operation): Operation =>
  Object.assign(operation, { [fc.toStringMethod]: () => fc.stringify(operation('partition')) });

// There are few names and values, so that operations affect the same items. Some operations are invalid.
const attribute = fc.constantFrom('n', 'count', 'data', 'list');
const sk = fc.constantFrom('a', 'a#1', 'b', 'é', '\uFFFD', '\u{1F600}');
const table = fc.constantFrom(WALLET, USAGE);
const scalar: Arbitrary<Value> = fc.oneof(
  fc.constantFrom<Value>('', 'a', 'b', '\u{1F600}', '\uFFFD', null, true, false),
  fc.integer({ min: -2, max: 2 }),
  fc.bigInt(-(10n ** 37n), 10n ** 37n),
  fc.uint8Array({ maxLength: 2 }),
);
const value: Arbitrary<Value> = fc.oneof(
  { arbitrary: scalar, weight: 4 },
  fc.array(scalar, { maxLength: 2 }),
  fc.dictionary(attribute, scalar, { maxKeys: 2 }),
);

const condition: Arbitrary<Condition> = fc.letrec<{ condition: Condition }>((tie) => ({
  condition: fc.oneof(
    { maxDepth: 2 },
    fc.record({
      attribute: fc.oneof(attribute, fc.constant('sk')),
      is: fc.constantFrom('=', '<>', '<', '<=', '>', '>='),
      value,
    }),
    fc.record({ exists: attribute }),
    fc.record({ absent: fc.oneof(attribute, fc.constant('pk')) }),
    fc.record({ all: fc.array(tie('condition'), { maxLength: 3 }) }),
    fc.record({ any: fc.array(tie('condition'), { maxLength: 3 }) }),
  ),
})).condition;

const change: Arbitrary<Change> = fc.record(
  {
    set: fc.dictionary(attribute, value, { maxKeys: 2 }),
    add: fc.dictionary(attribute, fc.bigInt(-3n, 3n), { maxKeys: 1 }),
    remove: fc.uniqueArray(attribute, { maxLength: 1 }),
  },
  { requiredKeys: [] },
);

const write: Arbitrary<(pk: string) => Write> = fc
  .record({
    table,
    sk,
    when: fc.option(condition, { nil: undefined, freq: 2 }),
    attributes: fc.dictionary(attribute, value),
    change,
    kind: fc.constantFrom('put', 'update', 'delete'),
  })
  .map(({ table, sk, when, attributes, change, kind }) => (pk) => {
    const guarded = { table, ...(when && { when }) };
    if (kind === 'put') return { ...guarded, put: { ...attributes, pk, sk } };
    return kind === 'update' ? { ...guarded, update: { pk, sk }, change } : { ...guarded, delete: { pk, sk } };
  });
const check: Arbitrary<(pk: string) => Check> = fc
  .record({ table, sk, when: condition })
  .map(({ table, sk, when }) => (pk) => ({ table, check: { pk, sk }, when }));

const sort: Arbitrary<SortRange> = fc.oneof(
  fc.record({ beginsWith: sk }),
  fc.record({ from: sk, to: sk }),
  fc.record({ from: sk }),
  fc.record({ to: sk }),
);

const transaction: Arbitrary<Operation> = fc
  .record({
    writes: fc.array(fc.oneof({ arbitrary: write, weight: 3 }, check), { maxLength: 4 }),
    token: fc.constantFrom(undefined, undefined, 'x', 'y'),
  })
  .map(({ writes, token }) => (pk) => ({ transact: writes.map((made) => made(pk)), token: token && `${token}-${pk}` }));

const get: Arbitrary<Operation> = fc
  .record({ table, sk })
  .map(({ table, sk }) => (pk) => ({ get: { table, key: { pk, sk } } }));

// `after` must be within the range of a query, so it is generated only for queries without a range.
const query: Arbitrary<Operation> = fc
  .record({
    table,
    limit: fc.integer({ min: 1, max: 4 }),
    newestFirst: fc.boolean(),
    start: fc.option(fc.oneof(sort, fc.record({ after: sk })), { nil: undefined }),
  })
  .map(({ start, ...options }) => (partition) => {
    if (start === undefined) return { query: { ...options, partition } };
    return {
      query: {
        ...options,
        partition,
        ...('after' in start ? { after: { pk: partition, sk: start.after } } : { sort: start }),
      },
    };
  });

const operation: Arbitrary<Operation> = fc.oneof(
  { arbitrary: write.map((made): Operation => (pk) => ({ write: made(pk) })), weight: 4 },
  { arbitrary: transaction, weight: 3 },
  get,
  query,
);

export const operations = fc.array(operation.map(readable), { minLength: 4, maxLength: 20 });
