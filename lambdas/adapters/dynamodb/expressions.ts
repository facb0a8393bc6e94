import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import type { Change, Condition } from '../../domain/table/condition';
import type { SortRange } from '../../domain/table/table-store';
import type { Value } from '../../domain/table/value';
import { encodeValue } from '../attribute-values';

/** The attribute names and values that the expressions of one request refer to. */
export interface Placeholders {
  readonly ExpressionAttributeNames?: Record<string, string>;
  readonly ExpressionAttributeValues?: Record<string, AttributeValue>;
}

/**
 * Builds DynamoDB expressions. Every attribute name becomes a placeholder because DynamoDB reserves 573 words,
 * including `count`, `data` and `status`. Values are placeholders because the syntax has no literals.
 */
export class Expressions {
  readonly #names = new Map<string, string>();
  readonly #values: Record<string, AttributeValue> = {};
  #valueCount = 0;

  condition(condition: Condition): string {
    if ('exists' in condition) return `attribute_exists(${this.#name(condition.exists)})`;
    if ('absent' in condition) return `attribute_not_exists(${this.#name(condition.absent)})`;
    if ('all' in condition) return this.#join(condition.all, 'AND');
    if ('any' in condition) return this.#join(condition.any, 'OR');
    return `${this.#name(condition.attribute)} ${condition.is} ${this.#value(condition.value)}`;
  }

  change({ set = {}, add = {}, remove = [] }: Change): string {
    const sections = [
      section(
        'SET',
        Object.entries(set).map(([name, value]) => `${this.#name(name)} = ${this.#value(value)}`),
      ),
      section(
        'ADD',
        Object.entries(add).map(([name, value]) => `${this.#name(name)} ${this.#value(value)}`),
      ),
      section(
        'REMOVE',
        remove.map((name) => this.#name(name)),
      ),
    ];
    return sections.filter((text) => text !== '').join(' ');
  }

  key(partition: string, sort: SortRange | undefined): string {
    const inPartition = `${this.#name('pk')} = ${this.#value(partition)}`;
    return sort === undefined ? inPartition : `${inPartition} AND ${this.#sortRange(sort)}`;
  }

  #sortRange(sort: SortRange): string {
    const sk = this.#name('sk');
    if ('beginsWith' in sort) return `begins_with(${sk}, ${this.#value(sort.beginsWith)})`;
    if (!('from' in sort)) return `${sk} <= ${this.#value(sort.to)}`;
    if (!('to' in sort)) return `${sk} >= ${this.#value(sort.from)}`;
    return `${sk} BETWEEN ${this.#value(sort.from)} AND ${this.#value(sort.to)}`;
  }

  /**
   * The placeholders of all expressions built so far. Call this last. Empty sets are left out because DynamoDB rejects
   * them.
   */
  placeholders(): Placeholders {
    return {
      ...(this.#names.size > 0 && {
        ExpressionAttributeNames: Object.fromEntries(
          [...this.#names].map(([name, placeholder]) => [placeholder, name]),
        ),
      }),
      ...(this.#valueCount > 0 && { ExpressionAttributeValues: this.#values }),
    };
  }

  // DynamoDB rejects redundant parentheses, so a single condition has none.
  #join(conditions: readonly Condition[], operator: 'AND' | 'OR'): string {
    const [first, ...others] = conditions.map((condition) => this.condition(condition));
    if (first === undefined) return this.#constant(operator);
    return others.length === 0 ? first : `(${[first, ...others].join(` ${operator} `)})`;
  }

  /** An expression that is always true (for an empty AND) or always false (for an empty OR). DynamoDB has no literal. */
  #constant(operator: 'AND' | 'OR'): string {
    const pk = this.#name('pk');
    return `(attribute_exists(${pk}) ${operator === 'AND' ? 'OR' : 'AND'} attribute_not_exists(${pk}))`;
  }

  #name(attribute: string): string {
    const known = this.#names.get(attribute);
    if (known !== undefined) return known;
    const placeholder = `#n${this.#names.size}`;
    this.#names.set(attribute, placeholder);
    return placeholder;
  }

  #value(value: Value): string {
    const placeholder = `:v${this.#valueCount++}`;
    this.#values[placeholder] = encodeValue(value);
    return placeholder;
  }
}

const section = (keyword: string, parts: readonly string[]): string =>
  parts.length === 0 ? '' : `${keyword} ${parts.join(', ')}`;
