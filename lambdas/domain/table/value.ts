/**
 * An attribute's value. Numbers are integers: a `bigint` of at most 38 digits (DynamoDB's precision)
 * or a safe-integer `number` going in; always a `bigint` coming out. There is no float in any table.
 */
export type Value =
  string | bigint | number | boolean | null | Uint8Array | readonly Value[] | { readonly [name: string]: Value };

export interface Item {
  readonly [attribute: string]: Value;
}

/** The primary key of every table. */
export interface Key {
  readonly pk: string;
  readonly sk: string;
}
