import { PROMISES } from '../../dev/tools/pages/promises';
import { promiseTests } from '../../dev/tools/pages/promises-page';

const tested = new Set(promiseTests().map(({ number }) => number));

test('the promises are numbered from 01 to 34', () => {
  const numbers = Array.from({ length: 34 }, (_, index) => String(index + 1).padStart(2, '0'));
  expect(PROMISES.map(({ number }) => number)).toEqual(numbers);
});

test('a promise that nothing is missing from has a test whose title begins with its number', () => {
  const kept = PROMISES.filter(({ missing }) => missing === undefined);
  expect(kept.map(({ number }) => number).filter((number) => !tested.has(number))).toEqual([]);
});

test('a test whose title begins with the number of a promise belongs to a promise of the list', () => {
  const numbers = PROMISES.map(({ number }) => number);
  expect([...tested].filter((number) => !numbers.includes(number))).toEqual([]);
});
