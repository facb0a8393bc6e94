import { type KeyRules, keyRulesSchema, RULE_NAMES } from '../../../lambdas/contracts/http/key-rules';

const BUDGET = { limitPico: '1', window: 'day' } as const;
const many = (count: number, one: (place: number) => string): string[] =>
  Array.from({ length: count }, (_, i) => one(i));

test.each<[string, KeyRules]>([
  ['none', {}],
  ['scopes', { scopes: ['chat', 'messages', 'embeddings', 'models', 'requests'] }],
  ['models', { models: ['gpt-4.1', 'claude*', '*', 'org/model:tag', 'x'.repeat(128)] }],
  ['a budget', { budget: { limitPico: '0', window: 'total' } }],
  [
    'a large budget',
    { budget: { limitPico: '9'.repeat(21), window: 'month', timeZone: 'America/Argentina/Buenos_Aires' } },
  ],
  ['rates', { requestsPerMinute: 1, tokensPerMinute: 1_000_000_000, concurrency: 10_000 }],
  ['addresses', { cidrs: ['192.0.2.0/24', '2001:db8::/32', '0.0.0.0/0', '::1/128'] }],
  ['residency', { regions: ['eu', 'eu-central-1'], zeroDataRetention: true }],
  ['labels', { labels: { team: 'Research 1', 'cost.centre': '4711/a:b', constructor: 'x' } }],
  ['as many as there may be', { cidrs: many(100, (i) => `10.0.${i}.0/24`), models: many(50, (i) => `model-${i}`) }],
])('rules may have %s', (_, rules) => {
  expect(keyRulesSchema.parse(rules)).toEqual(rules);
});

test.each<[string, object]>([
  ['a rule that there is not', { rpm: 5 }],
  ['an empty list', { scopes: [] }],
  ['an unknown scope', { scopes: ['admin'] }],
  ['the same scope twice', { scopes: ['chat', 'chat'] }],
  ['too many models', { models: many(51, (i) => `model-${i}`) }],
  ['a star in the middle', { models: ['gpt*4'] }],
  ['two stars', { models: ['gpt**'] }],
  ['an empty model', { models: [''] }],
  ['a model with a space', { models: ['gpt 4'] }],
  ['a model with a line break at its end', { models: ['gpt\n'] }],
  ['a model that is too long', { models: ['x'.repeat(129)] }],
  ['an amount that is a number', { budget: { ...BUDGET, limitPico: 5 } }],
  ['a negative amount', { budget: { ...BUDGET, limitPico: '-1' } }],
  ['an amount with a fraction', { budget: { ...BUDGET, limitPico: '1.5' } }],
  ['an amount in exponents', { budget: { ...BUDGET, limitPico: '1e309' } }],
  ['an amount with a leading zero', { budget: { ...BUDGET, limitPico: '01' } }],
  ['an amount that no table holds', { budget: { ...BUDGET, limitPico: '9'.repeat(22) } }],
  ['an unknown window', { budget: { ...BUDGET, window: 'year' } }],
  ['a budget without a window', { budget: { limitPico: '1' } }],
  ['an unknown time zone', { budget: { ...BUDGET, timeZone: 'Europe/Atlantis' } }],
  ['something else in a budget', { budget: { ...BUDGET, spentPico: '0' } }],
  ['no request a minute', { requestsPerMinute: 0 }],
  ['too many requests a minute', { requestsPerMinute: 1_000_001 }],
  ['half a token a minute', { tokensPerMinute: 0.5 }],
  ['too many tokens a minute', { tokensPerMinute: 1_000_000_001 }],
  ['NaN requests at a time', { concurrency: NaN }],
  ['too many requests at a time', { concurrency: 10_001 }],
  ['an address that is not a range', { cidrs: ['192.0.2.1'] }],
  ['a prefix that is too long', { cidrs: ['192.0.2.0/33'] }],
  ['a name for a range', { cidrs: ['localhost/8'] }],
  ['too many ranges', { cidrs: many(101, (i) => `10.0.${i}.0/24`) }],
  ['a region in capitals', { regions: ['EU'] }],
  ['too many regions', { regions: many(21, (i) => `region-${i}`) }],
  ['a policy that is a word', { zeroDataRetention: 'yes' }],
  ['a mail address in a label', { labels: { team: 'a@example.test' } }],
  ['a label without a value', { labels: { team: '' } }],
  ['a formula in a label', { labels: { team: '=1+1' } }],
  ['a label that is too long', { labels: { team: 'x'.repeat(65) } }],
  ['a label’s name in capitals', { labels: { Team: 'a' } }],
  ['too many labels', { labels: Object.fromEntries(many(9, (i) => `label-${i}`).map((name) => [name, 'x'])) }],
])('rules may not have %s', (_, rules) => {
  expect(keyRulesSchema.safeParse(rules).success).toBe(false);
});

test('a label cannot be the prototype', () => {
  const labels = keyRulesSchema.parse(JSON.parse('{"labels":{"__proto__":"a"}}')).labels ?? { team: 'none' };
  expect([Object.keys(labels), Object.getPrototypeOf(labels)]).toEqual([[], Object.prototype]);
});

test('the list of rule names is complete', () => {
  expect(RULE_NAMES).toEqual([
    'scopes',
    'models',
    'budget',
    'requestsPerMinute',
    'tokensPerMinute',
    'concurrency',
    'cidrs',
    'regions',
    'zeroDataRetention',
    'labels',
  ]);
});
