import fc from 'fast-check';
import type { Attempt } from '../../../lambdas/domain/attempts/failed-attempts';
import {
  FAILED_SUBJECTS_MAX,
  FailedAttempts,
  FAILURES_MAX,
  WINDOW_MS,
} from '../../../lambdas/domain/attempts/failed-attempts';
import type { TooManyAttempts } from '../../../lambdas/domain/attempts/too-many-attempts';
import { networkOf } from '../../../lambdas/domain/attempts/network-of';

const HOME = '192.0.2.1';
const AWAY = '198.51.100.7';

function stage() {
  const time = { now: 1_000_000 };
  const attempts = new FailedAttempts({ clock: () => time.now });
  const isLetTry = (attempt: Attempt): boolean => {
    try {
      attempts.expectFew(attempt);
      return true;
    } catch (error) {
      expect(error).toMatchObject({ status: 429, code: 'too_many_attempts' });
      return false;
    }
  };
  const fail = (attempt: Attempt, times: number): void => {
    for (let time = 0; time < times; time += 1) attempts.failed(attempt);
  };
  return { time, attempts, isLetTry, fail };
}

const waitOf = (attempts: FailedAttempts, attempt: Attempt): number | undefined => {
  try {
    attempts.expectFew(attempt);
    return undefined;
  } catch (error) {
    return (error as TooManyAttempts).retryAfterSeconds;
  }
};

test('who fails as one subject is refused as that one for a minute, and as another not', () => {
  const { time, isLetTry, fail, attempts } = stage();
  const attempt = { source: HOME, subject: 'key-1' };
  fail(attempt, FAILURES_MAX - 1);
  expect(isLetTry(attempt)).toBe(true);
  time.now += 10_000;
  fail(attempt, 1);
  expect(waitOf(attempts, attempt)).toBe(50);
  expect(isLetTry({ source: HOME, subject: 'key-2' })).toBe(true);
  time.now += WINDOW_MS - 10_000 - 1;
  expect(isLetTry(attempt)).toBe(false);
  time.now += 1;
  expect(isLetTry(attempt)).toBe(true);
});

test('a stranger who knows a key’s id keeps nobody out who is elsewhere', () => {
  const { isLetTry, fail } = stage();
  fail({ source: AWAY, subject: 'key-1' }, 10 * FAILURES_MAX);
  expect(isLetTry({ source: HOME, subject: 'key-1' })).toBe(true);
});

test('who fails as many subjects is refused as every one', () => {
  const { isLetTry, fail } = stage();
  for (let key = 0; key < FAILED_SUBJECTS_MAX; key += 1) {
    expect(isLetTry({ source: HOME, subject: 'another' })).toBe(true);
    fail({ source: HOME, subject: `key-${key}` }, 1);
  }
  expect(isLetTry({ source: HOME, subject: 'another' })).toBe(false);
  expect(isLetTry({ source: AWAY, subject: 'another' })).toBe(true);
});

test('a client that fails as one subject over and over does not use up its neighbours’ attempts', () => {
  const { isLetTry, fail } = stage();
  fail({ source: HOME, subject: 'old-key' }, 100 * FAILED_SUBJECTS_MAX);
  expect(isLetTry({ source: HOME, subject: 'key-1' })).toBe(true);
});

test('nothing is counted where nobody knows whose attempt it is', () => {
  const { isLetTry, fail } = stage();
  const attempt = { source: undefined, subject: 'key-1' };
  fail(attempt, 100 * FAILURES_MAX);
  expect(isLetTry(attempt)).toBe(true);
});

test('a clock that is set back keeps nobody out', () => {
  const { time, isLetTry, fail } = stage();
  const attempt = { source: HOME, subject: 'key-1' };
  fail(attempt, FAILURES_MAX);
  time.now -= 1;
  expect(isLetTry(attempt)).toBe(true);
});

test('what is remembered of sources is bounded: the oldest is forgotten', () => {
  const { isLetTry, fail } = stage();
  const first = { source: HOME, subject: 'key-1' };
  fail(first, FAILURES_MAX);
  for (let address = 0; address < 20_000; address += 1) fail({ source: `address-${address}`, subject: 'key' }, 1);
  expect(isLetTry(first)).toBe(true);
});

test.each([
  ['192.0.2.1', '192.0.2.1'],
  ['::ffff:192.0.2.1', '192.0.2.1'],
  ['2001:db8:0:7:1:2:3:4', '2001:db8:0:7::9'],
  ['2001:0DB8:0000:0007::1', '2001:db8:0:7::9'],
  ['2001:db8::1', '2001:db8:0:0:ffff::'],
  ['::1', '::2'],
  ['2001:db8:0:7::', '2001:db8:0:7::9'],
  ['nothing of the kind', 'nothing of the kind'],
])('%s is of the network of %s, and of no other', (address, other) => {
  expect(networkOf(address)).toBe(networkOf(other));
  expect(networkOf(address)).not.toBe(networkOf('2001:db8:0:8::1'));
});

test('the addresses of one IPv6 network count as one, however they are written', () => {
  const low = fc.array(fc.nat(0xffff), { minLength: 4, maxLength: 4 });
  fc.assert(
    fc.property(low, (groups) => {
      const written = ['2001', 'db8', 'a', '0', ...groups.map((group) => group.toString(16))].join(':');
      const { hostname } = new URL(`http://[${written}]`);
      const network = networkOf('2001:db8:a::');
      expect([networkOf(written), networkOf(hostname.slice(1, -1))]).toEqual([network, network]);
    }),
  );
});
