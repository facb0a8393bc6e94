import fc from 'fast-check';
import type { Receipt, ReceiptProof, Seal } from '../../../lambdas/contracts/storage/receipt';
import { usageRecordKey } from '../../../lambdas/contracts/storage/table-keys/usage';
import { USAGE } from '../../../lambdas/contracts/storage/tables';
import { MINUTE_MS } from '../../../lambdas/domain/clock';
import { buildTrees, headerHash, putTree } from '../../../lambdas/domain/receipts/account-tree';
import { MerkleTree } from '../../../lambdas/domain/receipts/merkle-tree';
import { OpenLeaves } from '../../../lambdas/domain/receipts/open-leaves';
import { keyIdOf, ReceiptKeys } from '../../../lambdas/domain/receipts/receipt-keys';
import { receiptHash, receiptOf, receiptText } from '../../../lambdas/domain/receipts/receipt';
import { sealText } from '../../../lambdas/domain/receipts/seal';
import { Seals } from '../../../lambdas/domain/receipts/seals';
import { ACCOUNT } from '../wallet/wallet-stage';
import { isProven } from './independent-verifier';
import { CENT, ReceiptStage } from './receipt-stage';

let stage: ReceiptStage;
beforeEach(async () => {
  stage = await ReceiptStage.funded();
});

const pems = async (): Promise<string[]> => (await stage.receipts.keys()).map(({ pem }) => pem);

/** Whether each of the two verifiers accepts a proof. */
async function acceptedBy(proof: ReceiptProof | undefined): Promise<readonly [ours: boolean, second: boolean]> {
  const text = JSON.stringify(proof);
  return [(await stage.verify([text])).faults.length === 0, isProven(text, await pems())];
}

/** Charges a request and gives its record counts by unit, as a later release might write them. */
async function chargeWith(usage: { readonly [unit: string]: bigint }): Promise<string> {
  const requestId = await stage.charge();
  const update = usageRecordKey(ACCOUNT, requestId);
  await stage.changes();
  await stage.engine.write({ table: USAGE, update, change: { set: { usage, tokensPerSecond: 12n } } });
  const changes = await stage.changes();
  await stage.pipe(changes.map((change) => ({ ...change, eventName: 'INSERT' as const })));
  return requestId;
}

test('a receipt of version 1 has the hash that it has always had', () => {
  const receipt: Receipt = {
    version: 1,
    requestId: 'req_01JD0000000000000000000000',
    at: '2026-11-20T10:00:00.000Z',
    model: 'gpt-4.1',
    status: 'completed',
    usage: { imageOutput: '4', input: '10', cacheWrite1h: '2', output: '20' },
    estimated: false,
    priceVersion: '2026-11-01',
    costPico: '10000000000',
    supersedes: 'ab'.repeat(32),
  };
  expect(receiptHash(receipt).toString('hex')).toBe('4481f48200f12520a8107afbcb98a126896b282aa6dc7f15a9d755e0eb0beff6');
});

test('a charge that version 1 can express has a receipt of version 1, which two independent verifiers accept', async () => {
  const requestId = await stage.charge();
  await stage.pipe();
  await stage.seal();
  const proof = await stage.receipts.find(await stage.record(requestId));
  expect(proof?.receipt.version).toBe(1);
  expect(await acceptedBy(proof)).toEqual([true, true]);
});

test('a charge with a unit that only a later release knows has a receipt of version 2, which both verifiers accept', async () => {
  const requestId = await chargeWith({ input: 10n, videoSeconds: 3n });
  await stage.seal();
  const proof = await stage.receipts.find(await stage.record(requestId));
  expect(proof?.receipt).toMatchObject({ version: 2, usage: { input: '10', videoSeconds: '3' } });
  expect(await acceptedBy(proof)).toEqual([true, true]);
  const { receipt } = proof!;
  const changed = { ...proof!, receipt: { ...receipt, usage: { ...receipt.usage, videoSeconds: '2' } } as Receipt };
  expect(await acceptedBy(changed)).toEqual([false, false]);
  expect((await stage.verify(await stage.exportLines())).faults).toEqual([]);
});

test('a receipt of version 2 that a later release sealed for an ordinary charge is found and proven', async () => {
  const requestId = await stage.charge();
  await stage.changes();
  const record = await stage.record(requestId);
  const extended = { ...receiptOf(record), version: 2 } as Receipt;
  const endedAt = Date.parse(record.at) + record.durationMs;
  const open = { accountId: ACCOUNT, requestId, endedAt, hash: receiptHash(extended) };
  await new OpenLeaves({ store: stage.engine }).put([requestId], [open]);
  await stage.seal();
  const proof = await stage.receipts.find(record);
  expect(proof?.receipt.version).toBe(2);
  expect(await acceptedBy(proof)).toEqual([true, true]);
  expect((await stage.verify(await stage.exportLines())).faults).toEqual([]);
});

/** JSON that has a canonical form. Names may be any text but one that JavaScript treats specially. */
const member = fc.jsonValue({ maxDepth: 2 }).filter((value) => !/\d[.eE]|\d{16}/.test(JSON.stringify(value)));
const members = fc.dictionary(
  fc
    .oneof(fc.string({ minLength: 1 }), fc.constantFrom('constructor', 'zone', 'Ä'))
    .filter((name) => name !== '__proto__'),
  member,
  { minKeys: 1, maxKeys: 4 },
);

test('a receipt verifies whatever members later releases have added, and not with one of them changed', async () => {
  await fc.assert(
    fc.asyncProperty(members, fc.integer({ min: 2, max: 9 }), async (added, version) => {
      stage = await ReceiptStage.funded();
      const requestId = await stage.charge();
      await stage.changes();
      const record = await stage.record(requestId);
      const receipt = { ...added, ...receiptOf(record), version } as unknown as Receipt;
      const hash = receiptHash(receipt);
      const leaf = { accountId: ACCOUNT, requestId, endedAt: stage.wallet.now, hash, text: receiptText(receipt) };
      await new OpenLeaves({ store: stage.engine }).put([requestId], [leaf]);
      await stage.seal();
      const proof = await stage.receipts.find(record);
      expect(await acceptedBy(proof)).toEqual([true, true]);
      expect((await stage.verify(await stage.exportLines())).faults).toEqual([]);
      for (const name of Object.keys(added).filter((other) => !Object.hasOwn(receiptOf(record), other))) {
        const changed = { ...proof!, receipt: { ...proof!.receipt, [name]: 'changed' } };
        expect(await acceptedBy(changed)).toEqual([false, false]);
      }
    }),
    { numRuns: 40 },
  );
});

test('a tree and a seal of a later release verify, and this release continues their chains', async () => {
  const requestId = await stage.charge();
  const record = await stage.record(requestId);
  stage.wallet.now += MINUTE_MS;
  const [built] = buildTrees(ACCOUNT, record.at, [{ requestId, hash: receiptHash(receiptOf(record)) }], undefined);
  const header = { ...built!.header, version: 2, shard: 'eu' };
  const root = new MerkleTree([headerHash(header)]).root.toString('hex');
  const publicKey = await stage.signer.publicKey();
  await new ReceiptKeys({ store: stage.engine, clock: stage.clock }).publish(publicKey);
  const keyId = keyIdOf(publicKey);
  const seal: Seal = { version: 2, number: 1, minute: record.at, size: 1, root, previous: null, keyId, witness: 'w' };
  await stage.engine.write(putTree({ header, leaves: built!.leaves, seal: 1, index: 0, path: [] }, 4_000_000_000));
  const signature = Buffer.from(await stage.signer.sign(Buffer.from(sealText(seal))));
  expect(await new Seals({ store: stage.engine }).commit({ seal, signature }, [], 4_000_000_000)).toBe(true);

  const proof = await stage.receipts.find(record);
  expect([proof?.tree.version, proof?.seal.version]).toEqual([2, 2]);
  expect(await acceptedBy(proof)).toEqual([true, true]);
  await stage.changes();
  await stage.charge(ACCOUNT, CENT);
  await stage.pipe();
  expect(await stage.seal()).toMatchObject({ receipts: 1, seals: 1 });
  expect(await stage.verify(await stage.exportLines())).toMatchObject({ trees: 2, seals: 2, faults: [] });
});
