import { line } from '../../lambdas/contracts/http/text';

const isLine = (text: string): boolean => line(20).safeParse(text).success;

test.each(['a', 'Ärger & Söhne', '株式会社', 'שלום', '👩‍👩‍👧', 'می‌خواهم', '=1+1', '😀'.repeat(20)])(
  '%j is accepted as a line of text',
  (text) => {
    expect(isLine(text)).toBe(true);
  },
);

test.each([
  ['an empty string', ''],
  ['a text above the maximum length', 'a'.repeat(21)],
  ['a control character', 'a\u0000b'],
  ['a text of two lines', 'a\nb'],
  ['a lone surrogate', '\ud83d'],
  ['a change of text direction', '\u202eab'],
  ['a trailing space', 'a '],
  ['a zero-width space', '\u200b'],
  ['a Hangul filler', '\u3164'],
  ['a soft hyphen and a joiner', '\u00ad\u2060'],
])('%s is rejected as a line of text', (_what, text) => {
  expect(isLine(text)).toBe(false);
});
