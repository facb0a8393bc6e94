import type { KeyRules } from '../../../lambdas/contracts/http/key-rules';
import { allowsAddress, allowsModel, allowsProvider, allowsScope } from '../../../lambdas/domain/keys/rule-checks';

test('a key without rules may use every scope, address, model and provider', () => {
  expect(allowsScope({}, 'chat')).toBe(true);
  expect([allowsAddress({}, '192.0.2.1'), allowsAddress({}, undefined)]).toEqual([true, true]);
  expect(allowsModel({}, 'anything')).toBe(true);
  expect(allowsProvider({}, {})).toBe(true);
});

test('a key may use only the scopes that it names', () => {
  const rules: KeyRules = { scopes: ['chat', 'models'] };
  expect((['chat', 'models', 'messages', 'requests'] as const).map((scope) => allowsScope(rules, scope))).toEqual([
    true,
    true,
    false,
    false,
  ]);
});

test('a key may be used in any of its ranges, and not from an unknown address', () => {
  const rules: KeyRules = { cidrs: ['192.0.2.0/24', '2001:db8::/32'] };
  const addresses = ['192.0.2.9', '2001:db8::9', '203.0.113.9', 'unknown', undefined];
  expect(addresses.map((address) => allowsAddress(rules, address))).toEqual([true, true, false, false, false]);
});

test.each([
  [['gpt-4.1'], 'gpt-4.1', true],
  [['gpt-4.1'], 'gpt-4.1-mini', false],
  [['gpt-4.1*'], 'gpt-4.1-mini', true],
  [['gpt-4.1*'], 'gpt-4.1', true],
  [['gpt-4.1*'], 'gpt-4', false],
  [['*'], 'claude', true],
  [['gpt-4.1', 'claude*'], 'claude-x', true],
  [['gpt-4.1', 'claude*'], 'o3', false],
  // Only a star at the end of a pattern has a special meaning.
  [['gpt.4'], 'gpt-4', false],
])('the models %j allow %s: %p', (models, name, isAllowed) => {
  expect(allowsModel({ models }, name)).toBe(isAllowed);
});

test.each<[KeyRules, object, boolean]>([
  [{ regions: ['eu', 'ch'] }, { region: 'ch' }, true],
  [{ regions: ['eu', 'ch'] }, { region: 'us' }, false],
  [{ regions: ['eu', 'ch'] }, {}, false],
  [{ zeroDataRetention: true }, { zeroDataRetention: true }, true],
  [{ zeroDataRetention: true }, { zeroDataRetention: false }, false],
  [{ zeroDataRetention: true }, {}, false],
  [{ zeroDataRetention: false }, {}, true],
  [{ regions: ['eu'], zeroDataRetention: true }, { region: 'eu' }, false],
  [{ regions: ['eu'], zeroDataRetention: true }, { region: 'us', zeroDataRetention: true }, false],
  [{ regions: ['eu'], zeroDataRetention: true }, { region: 'eu', zeroDataRetention: true }, true],
])('the rules %j allow the provider %j: %p', (rules, provider, isAllowed) => {
  expect(allowsProvider(rules, provider)).toBe(isAllowed);
});
