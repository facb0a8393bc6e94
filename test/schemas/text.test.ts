import { line } from '../../lambdas/contracts/http/text';

const isLine = (text: string): boolean => line(20).safeParse(text).success;

test.each(['a', 'Ärger & Söhne', '株式会社', 'שלום', '👩‍👩‍👧', 'می‌خواهم', '=1+1', '😀'.repeat(20)])(
  '%j is a line',
  (text) => {
    expect(isLine(text)).toBe(true);
  },
);

test.each([
  ['nothing', ''],
  ['more than there may be', 'a'.repeat(21)],
  ['a control character', 'a\u0000b'],
  ['two lines', 'a\nb'],
  ['half of a character', '\ud83d'],
  ['text that runs the other way', '\u202eab'],
  ['a space at an end', 'a '],
  ['nothing that can be seen', '\u200b'],
  ['a filler', '\u3164'],
  ['a soft hyphen and a joiner', '\u00ad\u2060'],
])('%s is no line', (_what, text) => {
  expect(isLine(text)).toBe(false);
});
