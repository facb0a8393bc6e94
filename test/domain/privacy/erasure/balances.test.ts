import { DEPLOYMENT as COMMAND } from '../../../../lambdas/domain/access/actor';
import type { ErasureInput, Resolution } from '../../../../lambdas/contracts/storage/erasure';
import { findCertificate } from '../../../../lambdas/domain/privacy/erasure/find-certificate';
import { ErasureNotStopped, NotResolvable } from '../../../../lambdas/domain/privacy/erasure/erasure-errors';
import type { TableStore } from '../../../../lambdas/domain/table/table-store';
import { commit } from '../../../../lambdas/domain/table/commit';
import { closeBalance } from '../../../../lambdas/domain/wallet/balance/balance';
import { ACCOUNT } from '../../wallet/wallet-stage';
import { DAY_MS, WorkflowStage, type WorkflowStageOptions } from './workflow-stage';

const MINUTE_MS = 60_000;
const CENT = 10_000_000_000n;
const DOLLAR = 100n * CENT;

const stages: WorkflowStage[] = [];
/** Money is conserved in every branch: the balance replays from the ledger, and the ledger is sound. */
afterEach(async () => {
  for (const stage of stages.splice(0)) await stage.payments.close();
});

async function open(options: WorkflowStageOptions & { readonly boughtCents?: bigint } = {}) {
  const stage = await WorkflowStage.open(options);
  stages.push(stage);
  const payment = await stage.payments.buy(options.boughtCents ?? 1_000n);
  await stage.payments.receive();
  return { stage, payment };
}

const outcomeOf = async ({ store }: WorkflowStage, { erasureId }: ErasureInput) =>
  (await findCertificate(store, erasureId)).certificate.balanceOutcome;

const reasonOf = async ({ erasures }: WorkflowStage, { ownerId, erasureId }: ErasureInput) =>
  (await erasures.get(ownerId, erasureId)).stoppedBecause;

const resolve = ({ erasures }: WorkflowStage, input: ErasureInput, decision: Resolution) =>
  erasures.resolve({ ...input, actor: COMMAND, decision });

async function amounts({ payments }: WorkflowStage) {
  const balance = await payments.wallet.wallet.balance(ACCOUNT);
  const { availablePico, heldPico, fundedPico, spentPico, refundedPico, expiredPico, grantedPico } = balance!;
  return { availablePico, heldPico, fundedPico, spentPico, refundedPico, expiredPico, grantedPico };
}

test('promise-30 the policy `refund` pays unused credit back to the payments that bought it, the newest first', async () => {
  const { stage, payment: first } = await open();
  stage.payments.wallet.now += 60_000;
  const second = await stage.payments.buy(500n);
  await stage.payments.receive();
  await stage.payments.spend(3n * DOLLAR);
  const input = await stage.request();
  expect(await stage.drive()).toBe(true);
  expect(await outcomeOf(stage, input)).toBe('refunded');
  expect(await amounts(stage)).toEqual({
    availablePico: 0n,
    heldPico: 0n,
    fundedPico: 15n * DOLLAR,
    spentPico: 3n * DOLLAR,
    refundedPico: 12n * DOLLAR,
    expiredPico: 0n,
    grantedPico: 0n,
  });
  const processor = stage.payments.payments.processor;
  const paidBack = async (id: string | undefined) =>
    (await processor.payment(id ?? ''))?.refunds.reduce((sum, { cents }) => sum + cents, 0n);
  expect([await paidBack(first), await paidBack(second)]).toEqual([700n, 500n]);
});

test('promise-30 less than a cent and promotional credit end with the account, under the policy `refund` too', async () => {
  const { stage } = await open();
  await stage.payments.wallet.funds.grant({
    accountId: ACCOUNT,
    grantId: 'grant_1',
    amountPico: DOLLAR,
    reason: 'goodwill',
  });
  await stage.payments.spend(DOLLAR + CENT / 2n);
  const input = await stage.request();
  await stage.payments.wallet.funds.grant({
    accountId: ACCOUNT,
    grantId: 'grant_2',
    amountPico: 2n * DOLLAR,
    reason: 'goodwill',
  });
  expect(await stage.drive()).toBe(true);
  expect(await outcomeOf(stage, input)).toBe('refunded');
  expect(await amounts(stage)).toEqual({
    availablePico: 0n,
    heldPico: 0n,
    fundedPico: 10n * DOLLAR,
    spentPico: DOLLAR + CENT / 2n,
    refundedPico: 999n * CENT,
    expiredPico: 2n * DOLLAR + CENT / 2n,
    grantedPico: 3n * DOLLAR,
  });
});

test('promise-30 the policy `forfeit` ends all credit, and pays nothing back', async () => {
  const { stage, payment } = await open({ policy: 'forfeit' });
  const input = await stage.request();
  expect(await stage.drive()).toBe(true);
  expect(await outcomeOf(stage, input)).toBe('forfeited');
  expect(await amounts(stage)).toMatchObject({ availablePico: 0n, refundedPico: 0n, expiredPico: 10n * DOLLAR });
  expect((await stage.payments.payments.processor.payment(payment ?? ''))?.refunds).toEqual([]);
});

test('promise-30 the policy `block` stops the erasure, unchanged, until an operator decides', async () => {
  const { stage } = await open({ policy: 'block' });
  const input = await stage.request();
  expect(await stage.drive({ until: stage.clock() + 9 * DAY_MS })).toBe(false);
  expect(await reasonOf(stage, input)).toBe('policy');
  expect(stage.logged).toEqual(['ERASURE_STOPPED policy']);
  expect(await amounts(stage)).toMatchObject({ availablePico: 10n * DOLLAR, refundedPico: 0n, expiredPico: 0n });
  await expect(resolve(stage, input, 'retry')).rejects.toBeInstanceOf(NotResolvable);
  await resolve(stage, input, 'forfeit');
  await expect(resolve(stage, input, 'refund')).rejects.toBeInstanceOf(ErasureNotStopped);
  expect(await stage.drive()).toBe(true);
  expect(await outcomeOf(stage, input)).toBe('forfeited');
});

test('promise-30 an operator can have a blocked balance refunded', async () => {
  const { stage } = await open({ policy: 'block' });
  const input = await stage.request();
  expect(await stage.drive({ until: stage.clock() + 8 * DAY_MS })).toBe(false);
  await resolve(stage, input, 'refund');
  expect(await stage.drive()).toBe(true);
  expect(await outcomeOf(stage, input)).toBe('refunded');
  expect(await amounts(stage)).toMatchObject({ availablePico: 0n, refundedPico: 10n * DOLLAR });
});

test('promise-30 the policy `block` stops no erasure of an account without credit', async () => {
  const { stage } = await open({ policy: 'block' });
  await stage.payments.spend(10n * DOLLAR);
  const input = await stage.request();
  expect(await stage.drive()).toBe(true);
  expect(await outcomeOf(stage, input)).toBe('none');
});

test('promise-30 a refund that Stripe refuses for good stops the erasure, and the credit is back in the account', async () => {
  const { stage } = await open();
  const accept = stage.refuseRefunds();
  const input = await stage.request();
  expect(await stage.drive({ until: stage.clock() + 8 * DAY_MS })).toBe(false);
  expect(await reasonOf(stage, input)).toBe('refund_refused');
  expect(await amounts(stage)).toMatchObject({ availablePico: 10n * DOLLAR, refundedPico: 0n, expiredPico: 0n });
  await resolve(stage, input, 'retry');
  expect(await stage.drive({ until: stage.clock() + DAY_MS })).toBe(false);
  expect(await reasonOf(stage, input)).toBe('refund_refused');
  accept();
  await resolve(stage, input, 'retry');
  expect(await stage.drive()).toBe(true);
  expect(await outcomeOf(stage, input)).toBe('refunded');
  expect(await amounts(stage)).toMatchObject({ availablePico: 0n, refundedPico: 10n * DOLLAR, expiredPico: 0n });
});

test('promise-30 credit whose refund is refused is forfeited only if an operator decides so', async () => {
  const { stage } = await open();
  stage.refuseRefunds();
  const input = await stage.request();
  expect(await stage.drive({ until: stage.clock() + 12 * DAY_MS })).toBe(false);
  await resolve(stage, input, 'forfeit');
  expect(await stage.drive()).toBe(true);
  expect(await outcomeOf(stage, input)).toBe('forfeited');
  expect(await amounts(stage)).toMatchObject({ availablePico: 0n, refundedPico: 0n, expiredPico: 10n * DOLLAR });
});

test('promise-30 credit that no payment at Stripe bought stops a refund', async () => {
  const { stage } = await open();
  const { wallet } = stage.payments.wallet;
  await wallet.credit({ accountId: ACCOUNT, amountPico: 2n * DOLLAR, paymentId: 'bank-transfer-1' });
  const input = await stage.request();
  expect(await stage.drive({ until: stage.clock() + 8 * DAY_MS })).toBe(false);
  expect(await reasonOf(stage, input)).toBe('not_refundable');
  expect(await amounts(stage)).toMatchObject({ availablePico: 2n * DOLLAR, refundedPico: 10n * DOLLAR });
  await resolve(stage, input, 'forfeit');
  expect(await stage.drive()).toBe(true);
  expect(await outcomeOf(stage, input)).toBe('refunded_and_forfeited');
});

test('promise-30 a used credit line stops an erasure until it is paid, and an unused one ends', async () => {
  const { stage } = await open();
  const { wallet, funds } = stage.payments.wallet;
  await funds.setLine({ accountId: ACCOUNT, changeId: 'line_1', linePico: 5n * DOLLAR });
  await stage.payments.spend(12n * DOLLAR);
  const input = await stage.request();
  expect(await stage.drive({ until: stage.clock() + 8 * DAY_MS })).toBe(false);
  expect(await reasonOf(stage, input)).toBe('credit_line');
  await expect(resolve(stage, input, 'forfeit')).rejects.toBeInstanceOf(NotResolvable);
  await wallet.credit({ accountId: ACCOUNT, amountPico: 2n * DOLLAR, paymentId: 'bank-transfer-2' });
  await resolve(stage, input, 'retry');
  expect(await stage.drive()).toBe(true);
  expect(await outcomeOf(stage, input)).toBe('none');
  expect((await wallet.balance(ACCOUNT))?.linePico).toBe(0n);
});

test('promise-30 a debt after a dispute stops an erasure until it is paid', async () => {
  const { stage, payment } = await open();
  const { wallet, funds } = stage.payments.wallet;
  await stage.payments.spend(10n * DOLLAR);
  const dispute = { accountId: ACCOUNT, paymentId: payment ?? '', disputeId: 'dispute_1', amountPico: 10n * DOLLAR };
  await funds.takeDisputed(dispute);
  const input = await stage.request();
  expect(await stage.drive({ until: stage.clock() + 8 * DAY_MS })).toBe(false);
  expect(await reasonOf(stage, input)).toBe('debt');
  await wallet.credit({ accountId: ACCOUNT, amountPico: 10n * DOLLAR, paymentId: 'bank-transfer-3' });
  await resolve(stage, input, 'retry');
  expect(await stage.drive()).toBe(true);
  expect(await outcomeOf(stage, input)).toBe('none');
});

test('promise-08 balances replay to the same figure after erasure, and erasure changes no entry of the ledger', async () => {
  const { stage } = await open();
  const { wallet } = stage.payments.wallet;
  await stage.payments.spend(3n * DOLLAR);
  const before = await entriesOf(stage);
  const total = await wallet.balance(ACCOUNT);
  await stage.request();
  expect(await stage.drive()).toBe(true);
  const after = await entriesOf(stage);
  for (const [id, entry] of before) expect(after.get(id)).toEqual(entry);
  await stage.payments.wallet.expectSound();
  const balance = await wallet.balance(ACCOUNT);
  expect(balance).toMatchObject({ fundedPico: total?.fundedPico, spentPico: total?.spentPico });
});

test('a request that runs while the account is frozen is still charged before its credit is refunded', async () => {
  const { stage } = await open();
  stage.payments.wallet.holdMs = 9 * DAY_MS;
  const hold = await stage.payments.wallet.reserve(4n * DOLLAR);
  const input = await stage.request();
  expect(await stage.drive({ until: stage.clock() + 8 * DAY_MS })).toBe(false);
  expect(await stage.erasures.get(ACCOUNT, input.erasureId)).toMatchObject({ state: 'frozen', step: 'settle' });
  await expect(stage.payments.wallet.reserve(1n)).rejects.toMatchObject({ name: 'WalletSuspended' });
  await stage.payments.wallet.settle(hold, DOLLAR);
  expect(await stage.drive()).toBe(true);
  expect(await amounts(stage)).toMatchObject({ heldPico: 0n, spentPico: DOLLAR, refundedPico: 9n * DOLLAR });
});

test('a hold that nobody settles expires, and does not keep an erasure from its end', async () => {
  const { stage } = await open();
  stage.payments.wallet.holdMs = 8 * DAY_MS;
  await stage.payments.wallet.reserve(4n * DOLLAR);
  const input = await stage.request();
  expect(await stage.drive()).toBe(true);
  expect(await outcomeOf(stage, input)).toBe('refunded');
  expect(await amounts(stage)).toMatchObject({ spentPico: 0n, refundedPico: 10n * DOLLAR });
});

test('a payment that arrives after the balance was ended is listed for an operator, and credited to nobody', async () => {
  const { stage } = await open();
  await stage.request();
  expect(await stage.drive()).toBe(true);
  const { wallet } = stage.payments.wallet;
  const late = { accountId: ACCOUNT, amountPico: DOLLAR, paymentId: 'pi_late' };
  await expect(wallet.credit(late)).rejects.toMatchObject({ name: 'WalletNotFound' });
  expect(await amounts(stage)).toMatchObject({ availablePico: 0n });
});

test('promise-30 a payment that arrives before any read of the balance that ends is paid back', async () => {
  let moments = 0;
  for (let step = 0; ; step += 1) {
    const { stage } = await open({ graceDays: 0 });
    await stage.payments.buy(500n);
    await stage.request();
    const arrives = { in: step, done: undefined as Promise<unknown> | undefined };
    const inner = stage.store;
    const isMoment = (sk: unknown) => stage.ran.at(-1) === 'balance' && sk === 'wallet' && arrives.in-- === 0;
    const store: TableStore = {
      get: async (call) => {
        if (isMoment(call.key.sk)) await (arrives.done = stage.payments.receive());
        return inner.get(call);
      },
      query: (call) => inner.query(call),
      write: (call) => inner.write(call),
      transact: (writes, token) => inner.transact(writes, token),
    };
    // The mail of the next step is not waited for.
    expect(await stage.drive({ store, until: stage.clock() + MINUTE_MS })).toBe(false);
    if (arrives.done === undefined) break;
    const { refundedPico, expiredPico, availablePico } = await amounts(stage);
    expect({ step, availablePico, expiredPico }).toEqual({ step, availablePico: 0n, expiredPico: 0n });
    expect(refundedPico).toBe(15n * DOLLAR);
    moments += 1;
  }
  expect(moments).toBeGreaterThan(5);
});

test('promise-30 a refused refund keeps no other payment from being refunded', async () => {
  const { stage, payment: first } = await open();
  stage.payments.wallet.now += 60_000;
  const second = await stage.payments.buy(500n);
  await stage.payments.receive();
  stage.refuseRefunds(second);
  const input = await stage.request();
  expect(await stage.drive({ until: stage.clock() + 8 * DAY_MS })).toBe(false);
  expect(await reasonOf(stage, input)).toBe('refund_refused');
  expect(await amounts(stage)).toMatchObject({ availablePico: 5n * DOLLAR, refundedPico: 10n * DOLLAR });
  expect((await stage.payments.payments.processor.payment(first ?? ''))?.refunds).toMatchObject([{ cents: 1_000n }]);
});

test('promise-30 a disputed payment keeps no other payment from being refunded, and is not paid back twice', async () => {
  const { stage, payment: first } = await open();
  stage.payments.wallet.now += 60_000;
  const second = await stage.payments.buy(500n);
  await stage.payments.receive();
  const dispute = { accountId: ACCOUNT, paymentId: second ?? '', disputeId: 'dispute_1', amountPico: 5n * DOLLAR };
  await stage.payments.wallet.funds.takeDisputed(dispute);
  // Stripe refunds no disputed payment.
  stage.refuseRefunds(second);
  const input = await stage.request();
  expect(await stage.drive()).toBe(true);
  expect(await outcomeOf(stage, input)).toBe('refunded');
  expect(await amounts(stage)).toMatchObject({ availablePico: 0n, refundedPico: 10n * DOLLAR });
  expect((await stage.payments.payments.processor.payment(first ?? ''))?.refunds).toMatchObject([{ cents: 1_000n }]);
});

test('promise-30 nothing is credited to an erased account: not by a failed refund, a won dispute, a grant or a line', async () => {
  const { stage, payment } = await open();
  const { funds } = stage.payments.wallet;
  const dispute = { accountId: ACCOUNT, paymentId: payment ?? '', disputeId: 'dispute_1', amountPico: 2n * DOLLAR };
  await funds.takeDisputed(dispute);
  const { erasureId } = await stage.request();
  expect(await stage.drive()).toBe(true);
  const refund = { accountId: ACCOUNT, paymentId: payment ?? '', refundId: `refund_${erasureId}.${payment ?? ''}.0` };
  const grant = { accountId: ACCOUNT, grantId: 'grant_late', amountPico: DOLLAR, reason: 'goodwill' };
  for (const change of [
    () => funds.returnRefund(refund),
    () => funds.returnDisputed(dispute),
    () => funds.grant(grant),
    () => funds.setLine({ accountId: ACCOUNT, changeId: 'line_late', linePico: DOLLAR }),
  ])
    await expect(change()).rejects.toMatchObject({ name: 'WalletNotFound' });
  expect(await amounts(stage)).toMatchObject({ availablePico: 0n, refundedPico: 8n * DOLLAR });
  // A dispute that begins later is a debt, which nobody pays; winning it ends the debt.
  const later = { ...dispute, disputeId: 'dispute_2', amountPico: 3n * DOLLAR };
  await funds.takeDisputed(later);
  await funds.returnDisputed(later);
  await stage.payments.wallet.expectSound();
});

test('a change that was decided before the balance closed does not credit it afterwards', async () => {
  const { stage } = await open();
  const { wallet } = stage.payments;
  await wallet.funds.forfeit({ accountId: ACCOUNT, reason: 'erasure-forfeit' });
  const grant = { accountId: ACCOUNT, grantId: 'grant_1', amountPico: DOLLAR, reason: 'goodwill' };
  let closes = true;
  const granted = wallet.funds.grant(grant, async (writes) => {
    if (closes) await wallet.store.write(closeBalance(ACCOUNT, '2026-11-20T10:00:00.000Z'));
    closes = false;
    const [refusal] = await commit(wallet.store, writes);
    if (refusal) throw refusal;
  });
  await expect(granted).rejects.toMatchObject({ name: 'WalletNotFound' });
  expect(await amounts(stage)).toMatchObject({ availablePico: 0n, grantedPico: 0n });
});

test('subscriptions end when the balance is reached, although the erasure waits for a decision or a legal hold', async () => {
  for (const wait of ['decision', 'hold'] as const) {
    const { stage } = await open({ policy: 'block' });
    const input = await stage.request();
    let ended = 0;
    stage.onDealingsEnd = () => void (ended += 1);
    if (wait === 'hold')
      stage.onStep = async (step) => {
        if (step === 'settle') await stage.holds.place({ ownerId: ACCOUNT, actor: COMMAND });
      };
    expect(await stage.drive({ until: stage.clock() + 8 * DAY_MS })).toBe(false);
    expect([(await stage.erasures.get(ACCOUNT, input.erasureId)).state, ended > 0]).toEqual(['frozen', true]);
  }
});

async function entriesOf({ payments }: WorkflowStage): Promise<ReadonlyMap<string, unknown>> {
  const entries = new Map<string, unknown>();
  for await (const entry of payments.wallet.wallet.entries(ACCOUNT)) entries.set(entry.entryId, entry);
  return entries;
}
