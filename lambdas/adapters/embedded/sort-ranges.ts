import type { SortRange } from '../../domain/table/table-store';

/** @returns the comparisons that a sort key in the range satisfies. SQLite compares text by its UTF-8 bytes. */
export function boundsOf(sort: SortRange | undefined): readonly (readonly [comparison: string, bound: string])[] {
  if (sort === undefined) return [];
  if ('beginsWith' in sort) {
    const end = afterPrefix(sort.beginsWith);
    return end === undefined
      ? [['>=', sort.beginsWith]]
      : [
          ['>=', sort.beginsWith],
          ['<', end],
        ];
  }
  return [...('from' in sort ? [['>=', sort.from] as const] : []), ...('to' in sort ? [['<=', sort.to] as const] : [])];
}

const LAST_CODE_POINT = 0x10ffff;
const FIRST_SURROGATE = 0xd800;
const AFTER_SURROGATES = 0xe000;

/** @returns the first text after all texts with a prefix; undefined when there is none */
function afterPrefix(prefix: string): string | undefined {
  const characters = Array.from(prefix);
  for (let last = characters.pop(); last !== undefined; last = characters.pop()) {
    const codePoint = last.codePointAt(0) ?? LAST_CODE_POINT;
    if (codePoint === LAST_CODE_POINT) continue;
    const next = codePoint + 1 === FIRST_SURROGATE ? AFTER_SURROGATES : codePoint + 1;
    return characters.join('') + String.fromCodePoint(next);
  }
  return undefined;
}
