/** Digits with at most one sign between two of them, such as `4242 4242 4242 4242`. */
const DIGITS = /\d(?:[^\p{L}\p{N}]?\d){12,}/gu;

const DIGITS_MIN = 13;
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
  return runs.some((run) => {
    const groups = run.split(/\D/);
    return groups.some((_, first) => beginsCardNumber(groups, first));
  });
}

/** Whether adjacent groups of digits, from one on, are a card number. Another number, such as a date, can follow. */
function beginsCardNumber(groups: readonly string[], first: number): boolean {
  let digits = '';
  for (let index = first; index < groups.length && digits.length < DIGITS_MAX; index += 1) {
    digits += groups[index] ?? '';
    if (digits.length >= DIGITS_MIN && isOfNetwork(digits) && passesLuhn(digits)) return true;
  }
  return false;
}

const isOfNetwork = (digits: string): boolean =>
  NETWORKS.some(([beginning, lengths]) => beginning.test(digits) && lengths.test(String(digits.length)));

/** The check digit of ISO/IEC 7812-1. */
function passesLuhn(digits: string): boolean {
  let sum = 0;
  for (let index = 0; index < digits.length; index += 1) {
    const isDoubled = (digits.length - index) % 2 === 0;
    const value = Number(digits[index]) * (isDoubled ? 2 : 1);
    sum += value > 9 ? value - 9 : value;
  }
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
