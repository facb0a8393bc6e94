import { cardNumberIn, holdsCardNumber } from '../../../lambdas/domain/payments/card-number';

// Test numbers of the networks, which belong to no card.
test.each([
  '4242424242424242',
  '4242 4242 4242 4242',
  '4242-4242-4242-4242',
  '4242.4242.4242.4242',
  'card 4222222222222, thanks',
  'House 1 4242 4242 4242 4242 12/29 123',
  '5555555555554444',
  '2223003122003222',
  '378282246310005',
  '3782 822463 10005',
  '6011111111111117',
  '36227206271667',
  '3566002020360505',
  '6205500000000000004',
  '４２４２４２４２４２４２４２４２',
])('%s is a card number', (text) => {
  expect(holdsCardNumber(text)).toBe(true);
});

test.each([
  ['a number whose check digit is wrong', '4242424242424241'],
  ['a number of no network', '1234567812345670'],
  ['a time in milliseconds', '1796040000000'],
  ['a longer number', '42424242424242424242'],
  ['digits between letters', 'a4242b4242c4242d4242'],
  ['digits that two signs keep apart', '4242 - 4242 - 4242 - 4242'],
  ['an ID', 'acc_01M8P23SPGPTQMSAW29W5B7DD4'],
  ['a time', '2026-11-30T11:05:59.996Z'],
  ['an ARN', 'arn:aws:iam::111122223333:role/worker'],
  ['an amount', '9007199254740993'],
])('%s is not taken for a card number', (_, text) => {
  expect(holdsCardNumber(text)).toBe(false);
});

test('a card number is found in every text and name of a value, and its pointer does not repeat it', () => {
  const card = '4242424242424242';
  expect(cardNumberIn({ a: [{ 'b/c': ` ${card}` }] })).toBe('/a/0/b~1c');
  expect(cardNumberIn({ labels: { [card]: 'x' } })).toBe('/labels');
  expect(cardNumberIn({ a: [1, null, true, 'text'] })).toBeUndefined();
});
