import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import type { Change, Condition } from '../../domain/table/condition';
import type { SortRange } from '../../domain/table/table-store';
import type { Value } from '../../domain/table/value';
import { encodeValue } from '../attribute-values';

/** The names and values that one request's expressions refer to. */
export interface Placeholders {
  readonly ExpressionAttributeNames?: Record<string, string>;
  readonly ExpressionAttributeValues?: Record<string, AttributeValue>;
}

/**
 * Writes DynamoDB expressions. Every name and value goes through a placeholder, because DynamoDB reserves
 * 573 words, `count`, `data` and `status` among them.
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

  /** Read last: an absent set of placeholders must be left out of the request. */
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

  // Redundant parentheses are an error, so a single condition stands bare.
  #join(conditions: readonly Condition[], operator: 'AND' | 'OR'): string {
    const [first, ...others] = conditions.map((condition) => this.condition(condition));
    if (first === undefined) return this.#constant(operator);
    return others.length === 0 ? first : `(${[first, ...others].join(` ${operator} `)})`;
  }

  /** There is no literal for "always" (of nothing, all hold) and "never" (of nothing, none holds). */
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
