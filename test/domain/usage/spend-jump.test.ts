import fc from 'fast-check';
import {
  isSpendJump,
  JUMP_FACTOR,
  JUMP_FLOOR_PICO,
  BASELINE_HOURS_MIN,
} from '../../../lambdas/domain/usage/spend-watch/spend-jump';

const DOLLAR = 1_000_000_000_000n;
const hours = (count: number, pico: bigint): bigint[] => Array<bigint>(count).fill(pico);

test('a spend jump is more than ten times the average active hour, not exactly ten times', () => {
  const before = hours(BASELINE_HOURS_MIN, 2n * DOLLAR);
  expect(isSpendJump(20n * DOLLAR, before)).toBe(false);
  expect(isSpendJump(20n * DOLLAR + 1n, before)).toBe(true);
});

test('hours without spend do not lower the baseline', () => {
  const before = [...hours(BASELINE_HOURS_MIN, 2n * DOLLAR), ...hours(100, 0n)];
  expect(isSpendJump(20n * DOLLAR, before)).toBe(false);
  expect(isSpendJump(21n * DOLLAR, before)).toBe(true);
});

test('an hour with ten dollars or less is never a jump', () => {
  expect(isSpendJump(JUMP_FLOOR_PICO, hours(BASELINE_HOURS_MIN, 1n))).toBe(false);
  expect(isSpendJump(JUMP_FLOOR_PICO + 1n, hours(BASELINE_HOURS_MIN, 1n))).toBe(true);
});

test('a key without a baseline never jumps', () => {
  expect(isSpendJump(1_000n * DOLLAR, hours(BASELINE_HOURS_MIN - 1, DOLLAR))).toBe(false);
  expect(isSpendJump(1_000n * DOLLAR, [])).toBe(false);
});

test('spend that is counted twice does not look like a jump', () => {
  const spent = fc.array(fc.bigInt({ min: 1n, max: 1_000n * DOLLAR }), {
    minLength: BASELINE_HOURS_MIN,
    maxLength: 168,
  });
  fc.assert(
    fc.property(spent, (before) => {
      const mean = before.reduce((sum, hour) => sum + hour, 0n) / BigInt(before.length);
      expect(isSpendJump(2n * mean, before)).toBe(false);
      expect(isSpendJump((JUMP_FACTOR + 1n) * (mean + JUMP_FLOOR_PICO), before)).toBe(true);
    }),
  );
});
