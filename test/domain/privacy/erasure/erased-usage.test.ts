import { eraseItems } from '../../../../lambdas/domain/privacy/erasure/erase-items';
import { findRemains } from '../../../../lambdas/domain/privacy/erasure/find-remains';
import { oldItemsOf } from '../../../../lambdas/domain/usage/retention/old-items';
import { OTHER_ACCOUNT, ReceiptStage, requestsIn } from '../../receipts/receipt-stage';
import { ACCOUNT } from '../../wallet/wallet-stage';

const SUBJECT = { ownerId: ACCOUNT, kind: 'account' } as const;

/** Two accounts with charges whose receipts are sealed, and an erasure of the first. */
async function erased() {
  const stage = await ReceiptStage.funded();
  for (const accountId of [ACCOUNT, OTHER_ACCOUNT, ACCOUNT, OTHER_ACCOUNT]) await stage.charge(accountId);
  await stage.pipe();
  await stage.seal();
  const others = await stage.exportLines(OTHER_ACCOUNT);
  const balance = await stage.wallet.wallet.balance(ACCOUNT);
  const { isComplete } = await eraseItems({ store: stage.engine }, SUBJECT, undefined);
  expect(isComplete).toBe(true);
  return { stage, others, balance };
}

test('promise-09 erased usage records open no leaf of a receipt, and the receipts of others still verify', async () => {
  const { stage, others } = await erased();
  const changes = await stage.changes();
  expect(changes.filter(({ eventName }) => eventName === 'REMOVE').length).toBeGreaterThan(1);
  await stage.pipe(changes);
  await stage.seal();
  expect(stage.log).toEqual([]);
  expect(await stage.exportLines(ACCOUNT)).toEqual([]);
  expect(await stage.exportLines(OTHER_ACCOUNT)).toEqual(others);
  expect(requestsIn(others)).toHaveLength(2);
  expect(await stage.verify(others)).toMatchObject({ faults: [] });
});

test('a record whose change arrives after the erasure leaves a tree, which the next search finds and the next run erases', async () => {
  const stage = await ReceiptStage.funded();
  await stage.charge(ACCOUNT);
  const late = await stage.changes();
  await eraseItems({ store: stage.engine }, SUBJECT, undefined);
  await stage.pipe(late);
  await stage.seal();
  const { remains } = await findRemains({ store: stage.engine }, SUBJECT, undefined);
  expect(remains.map(({ kind }) => kind)).toEqual(['receipt-tree']);
  await eraseItems({ store: stage.engine }, SUBJECT, undefined);
  expect(await findRemains({ store: stage.engine }, SUBJECT, undefined)).toEqual({ remains: [], isComplete: true });
});

test('promise-09 the ledger of an erased account replays to the same balance, and no usage record counts as missing', async () => {
  const { stage, balance } = await erased();
  const { differences, accounts } = await stage.wallet.verify();
  expect(differences).toEqual([]);
  expect(accounts).toBeGreaterThan(1);
  expect(await stage.wallet.wallet.balance(ACCOUNT)).toEqual(balance);
});

test('the check of retention finds nothing wrong with an erased account', async () => {
  const { stage } = await erased();
  const options = { store: stage.engine, clock: stage.clock, retentionDays: 90 };
  expect(await oldItemsOf(options, ACCOUNT)).toEqual([]);
});
