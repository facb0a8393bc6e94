/** Digits with at most one sign between two of them, such as `4242 4242 4242 4242`. */
const DIGITS = /\d(?:[^\p{L}\p{N}]?\d){12,}/gu;

const DIGITS_MAX = 19;

/** How the numbers of card networks begin, and how many digits they have (ISO/IEC 7812). */
const NETWORKS: readonly (readonly [beginning: RegExp, lengths: RegExp])[] = [
  [/^4/, /^(?:13|16|19)$/],
  [/^(?:5[1-5]|222[1-9]|22[3-9]|2[3-6]|27[01]|2720)/, /^16$/],
  [/^3[47]/, /^15$/],
  [/^3(?:0[0-5]|[689])/, /^1[4-9]$/],
  [/^35(?:2[89]|[3-8])/, /^1[6-9]$/],
  [/^(?:50|5[6-8]|6)/, /^1[6-9]$/],
];

/** Whether a text has something that could be the number of a payment card. Such a text is stored nowhere. */
export function holdsCardNumber(text: string): boolean {
  const runs = text.normalize('NFKC').match(DIGITS) ?? [];
  return runs.some((run) => numbersIn(run.split(/\D/)).some((digits) => isOfNetwork(digits) && passesLuhn(digits)));
}

/** The numbers that adjacent groups of digits make: another number, such as an expiry date, can precede or follow. */
const numbersIn = (groups: readonly string[]): readonly string[] =>
  groups.flatMap((_, first) =>
    groups.slice(first, first + DIGITS_MAX).map((_last, count) => groups.slice(first, first + count + 1).join('')),
  );

const isOfNetwork = (digits: string): boolean =>
  NETWORKS.some(([beginning, lengths]) => beginning.test(digits) && lengths.test(String(digits.length)));

/** The check digit of ISO/IEC 7812-1. */
function passesLuhn(digits: string): boolean {
  const sum = Array.from(digits)
    .reverse()
    .reduce((total, digit, index) => {
      const value = Number(digit) * (index % 2 === 1 ? 2 : 1);
      return total + (value > 9 ? value - 9 : value);
    }, 0);
  return sum % 10 === 0;
}

/** Looks for card numbers in the texts and the names of a JSON value. @returns a JSON pointer (RFC 6901) to the first */
export function cardNumberIn(value: unknown, pointer = ''): string | undefined {
  if (typeof value === 'string') return holdsCardNumber(value) ? pointer : undefined;
  if (typeof value !== 'object' || value === null) return undefined;
  for (const [name, member] of Object.entries(value)) {
    // The pointer of the member would repeat its name.
    if (holdsCardNumber(name)) return pointer;
    const found = cardNumberIn(member, `${pointer}/${name.replaceAll('~', '~0').replaceAll('/', '~1')}`);
    if (found !== undefined) return found;
  }
  return undefined;
}
