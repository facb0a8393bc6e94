import { matchesSubject } from '../../../lambdas/domain/federation/matches-subject';

const MAIN = 'repo:acme/app:ref:refs/heads/main';

test.each([
  [MAIN, MAIN],
  ['repo:acme/app:ref:refs/heads/*', MAIN],
  ['repo:acme/app:ref:refs/heads/*', 'repo:acme/app:ref:refs/heads/feature/a:b'],
  ['repo:acme/*:ref:refs/heads/main', MAIN],
  ['repo:acme/app:*', MAIN],
  ['repo:acme/*:ref:refs/*/main', MAIN],
  ['repo:acme/a*p:ref:refs/heads/main', MAIN],
  ['repo:acme/app*:ref:refs/heads/main', MAIN],
  ['a**b', 'ab'],
])('the pattern %s matches %s', (pattern, subject) => {
  expect(matchesSubject(pattern, subject)).toBe(true);
});

test.each([
  [MAIN, `${MAIN}2`],
  [MAIN, MAIN.toUpperCase()],
  [MAIN, ''],
  ['repo:acme/app:ref:refs/heads/*', 'repo:acme/app:pull_request'],
  ['repo:acme/*:ref:refs/heads/main', 'repo:acme/app:environment:x:ref:refs/heads/main'],
  ['repo:acme/*/main', 'repo:acme/app:ref:refs/heads/main'],
  ['repo:acme/app:*', 'repo:acme/app2:ref'],
  ['repo:acme/app:*', 'xrepo:acme/app:ref'],
  ['ab*bc', 'abc'],
  ['a*b*c', 'a:b:c'],
  ['a.c', 'abc'],
])('the pattern %s does not match %s', (pattern, subject) => {
  expect(matchesSubject(pattern, subject)).toBe(false);
});

test('a pattern that would make a backtracking matcher slow is matched in linear time', () => {
  // So large that quadratic work, let alone backtracking, would exceed the test's timeout on any machine.
  expect(matchesSubject(`a${'*a'.repeat(500_000)}b`, 'a'.repeat(10_000_000))).toBe(false);
});
