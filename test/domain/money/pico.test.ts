import fc from 'fast-check';
import { formatUsd, InvalidAmount, larger, lesser, parseUsd, PICO_PER_USD } from '../../../lambdas/domain/money/pico';

describe('amounts of dollars', () => {
  test.each([
    ['5', 5n * PICO_PER_USD],
    ['5.00', 5n * PICO_PER_USD],
    ['0.1', 100_000_000_000n],
    ['0.000000000001', 1n],
    ['123456789012345.123456789012', 123_456_789_012_345_123_456_789_012n],
  ])('%s dollars are parsed exactly', (text, pico) => {
    expect(parseUsd(text)).toBe(pico);
  });

  test.each([
    '',
    ' 5',
    '5 ',
    '-5',
    '+5',
    '5.',
    '.5',
    '5,00',
    '1e3',
    '0x10',
    'NaN',
    'Infinity',
    '5.0000000000001',
    '5\n',
    '٥',
    '1_000',
    '9'.repeat(27),
  ])('%j is rejected as an amount', (text) => {
    expect(() => parseUsd(text)).toThrow(InvalidAmount);
  });

  test('the error for an invalid amount does not repeat the text', () => {
    expect(() => parseUsd('a secret')).toThrow(
      /^the amount must be a decimal number of dollars, such as 5 or 0\.25, with at most 12 decimals and no sign$/,
    );
    expect(new InvalidAmount()).toMatchObject({ name: 'InvalidAmount' });
  });

  test.each([
    [5n * PICO_PER_USD, '5.00'],
    [0n, '0.00'],
    [123_000_000n, '0.000123'],
    [-123_000_000n, '-0.000123'],
    [1n, '0.000000000001'],
    [1_500_000_000_000n, '1.50'],
    [-2n * PICO_PER_USD, '-2.00'],
  ])('%s pico-dollars are formatted as %s', (pico, text) => {
    expect(formatUsd(pico)).toBe(text);
  });

  test.each([
    [1n, 2n],
    [-2n, -1n],
    [3n, 3n],
  ])('%s is the lesser and %s the larger of the two', (less, more) => {
    expect([lesser(less, more), lesser(more, less)]).toEqual([less, less]);
    expect([larger(less, more), larger(more, less)]).toEqual([more, more]);
  });

  test('a formatted amount parses to the same amount', () => {
    fc.assert(fc.property(fc.bigInt({ min: 0n, max: 10n ** 30n }), (pico) => parseUsd(formatUsd(pico)) === pico));
  });
});
