import { MINUTE_MS } from '../../../lambdas/domain/clock';
import type { Lease } from '../../../lambdas/domain/wallet/leases/lease';
import { leaseTurnOf, NOTHING_SETTLED } from '../../../lambdas/domain/wallet/leases/lease';
import { HOT_MS, LeaseBook } from '../../../lambdas/domain/wallet/leases/lease-book';
import { ACCOUNT } from './wallet-stage';

const NOW = 1_000_000;
const CHARGE = { costPico: 40n, overrunPico: 0n, priceVersion: 'v1' };

/** A lease of 800, taken now for a request that holds 100. */
function leaseFor(requestId: string, leaseId = 'lease_1'): Lease {
  const request = { keyId: 'k', endpoint: 'chat' as const, model: 'm', provider: 'p', streamed: true };
  const at = '2026-11-20T10:00:00.000Z';
  return {
    leaseId,
    accountId: ACCOUNT,
    drawer: '00',
    heldPico: 800n,
    dueAt: NOW + 2 * MINUTE_MS,
    settled: NOTHING_SETTLED,
    last: { turn: 1n, requestId, heldPico: 100n, deadline: NOW, request: { ...request, at, priceVersion: 'v1' } },
  };
}

/** A book with one idle lease of which 40 are spent. */
function bookWithIdle(): { readonly book: LeaseBook; readonly lease: Lease } {
  const [book, lease] = [new LeaseBook(), leaseFor('req_1')];
  book.begin(lease);
  book.end(lease, CHARGE);
  return { book, lease };
}

describe('the lease book’s knowledge of an account', () => {
  test('an account is unknown at first, hot for ten minutes, and cool for one', () => {
    const book = new LeaseBook();
    expect(book.isHot(ACCOUNT, NOW)).toBeUndefined();
    book.markHot(ACCOUNT, NOW);
    expect(book.isHot(ACCOUNT, NOW + HOT_MS - 1)).toBe(true);
    expect(book.isHot(ACCOUNT, NOW + HOT_MS)).toBeUndefined();
    book.markCool(ACCOUNT, NOW);
    expect(book.isHot(ACCOUNT, NOW + MINUTE_MS - 1)).toBe(false);
    expect(book.isHot(ACCOUNT, NOW + MINUTE_MS)).toBeUndefined();
  });

  test('an account is forgotten after ten thousand more recent ones', () => {
    const book = new LeaseBook();
    for (let account = 0; account < 10_000; account += 1) book.markHot(`acc_${account}`, NOW);
    expect(book.isHot('acc_0', NOW)).toBe(true);
    book.markHot('acc_0', NOW);
    book.markCool('acc_new', NOW);
    expect(book.isHot('acc_1', NOW)).toBeUndefined();
    const states = ['acc_0', 'acc_2', 'acc_new'].map((account) => book.isHot(account, NOW));
    expect(states).toEqual([true, true, false]);
  });
});

describe('an idle lease', () => {
  test('an idle lease is taken once, with the tally of its requests', () => {
    const { book, lease } = bookWithIdle();
    const settled = { requests: 1n, costPico: 40n, overrunPico: 0n, priceVersions: ['v1'] };
    expect(book.take(ACCOUNT, { holdPico: 100n }, NOW)).toEqual({ idle: { lease, settled }, done: [] });
    expect(book.take(ACCOUNT, { holdPico: 100n }, NOW)).toEqual({ idle: undefined, done: [] });
  });

  test('an idle lease has room for the rest of its money, and time until it is due', () => {
    expect(bookWithIdle().book.take(ACCOUNT, { holdPico: 760n }, NOW).idle).toBeDefined();
    expect(bookWithIdle().book.take(ACCOUNT, { holdPico: 761n }, NOW).idle).toBeUndefined();
    const dueAt = NOW + 2 * MINUTE_MS;
    expect(bookWithIdle().book.take(ACCOUNT, { holdPico: 1n }, dueAt - 1).idle).toBeDefined();
    expect(bookWithIdle().book.take(ACCOUNT, { holdPico: 1n }, dueAt).idle).toBeUndefined();
  });

  test('a used-up idle lease is returned beside the useful one, for the caller to end', () => {
    const book = new LeaseBook();
    const [useful, spent] = [leaseFor('req_1', 'lease_1'), leaseFor('req_2', 'lease_2')];
    for (const lease of [useful, spent]) book.begin(lease);
    book.end(useful, CHARGE);
    book.end(spent, { ...CHARGE, costPico: 750n });
    const { idle, done } = book.take(ACCOUNT, { holdPico: 100n }, NOW);
    expect(idle?.lease).toBe(useful);
    expect(done.map(({ lease }) => lease)).toEqual([spent]);
    expect(book.take(ACCOUNT, { holdPico: 1n }, NOW)).toEqual({ idle: undefined, done: [] });
  });

  test('an idle lease is given to requests of its own account only', () => {
    const { book } = bookWithIdle();
    expect(book.take('acc_other', { holdPico: 1n }, NOW)).toEqual({ idle: undefined, done: [] });
  });
});

describe('a lease in use', () => {
  test('a lease in use is found by its request and its turn', () => {
    const [book, lease] = [new LeaseBook(), leaseFor('req_1')];
    book.begin(lease);
    expect(book.inUse('req_1', leaseTurnOf(lease))).toBe(lease);
    expect(book.inUse('req_1', 'lease_1#2')).toBeUndefined();
    expect(book.inUse('req_2', leaseTurnOf(lease))).toBeUndefined();
  });

  test('a lease in use becomes idle once', () => {
    const { book, lease } = bookWithIdle();
    book.end(lease, CHARGE);
    expect(book.inUse('req_1', leaseTurnOf(lease))).toBeUndefined();
    expect(book.take(ACCOUNT, { holdPico: 100n }, NOW).idle).toBeDefined();
    expect(book.take(ACCOUNT, { holdPico: 100n }, NOW).idle).toBeUndefined();
  });

  test('a lease that has grown for its request has room for more afterwards', () => {
    const [book, lease] = [new LeaseBook(), leaseFor('req_1')];
    book.begin(lease);
    const grown = { ...lease, heldPico: 1_000n };
    book.grow(grown);
    expect(book.inUse('req_1', leaseTurnOf(lease))).toBe(grown);
    book.end(lease, CHARGE);
    expect(book.take(ACCOUNT, { holdPico: 960n }, NOW).idle?.lease).toBe(grown);
  });

  test('a lease that has grown can be forgotten by one who knows it as it was', () => {
    const [book, lease] = [new LeaseBook(), leaseFor('req_1')];
    book.begin(lease);
    book.grow({ ...lease, heldPico: 1_000n });
    book.forget(lease);
    expect(book.inUse('req_1', leaseTurnOf(lease))).toBeUndefined();
  });

  test('a growth of a lease whose request has ended does not bring it back into use', () => {
    const { book, lease } = bookWithIdle();
    book.grow({ ...lease, heldPico: 1_000n });
    expect(book.inUse('req_1', leaseTurnOf(lease))).toBeUndefined();
    expect(book.take(ACCOUNT, { holdPico: 761n }, NOW).idle).toBeUndefined();
  });

  test('the mean charge of an account begins with its first one and follows the latest', () => {
    const book = new LeaseBook();
    expect(book.meanCharge(ACCOUNT)).toBe(0n);
    const charge = (costPico: bigint): bigint => {
      const lease = leaseFor('req_1');
      book.begin(lease);
      book.end(lease, { ...CHARGE, costPico });
      return book.meanCharge(ACCOUNT);
    };
    expect([800n, 800n, 0n, 1_500n].map(charge)).toEqual([800n, 800n, 700n, 800n]);
    expect(book.meanCharge('acc_other')).toBe(0n);
  });

  test('a forgotten lease is neither in use nor idle', () => {
    const [book, lease] = [new LeaseBook(), leaseFor('req_1')];
    book.begin(lease);
    book.forget(lease);
    expect(book.inUse('req_1', leaseTurnOf(lease))).toBeUndefined();
    book.end(lease, CHARGE);
    expect(book.take(ACCOUNT, { holdPico: 100n }, NOW).idle).toBeUndefined();
  });

  test('forgetting a lease does not forget the newer lease of the same request', () => {
    const book = new LeaseBook();
    const [first, second] = [leaseFor('req_1', 'lease_1'), leaseFor('req_1', 'lease_2')];
    book.begin(first);
    book.begin(second);
    book.forget(first);
    book.end(first, CHARGE);
    expect(book.inUse('req_1', leaseTurnOf(second))).toBe(second);
    expect(book.take(ACCOUNT, { holdPico: 100n }, NOW).idle).toBeUndefined();
  });
});
