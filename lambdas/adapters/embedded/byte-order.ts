/**
 * Compares strings by their UTF-8 bytes, which is how DynamoDB orders sort keys. This differs from JavaScript's order of
 * UTF-16 code units only when a surrogate is compared with a unit from U+E000 to U+FFFF.
 * @returns a number below, equal to or above zero
 */
export function compareText(left: string, right: string): number {
  if (left === right) return 0;
  const shared = Math.min(left.length, right.length);
  for (let index = 0; index < shared; index++) {
    const difference = rank(left.charCodeAt(index)) - rank(right.charCodeAt(index));
    if (difference !== 0) return difference;
  }
  return left.length - right.length;
}

export const compareBytes = (left: Uint8Array, right: Uint8Array): number => Buffer.compare(left, right);

/** Orders surrogates after U+E000 to U+FFFF, because they encode the highest code points. */
function rank(unit: number): number {
  if (unit < 0xd800) return unit;
  return unit >= 0xe000 ? unit - 0x800 : unit + 0x2000;
}
