import fc from 'fast-check';
import { JsonShortener, VALUE_BYTES_MAX } from '../../../lambdas/domain/dialects/json/json-shortener';

/** Shortens text that arrives in chunks of this size. */
function shorten(text: string, chunkBytes = text.length + 1): JsonShortener {
  const shortener = new JsonShortener();
  const bytes = Buffer.from(text);
  for (let at = 0; at < bytes.length; at += chunkBytes) shortener.push(bytes.subarray(at, at + chunkBytes));
  return shortener;
}

const parsed = (shortener: JsonShortener): unknown => JSON.parse(shortener.bytes().toString());

test('an answer of short members is copied as it is, however it is cut', () => {
  fc.assert(
    fc.property(fc.dictionary(fc.string(), fc.jsonValue()), fc.nat(9), fc.nat(2), (answer, cut, indent) => {
      const text = ` ${JSON.stringify(answer, undefined, indent)}\n`;
      const shortener = shorten(text, cut + 1);
      expect(shortener.state).toBe('complete');
      expect(shortener.bytes().toString()).toBe(text.trim());
    }),
  );
});

test.each([
  ['an array', [1, '}]', { a: ['"\\'] }], []],
  ['an object', { a: '"{', b: [] }, {}],
  ['a string', '\\"}{', ''],
])('a long value of the outermost object becomes an empty one of its type: %s', (_what, value, empty) => {
  const long = JSON.stringify({ a: 1, long: value, usage: { n: 2 } }).replace(
    JSON.stringify(value),
    (text) =>
      `${text.slice(0, -1)}${typeof value === 'string' ? 'x'.repeat(VALUE_BYTES_MAX) : ' '.repeat(VALUE_BYTES_MAX)}${text.slice(-1)}`,
  );
  for (const cut of [1, 7, 1_000, long.length]) {
    const shortener = shorten(long, cut);
    expect(shortener.state).toBe('complete');
    expect(parsed(shortener)).toEqual({ a: 1, long: empty, usage: { n: 2 } });
  }
});

test.each([
  ['nothing', '', 'begun'],
  ['blanks', ' \n', 'begun'],
  ['half of an object', '{"a":[1', 'begun'],
  ['an object that is closed within a string only', '{"a":"}', 'begun'],
  ['HTML', '<html>', 'broken'],
  ['an array', '[]', 'broken'],
  ['bytes after the object', '{} x', 'broken'],
  ['a second object', '{}{}', 'broken'],
])('%s leaves an answer %s', (_what, text, state) => {
  for (const cut of [1, text.length + 1]) expect(shorten(text, cut).state).toBe(state);
});

test('an answer with members without end is broken, and little of it is kept', () => {
  const shortener = new JsonShortener();
  shortener.push(Buffer.from('{"a":1'));
  for (let count = 0; count < 100_000; count += 1) shortener.push(Buffer.from(`,"m${count}":1`));
  expect(shortener.state).toBe('broken');
  expect(shortener.bytes().length).toBe(0);
});
