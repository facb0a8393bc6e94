import type { Receipt } from '../../lambdas/contracts/storage/receipt';
import type { UsageRecord } from '../../lambdas/contracts/storage/usage-record';
import type { Entry, Transfer } from '../../lambdas/domain/wallet/ledger/entry';
import { Acknowledged } from './acknowledged';
import { brokenPromises } from './promises';
import type { Stored } from './stored';

const ID = 'req_1';
const entryOf = (entry: Partial<Entry>): Entry => ({
  entryId: '',
  kind: 'charge',
  at: '',
  heldPico: 0n,
  transfers: [],
  ...entry,
});
const move = (from: Transfer['from'], to: Transfer['to'], amountPico: bigint) => [{ from, to, amountPico }];
const payment = entryOf({ entryId: 'paid', kind: 'credit', transfers: move('funded', 'available', 10n) });
const charge = entryOf({ entryId: ID, requestId: ID, transfers: move('available', 'spent', 3n) });
const record = { requestId: ID, costPico: 3n } as UsageRecord;
const receipt = { requestId: ID, costPico: '3' } as Receipt;

/** A wallet of 10 with one request that cost 3. */
const SOUND: Stored = {
  balance: { availablePico: 7n, heldPico: 0n } as Stored['balance'],
  entries: [payment, charge],
  records: [record],
  receipts: [receipt],
  keyIds: new Set(['key_1']),
  faults: [],
};

function told(): Acknowledged {
  const acknowledged = new Acknowledged();
  acknowledged.addAnswer({ requestId: ID, status: 200, text: '', costPico: 3n }, false);
  acknowledged.provided.add(acknowledged.nextRequest());
  acknowledged.credits.set('paid', 10n);
  acknowledged.keyIds.add('key_1');
  return acknowledged;
}

test('a folder that has everything that was acknowledged breaks no promise', () => {
  expect(brokenPromises(told(), SOUND, true)).toEqual([]);
});

const expiry = entryOf({ entryId: ID, requestId: ID, kind: 'expire' });
const other = entryOf({ entryId: 'req_2', requestId: 'req_2', kind: 'expire' });

test.each<[string, Partial<Stored>, RegExp]>([
  [
    'a charge that is gone',
    { entries: [payment], records: [], receipts: [] },
    /req_1 was acknowledged .* the ledger has \[\]/,
  ],
  ['a charge that was returned', { entries: [payment, expiry] }, /req_1 was acknowledged .* the ledger has \[0\]/],
  ['a charge that was made twice', { entries: [payment, charge, charge] }, /the ledger has \[3, 3\]/],
  ['a usage record that is gone', { records: [] }, /req_1 has 0 records, 1 entries/],
  ['a usage record with another cost', { records: [{ ...record, costPico: 4n }] }, /req_1 has .* \[4, 3, 3\]/],
  ['a receipt that is gone', { receipts: [] }, /req_1 has 1 records, 1 entries and 0 receipts/],
  ['a receipt with another cost', { receipts: [{ ...receipt, costPico: '2' }] }, /req_1 has .* \[3, 3, 2\]/],
  ['a request that nobody sent', { entries: [payment, charge, other] }, /1 requests were sent .* 2 are stored/],
  ['money that is still held', { balance: { ...SOUND.balance, heldPico: 1n } }, /^1 pico-dollars are still held/],
  [
    'money that is gone',
    { balance: { ...SOUND.balance, availablePico: 6n } },
    /^6 available and 3 charged differ from 10/,
  ],
  ['a credit that is gone', { entries: [charge] }, /the credit paid was acknowledged/],
  ['a key that is gone', { keyIds: new Set() }, /the key key_1 was created and is gone/],
  ['a fault that a command finds', { faults: ['the chain is cut'] }, /^the chain is cut/],
])('the check of the crash test reports %s', (_what, change, violation) => {
  expect(brokenPromises(told(), { ...SOUND, ...change }, true)).toContainEqual(expect.stringMatching(violation));
});

test('a request that reached the provider but is not stored is reported', () => {
  const acknowledged = told();
  acknowledged.provided.add(acknowledged.nextRequest());
  expect(brokenPromises(acknowledged, SOUND)).toEqual([
    '2 requests were sent and 2 reached the provider, but 1 are stored',
  ]);
});

test('an answer without a charge is unexpected unless the gateway is stopping', () => {
  const acknowledged = told();
  const refusal = { requestId: 'req_2', status: 503, text: 'stopping', costPico: undefined };
  acknowledged.addAnswer(refusal, true);
  expect(acknowledged.unexpected).toEqual([]);
  acknowledged.addAnswer(refusal, false);
  expect(acknowledged.unexpected).toEqual(['a client got status 503: stopping']);
});
