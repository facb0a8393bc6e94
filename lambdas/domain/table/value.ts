/**
 * An attribute's value. Numbers are integers: a `bigint` of at most 38 digits (DynamoDB's precision)
 * or a safe-integer `number` when written; always a `bigint` when read. No table contains a float.
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
