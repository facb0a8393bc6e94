import { EmbeddedStore } from '../../../lambdas/adapters/embedded/embedded-store';
import { Accounts } from '../../../lambdas/domain/accounts/accounts';
import { FAILED_SUBJECTS_MAX, FAILURES_MAX, WINDOW_MS } from '../../../lambdas/domain/attempts/failed-attempts';
import { Keys } from '../../../lambdas/domain/keys/keys';
import { KeyVerifier } from '../../../lambdas/domain/keys/key-verifier';
import { VERIFIED_MS } from '../../../lambdas/domain/keys/verified-keys';

const ACCOUNT = 'acc_01JD0000000000000000000001';
const PEPPER = 'a pepper of sixteen bytes';
const HOME = '192.0.2.1';
const AWAY = '198.51.100.7';

/** A key, the process that verifies it, and another that administers it. */
async function open() {
  const time = { now: Date.parse('2026-11-20T10:00:00.000Z') };
  const clock = () => time.now;
  const store = EmbeddedStore.memory({ clock });
  await new Accounts({ store, clock }).create({ accountId: ACCOUNT });
  const keys = new Keys({ store, pepper: PEPPER, clock });
  const verifier = new KeyVerifier({ store, pepper: PEPPER, clock });
  const { key, keyId } = await keys.create({ accountId: ACCOUNT });
  const reads = jest.spyOn(store, 'get');
  const outcomeOf = async (presented: string | undefined, address?: string): Promise<string> => {
    const before = reads.mock.calls.length;
    const outcome = await verifier.verify(presented, address).then(
      (owner) => (owner ? 'right' : 'wrong'),
      (error: unknown) => (error as { code: string }).code,
    );
    return `${outcome}, ${reads.mock.calls.length - before} reads`;
  };
  return { time, keys, key, keyId, outcomeOf };
}

/** The key with a wrong secret. */
const guess = (key: string, number: number): string => `${key.slice(0, -43)}${String(number).padStart(43, '0')}`;
/** A key that does not exist. */
const invented = (key: string, number: number): string =>
  `tg_01JD0000000000000000${String(number).padStart(6, '0')}_${key.slice(-43)}`;

test('an address that keeps guessing one key’s secret is refused without a read', async () => {
  const { key, outcomeOf, time } = await open();
  for (let number = 0; number < FAILURES_MAX; number += 1) {
    expect(await outcomeOf(guess(key, number), AWAY)).toBe('wrong, 1 reads');
  }
  expect(await outcomeOf(guess(key, FAILURES_MAX), AWAY)).toBe('too_many_attempts, 0 reads');
  expect(await outcomeOf(guess(key, FAILURES_MAX), HOME)).toBe('wrong, 1 reads');
  expect(await outcomeOf(key, HOME)).toBe('right, 2 reads');
  time.now += WINDOW_MS;
  expect(await outcomeOf(guess(key, FAILURES_MAX), AWAY)).toBe('wrong, 1 reads');
});

test('an address that keeps guessing new or malformed keys is refused without a read', async () => {
  const { key, outcomeOf } = await open();
  for (let number = 0; number < FAILED_SUBJECTS_MAX; number += 1) {
    expect(await outcomeOf(invented(key, number), AWAY)).toBe('wrong, 1 reads');
  }
  expect(await outcomeOf(invented(key, FAILED_SUBJECTS_MAX), AWAY)).toBe('too_many_attempts, 0 reads');
  for (let number = 0; number < FAILURES_MAX; number += 1) await outcomeOf(`sk-${number}`, HOME);
  expect(await outcomeOf('sk-and-so-on', HOME)).toBe('too_many_attempts, 0 reads');
  expect(await outcomeOf(undefined, HOME)).toBe('too_many_attempts, 0 reads');
});

test('a key that was valid in this process keeps working at an address from which many others fail', async () => {
  const { key, outcomeOf, time } = await open();
  await outcomeOf(key, HOME);
  for (let number = 0; number < FAILED_SUBJECTS_MAX; number += 1) await outcomeOf(invented(key, number), HOME);
  for (let number = 0; number < FAILURES_MAX; number += 1) await outcomeOf(guess(key, number), HOME);
  expect(await outcomeOf(key, HOME)).toBe('right, 0 reads');
  time.now += VERIFIED_MS;
  expect(await outcomeOf(key, HOME)).toBe('right, 2 reads');
});

test('a revoked key that keeps trying does not lock out its neighbours, and is refused without a read', async () => {
  const { keys, key, keyId, outcomeOf, time } = await open();
  const { key: other } = await keys.create({ accountId: ACCOUNT });
  expect(await outcomeOf(key, HOME)).toBe('right, 2 reads');
  await keys.revoke(keyId);
  time.now += VERIFIED_MS;
  for (let number = 0; number < FAILURES_MAX; number += 1) expect(await outcomeOf(key, HOME)).toBe('wrong, 1 reads');
  expect(await outcomeOf(key, HOME)).toBe('too_many_attempts, 0 reads');
  expect(await outcomeOf(other, HOME)).toBe('right, 2 reads');
});

test('the limit on guesses does not reveal whether a key exists', async () => {
  const { key, outcomeOf } = await open();
  const [known, unknown]: [string[], string[]] = [[], []];
  for (let number = 0; number <= FAILURES_MAX; number += 1) {
    known.push(await outcomeOf(guess(key, number), HOME));
    unknown.push(await outcomeOf(guess(invented(key, 0), number), HOME));
  }
  expect(known).toEqual(unknown);
  expect(known.at(-1)).toBe('too_many_attempts, 0 reads');
});
