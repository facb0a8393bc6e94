import type { Value } from './value';

export type Comparison = '=' | '<>' | '<' | '<=' | '>' | '>=';

/** A condition is data: each engine evaluates or translates it. It reads top-level attributes only. */
export type Condition =
  | { readonly exists: string }
  | { readonly absent: string }
  | { readonly attribute: string; readonly is: Comparison; readonly value: Value }
  | { readonly all: readonly Condition[] }
  | { readonly any: readonly Condition[] };

export const exists = (attribute = 'pk'): Condition => ({ exists: attribute });
export const absent = (attribute = 'pk'): Condition => ({ absent: attribute });
export const compare = (attribute: string, is: Comparison, value: Value): Condition => ({ attribute, is, value });
export const all = (...conditions: readonly Condition[]): Condition => ({ all: conditions });
export const any = (...conditions: readonly Condition[]): Condition => ({ any: conditions });

/** An update is data. `add` treats an absent attribute as zero, as DynamoDB's ADD does. */
export interface Change {
  readonly set?: { readonly [attribute: string]: Value };
  readonly add?: { readonly [attribute: string]: bigint };
  readonly remove?: readonly string[];
}
