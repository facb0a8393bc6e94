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

test('a source that fails for one subject is refused for that subject for a minute, and not for another', () => {
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

test('a stranger who knows a key’s id cannot lock out clients at other addresses', () => {
  const { isLetTry, fail } = stage();
  fail({ source: AWAY, subject: 'key-1' }, 10 * FAILURES_MAX);
  expect(isLetTry({ source: HOME, subject: 'key-1' })).toBe(true);
});

test('a source that fails for many subjects is refused for all', () => {
  const { isLetTry, fail } = stage();
  for (let key = 0; key < FAILED_SUBJECTS_MAX; key += 1) {
    expect(isLetTry({ source: HOME, subject: 'another' })).toBe(true);
    fail({ source: HOME, subject: `key-${key}` }, 1);
  }
  expect(isLetTry({ source: HOME, subject: 'another' })).toBe(false);
  expect(isLetTry({ source: AWAY, subject: 'another' })).toBe(true);
});

test('a client that keeps failing for one subject does not use up its neighbours’ attempts', () => {
  const { isLetTry, fail } = stage();
  fail({ source: HOME, subject: 'old-key' }, 100 * FAILED_SUBJECTS_MAX);
  expect(isLetTry({ source: HOME, subject: 'key-1' })).toBe(true);
});

test('attempts from an unknown source are not counted', () => {
  const { isLetTry, fail } = stage();
  const attempt = { source: undefined, subject: 'key-1' };
  fail(attempt, 100 * FAILURES_MAX);
  expect(isLetTry(attempt)).toBe(true);
});

test('a clock that is set back does not lock anyone out', () => {
  const { time, isLetTry, fail } = stage();
  const attempt = { source: HOME, subject: 'key-1' };
  fail(attempt, FAILURES_MAX);
  time.now -= 1;
  expect(isLetTry(attempt)).toBe(true);
});

test('the number of remembered sources is bounded, and the oldest is forgotten first', () => {
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
])('%s is in the network of %s, and in no other', (address, other) => {
  expect(networkOf(address)).toBe(networkOf(other));
  expect(networkOf(address)).not.toBe(networkOf('2001:db8:0:8::1'));
});

test('the addresses of one IPv6 network count as one source, however they are written', () => {
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
