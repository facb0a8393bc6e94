import { once } from 'node:events';
import { DEPLOYMENT } from '../../lambdas/domain/access/actor';
import { Accounts } from '../../lambdas/domain/accounts/accounts';
import { everyAccount as listAccounts } from '../../lambdas/domain/accounts/directory';
import { AuditLog } from '../../lambdas/domain/audit/audit-log';
import { Policies } from '../../lambdas/domain/policies/policies';
import { PolicyNotices } from '../../lambdas/domain/policies/policy-notices';
import { Operators } from '../../lambdas/domain/people/operators';
import type { TableStore } from '../../lambdas/domain/table/table-store';
import { FaultyStore } from '../domain/wallet/faulty-store';
import { EmbeddedStore } from '../../lambdas/adapters/embedded/embedded-store';
import { LiveCatalog } from '../../lambdas/domain/catalog/live-catalog';
import { ExpiringKeys } from '../../lambdas/domain/keys/expiring-keys';
import { Keys } from '../../lambdas/domain/keys/keys';
import { overdueErasures as countOverdue } from '../../lambdas/domain/privacy/erasure/overdue-erasures';
import { KnownSpendingRules } from '../../lambdas/domain/keys/spending/known-spending-rules';
import { Receipts } from '../../lambdas/domain/receipts/receipts';
import { Cancellations } from '../../lambdas/domain/data-plane/cancellations';
import { freeLimit } from '../../lambdas/domain/data-plane/free/serve-free';
import { type ClaimedKey, IdempotencyKeys } from '../../lambdas/domain/data-plane/idempotency/idempotency-keys';
import { setAlertRules } from '../../lambdas/domain/usage/spend-watch/alert-rules';
import { newRequestId } from '../../lambdas/domain/data-plane/request-ids';
import { Statistics } from '../../lambdas/domain/usage/statistics/statistics';
import { checkRetention } from '../../lambdas/handlers/usage/check-retention';
import { CatalogStage, COMPILED, PROVIDERS } from '../domain/catalog/catalog-stage';
import { ReceiptStage } from '../domain/receipts/receipt-stage';
import { ACCOUNT, WalletStage } from '../domain/wallet/wallet-stage';
import { requestDetail } from '../../lambdas/handlers/control-plane/api/routes/request-detail';
import { ROUTES } from '../../lambdas/handlers/control-plane/api/routes/routes';
import { erasureKey, erasureListingKey } from '../../lambdas/contracts/storage/table-keys/privacy';
import { ACCOUNTS } from '../../lambdas/contracts/storage/tables';
import { JWT_TYPE, TOKEN_EXCHANGE_GRANT } from '../../lambdas/contracts/http/federation';
import { EXAMPLES, FEDERATED_SUBJECT } from '../handlers/api-examples';
import { ApiStage } from '../handlers/api-stage';
import { BudgetStage } from '../domain/usage/budget-stage';
import { DOLLAR, SpendStage } from '../domain/usage/spend-stage';
import { keyCreated, newSignIn, topUpSucceeded, welcome } from '../../lambdas/domain/notifications/outbox/messages';
import { MailStage } from '../domain/notifications/mail-stage';
import { allowedBy } from './allowed-by';
import { callsOfBooking, recordedPayments } from './calls-of-booking';
import { CallRecorder } from './call-recorder';

// The emulator and the embedded engine check no policies, so a missing permission would only show in AWS.

const MINUTE_MS = 60_000;
const DAY_MS = 1_440 * MINUTE_MS;
const AMPLE_PICO = 1_000_000n;
const COUNTING = {
  counterId: '01JD0000000000000000000001',
  runningMax: 5,
  budget: { window: 'total', limitPico: AMPLE_PICO },
};
const OTHER_ACCOUNT = 'acc_01JD0000000000000000000009';
const ERASURES = [
  { ownerId: OTHER_ACCOUNT, erasureId: 'era_01JD0000000000000000000001' },
  { ownerId: 'per_01JD0000000000000000000009', erasureId: 'era_01JD0000000000000000000002' },
];

function recordedStage() {
  let now = (): number => Date.now();
  const clock = () => now();
  const calls = new CallRecorder(EmbeddedStore.memory({ clock }));
  const stage = new WalletStage(calls);
  now = () => stage.now;
  return { calls, stage, clock };
}

/** Opens the catalog in one process after another process has changed it. */
async function servedCatalog(clock: () => number): Promise<readonly string[]> {
  const { engine, changes, log } = new CatalogStage();
  const setting = { kind: 'hidden', model: 'one', hidden: true } as const;
  await changes.change({ settings: [setting], actor: DEPLOYMENT });
  const recorder = new CallRecorder(engine);
  await LiveCatalog.open({ store: recorder, clock, log, list: COMPILED, providers: PROVIDERS });
  return recorder.take();
}

/** Seals one receipt in time and another a day late. */
/** A change without a record, which can only be parked. */
const UNREADABLE = {};

async function sealedStage() {
  const stage = new ReceiptStage();
  const calls = new CallRecorder(stage.engine);
  await stage.fund(ACCOUNT);
  const requestIds = [await stage.charge()];
  await stage.pipe(undefined, calls);
  await stage.pipe([UNREADABLE], calls);
  const opening = calls.take();
  await stage.seal(calls);
  requestIds.push(await stage.charge());
  stage.wallet.now += DAY_MS;
  await stage.pipe();
  expect(await stage.seal(calls)).toMatchObject({ receipts: 1 });
  return { stage, calls, requestIds, opening, sealing: calls.take() };
}

/** Claims one Idempotency-Key for two requests: the second waits until the first has given it up. */
async function claimTwice(store: TableStore, clock: () => number): Promise<void> {
  const claimed: ClaimedKey[] = [];
  const sleep = async (): Promise<void> => claimed[0]?.release();
  const keys = new IdempotencyKeys({ store, clock, timing: { clock, sleep, random: () => 0 } });
  const keyed = {
    accountId: ACCOUNT,
    counterId: COUNTING.counterId,
    idempotencyKey: 'one',
    endpoint: 'chat',
    body: Buffer.from('{}'),
    holdDeadline: clock() + MINUTE_MS,
    isOver: () => false,
  };
  claimed.push(await keys.claim({ ...keyed, requestId: newRequestId() }));
  await keys.claim({ ...keyed, requestId: newRequestId() });
}

test('the data plane has exactly the table permissions that it uses', async () => {
  const { calls, stage, clock } = recordedStage();
  const keys = new Keys({ store: calls, clock, pepper: 'a pepper of sixteen bytes' });
  await stage.fund(AMPLE_PICO);
  await stage.fund(AMPLE_PICO, OTHER_ACCOUNT);
  const { key } = await keys.create({ accountId: ACCOUNT });
  const late = await stage.reserve(100n, undefined, OTHER_ACCOUNT, { counting: COUNTING });
  await stage.expire();
  calls.take();

  await keys.verify(key);
  const catalogCalls = await servedCatalog(clock);
  await stage.settle(await stage.reserve(100n, undefined, OTHER_ACCOUNT), 40n);
  await stage.settle(late, 40n);
  // Under contention a lease is taken, used by a second request, and ended when it takes no more.
  stage.store.plan('conflict');
  await stage.settle(await stage.reserve(100n), 40n);
  const { requestId } = await stage.reserve(100n);
  const cancellations = new Cancellations({ store: calls, clock });
  const { signal } = cancellations.watch(ACCOUNT, requestId);
  await cancellations.cancel(ACCOUNT, requestId);
  await freeLimit({ store: calls, clock }).count(ACCOUNT);
  await new KnownSpendingRules({ store: calls }).read(ACCOUNT);
  await once(signal, 'abort');
  await claimTwice(calls, clock);
  const idle = await stage.reserve(100n);
  await stage.settle(idle, 40n);
  stage.now += 2 * MINUTE_MS;
  await stage.reserve(100n);
  await stage.usage.get(ACCOUNT, requestId);
  const sealed = await sealedStage();
  const receipts = new Receipts({ store: sealed.calls, clock });
  for (const request of sealed.requestIds)
    expect(await receipts.find(await sealed.stage.record(request))).toBeDefined();
  await receipts.keys();
  expect([...catalogCalls, ...calls.take(), ...sealed.calls.take()].sort()).toEqual(allowedBy('DataPlaneProxyPolicy'));
  expect(allowedBy('DataPlaneWorkloadsPolicy')).toEqual(allowedBy('DataPlaneProxyPolicy'));
});

async function recordedApi() {
  const recorders: CallRecorder[] = [];
  const wrap = (store: TableStore) => (recorders[0] = new CallRecorder(store));
  const claims = { subject: FEDERATED_SUBJECT, tokenId: 'one', expiresAt: Date.now(), texts: new Map() };
  const stage = await ApiStage.open({ wrap, federatedTokens: { verify: async () => claims } });
  return { stage, recorder: recorders[0]! };
}

/** The reply to an action is lost and another action overtakes the retry: the audit log tells whether it was done. */
async function callsOfLostAnswer(isInAccount: boolean): Promise<string[]> {
  const { stage, recorder } = await recordedApi();
  const slow = new FaultyStore(recorder);
  const act = (store: TableStore) => {
    const audit = new AuditLog({ store, clock: () => stage.now, sleep: () => Promise.resolve() });
    if (isInAccount) {
      const accounts = new Accounts({ store, clock: () => stage.now, audit });
      return accounts.rename({ accountId: stage.accountId, name: 'New', actor: DEPLOYMENT });
    }
    const operators = new Operators({ store, clock: () => stage.now, audit });
    return operators.dismiss({ personId: stage.person('operator'), actor: DEPLOYMENT });
  };
  slow.plan('lost reply', async () => {
    await stage.parts.accounts.rename({ accountId: stage.accountId, name: 'Newer', actor: DEPLOYMENT });
    await stage.parts.operators.appoint({ personId: stage.person('admin'), actor: DEPLOYMENT });
    // The store remembers an idempotency token for ten minutes.
    stage.now += 3_600_000;
  });
  recorder.take();
  await act(slow);
  return recorder.take();
}

/** Exchanges an issuer's token for a key. */
async function callsOfExchange(): Promise<string[]> {
  const { stage, recorder } = await recordedApi();
  const { path } = await EXAMPLES['getTrust']!(stage, stage.accountId);
  recorder.take();
  const body = new URLSearchParams({
    grant_type: TOKEN_EXCHANGE_GRANT,
    subject_token_type: JWT_TYPE,
    subject_token: 'a token',
    audience: `${stage.accountId}/${path.slice(path.lastIndexOf('/') + 1)}`,
  }).toString();
  const headers = { 'content-type': 'application/x-www-form-urlencoded' };
  expect(await stage.ask({ method: 'POST', path: '/v1/token', headers, body })).toMatchObject({ status: 200 });
  return recorder.take();
}

/** Turning on an automatic top-up may charge the account, and books that payment like any other. */
async function callsOfAutoTopUp(): Promise<string[]> {
  const payments = await recordedPayments();
  const booking = await callsOfBooking(payments, () =>
    payments.stage.payments.reconcile({ from: 0, to: payments.stage.wallet.now + MINUTE_MS }),
  );
  await payments.stage.close();
  const { stage, recorder } = await recordedApi();
  const request = await EXAMPLES['setAutoTopUp']!(stage, stage.accountId);
  recorder.take();
  const body = { ...(request.body as object), isOn: false };
  expect(await stage.ask({ ...request, method: 'PUT', as: 'owner', body })).toMatchObject({ status: 200 });
  // Only the reconciliation looks for credits.
  return [...booking.filter((call) => call !== 'wallet Query credits'), ...recorder.take()];
}

/** A refund that is repeated may be asked for by another process at that moment. */
async function callsOfRepeatedRefund(): Promise<string[]> {
  const { stage, recorder } = await recordedApi();
  const { accountId } = stage;
  const { body } = await EXAMPLES['createRefund']!(stage, accountId);
  const { paymentId } = body as { readonly paymentId: string };
  const refund = { accountId, paymentId, refundId: 'refund_a', creditCents: 100n };
  recorder.take();
  for (let times = 0; times < 2; times += 1) await stage.parts.payments?.refunds.refund(refund);
  return recorder.take();
}

/** A request is shown with its receipt, which may have been sealed late. */
async function callsOfReceipts(): Promise<string[]> {
  const { stage, calls, requestIds } = await sealedStage();
  for (const requestId of requestIds) {
    const detail = await requestDetail(
      { store: calls, clock: () => stage.wallet.now },
      { accountId: ACCOUNT, requestId },
    );
    expect(detail.receipt).toBeDefined();
  }
  return calls.take();
}

/** Anybody reports a child, so its route is not among those of people. */
async function callsOfChildReport(): Promise<string[]> {
  const { stage, recorder } = await recordedApi();
  await stage.ask({ method: 'POST', path: '/v1/child-reports', body: { accountId: stage.accountId } });
  return recorder.take();
}

/** A certificate is sent without a token too. */
async function callsOfCertificate(): Promise<string[]> {
  const { stage, recorder } = await recordedApi();
  const [{ erasureId } = { erasureId: '' }] = ERASURES;
  recorder.take();
  const answer = await stage.ask({ method: 'GET', path: `/v1/erasures/${erasureId}/certificate` });
  expect(answer).toMatchObject({ status: 404, body: { code: 'certificate_not_found' } });
  return recorder.take();
}

/** A threshold and a credit line of nothing leave the lists of accounts that have one. */
async function callsOfNothing(): Promise<string[]> {
  const { stage, recorder } = await recordedApi();
  const { accountId } = stage;
  await stage.parts.funds.setLine({ accountId, changeId: 'line_a', linePico: 1n });
  recorder.take();
  for (const [id, as, body] of [
    ['setLowBalance', 'owner', { threshold: '0' }],
    ['setCreditLine', 'operator', { amount: '0' }],
  ] as const) {
    const request = await EXAMPLES[id]!(stage, accountId);
    expect(await stage.ask({ ...request, method: 'PUT', as, body })).toMatchObject({ status: 200 });
  }
  return recorder.take();
}

test('the management API has exactly the table permissions that it uses', async () => {
  const calls: string[] = [];
  for (const route of ROUTES) {
    const { stage, recorder } = await recordedApi();
    const request = await EXAMPLES[route.id]!(stage, stage.accountId);
    recorder.take();
    const headers = { ...request.headers, ...(route.method === 'post' && { 'idempotency-key': 'once' }) };
    for (const as of ['developer', 'operator', 'owner', 'newcomer']) {
      await stage.ask({ ...request, method: route.method.toUpperCase(), as, headers });
    }
    calls.push(...recorder.take());
  }
  calls.push(...(await callsOfExchange()));
  calls.push(...(await callsOfAutoTopUp()), ...(await callsOfNothing()));
  calls.push(...(await callsOfRepeatedRefund()), ...(await callsOfReceipts()), ...(await callsOfCertificate()));
  calls.push(...(await callsOfChildReport()));
  for (const account of ['ours', 'the deployment']) calls.push(...(await callsOfLostAnswer(account === 'ours')));
  expect([...new Set(calls)].sort()).toEqual(allowedBy('ControlPlaneManagement'));
});

test('the sweeper has exactly the table permissions that it uses', async () => {
  const { calls, stage } = recordedStage();
  await stage.fund(AMPLE_PICO);
  await stage.reserve(100n);
  await stage.count(100n, COUNTING);
  stage.store.plan('conflict');
  const { leaseTurn } = await stage.reserve(100n);
  expect(leaseTurn).toBeDefined();
  stage.now += 2 * MINUTE_MS;
  calls.take();

  expect(await stage.expire()).toMatchObject({ expired: 3, failed: 0 });
  expect(calls.take()).toEqual(allowedBy('SweeperSweepPolicy'));
});

/** Reports a budget that is almost used up. */
async function callsOfBudget(): Promise<string[]> {
  const stage = await BudgetStage.open({ budget: { limitPico: '1000', window: 'day' } });
  const calls = new CallRecorder(stage.store);
  await stage.request(900n);
  await stage.pipe(undefined, calls);
  expect(await stage.told()).toEqual(['80']);
  return calls.take();
}

/** An hour of failures breaks a rule of the account. */
async function callsOfAlert(stage: SpendStage): Promise<string[]> {
  const rules = { errorRate: { percent: 1, requestsMin: 1 } };
  await stage.store.transact([setAlertRules(ACCOUNT, rules, undefined).write]);
  await stage.record(0n, stage.keyId, 'provider_error');
  const calls = new CallRecorder(stage.store);
  await stage.pipe(undefined, calls);
  return calls.take();
}

test('the spend watch has exactly the table permissions that it uses', async () => {
  const stage = await SpendStage.open();
  await stage.spendBaseline(2n * DOLLAR);
  await stage.record(30n * DOLLAR);
  const calls = new CallRecorder(stage.store);
  const slow = new FaultyStore(calls);
  // The reply to the suspension is lost, another action overtakes the retry, and the audit log tells whether it was done.
  slow.plan('none', 'lost reply', async () => {
    await stage.keys.create({ accountId: ACCOUNT });
    // The store remembers an idempotency token for ten minutes.
    stage.now += 60 * MINUTE_MS;
  });
  await stage.pipe(undefined, slow);
  expect(await stage.isSuspended()).toBe(true);
  await stage.pipe([UNREADABLE], calls);
  const received = ['DescribeStream', 'GetRecords', 'GetShardIterator', 'ListStreams'].map((name) => `usage ${name} *`);
  const spent = [...calls.take(), ...(await callsOfBudget()), ...(await callsOfAlert(stage))];
  expect([...new Set([...spent, ...received])].sort()).toEqual(allowedBy('SpendWatchPolicy'));
});

test('the function that publishes statistics has exactly the table permissions that it uses', async () => {
  const { stage, calls } = await usageStage();
  const everyAccount = (): AsyncIterable<string> => listAccounts(calls);
  const statistics = new Statistics({
    store: calls,
    clock: stage.clock,
    everyAccount,
    retentionDays: 3,
    accountsMin: 5,
  });
  expect(await statistics.publish()).toHaveLength(1);
  expect(calls.take()).toEqual(allowedBy('StatisticsPublishPolicy'));
});

test('the check of the retention has exactly the table permissions that it uses', async () => {
  const { stage, calls } = await usageStage();
  const everyAccount = (): AsyncIterable<string> => listAccounts(calls);
  const log = { info: () => undefined, warn: () => undefined, error: () => undefined };
  const options = { store: calls, clock: stage.clock };
  const overdueErasures = (): Promise<number> => countOverdue(options);
  stage.now += 26 * DAY_MS;
  for (const { ownerId, erasureId } of ERASURES) {
    const erasure = { erasureId, state: 'grace', step: 'gate', requestedAt: '2026-11-20T10:00:00.000Z' };
    const rest = { graceEndsAt: '2026-11-27T10:00:00.000Z', balance: 'refund' };
    await stage.store.write({ table: ACCOUNTS, put: { ...erasureKey(ownerId, erasureId), ...erasure, ...rest } });
    await stage.store.write({ table: ACCOUNTS, put: { ...erasureListingKey(erasureId), ownerId } });
  }
  await checkRetention({ ...options, everyAccount, overdueErasures, retentionDays: 90, log })();
  expect(calls.take()).toEqual(allowedBy('RetentionCheckPolicy'));
});

/** An account with usage, and a recorder of what is done with its tables from now on. */
async function usageStage() {
  const stage = await SpendStage.open();
  await stage.spend(DOLLAR);
  return { stage, calls: new CallRecorder(stage.store) };
}

test('the receipt collector may receive changes and open leaves, and nothing else', async () => {
  const { opening } = await sealedStage();
  const received = ['DescribeStream', 'GetRecords', 'GetShardIterator', 'ListStreams'].map((name) => `usage ${name} *`);
  expect([...opening, ...received].sort()).toEqual(allowedBy('ReceiptsCollectPolicy'));
});

test('the sealer has exactly the table permissions that it uses', async () => {
  const { sealing } = await sealedStage();
  expect(sealing).toEqual(allowedBy('ReceiptsSealPolicy'));
});

test('the archiver may receive changes of the audit table and has no other table permission', () => {
  const received = ['DescribeStream', 'GetRecords', 'GetShardIterator', 'ListStreams'].map((name) => `audit ${name} *`);
  expect(received.sort()).toEqual(allowedBy('AuditArchiveKeepPolicy'));
});

/** Delivers mails to a member, to several members, to billing details, to an invited person and to a suppressed address. */
async function callsOfMails(): Promise<{ readonly delivering: string[]; readonly reporting: string[] }> {
  const stage = new MailStage();
  const calls = new CallRecorder(stage.store);
  const { accountId, owner } = await stage.accounts.account();
  await stage.notify(welcome(owner.personId));
  await stage.notify(keyCreated({ accountId, keyId: COUNTING.counterId, at: '2026-11-20T10:00:00.000Z' }));
  await stage.notify(topUpSucceeded({ accountId, amountPico: 1n, paymentId: 'pi_1' }));
  await stage.invitations().create({ accountId, email: 'new@example.test', role: 'auditor', actor: DEPLOYMENT });
  stage.answers.push('refuse', 'lose');
  for (let sweep = 0; sweep < 3; sweep += 1) {
    await stage.delivery({ store: calls }).sweep();
    stage.pass(20 * MINUTE_MS);
  }
  const delivering = calls.take();
  const unanswered = newSignIn({ personId: owner.personId, signInId: 'one', at: '2026-11-20T10:00:00.000Z' });
  await stage.notify(unanswered);
  stage.answers.push('lose');
  await stage.sweep();
  const { messageId, addressHash } = stage.sent.at(-1)!;
  await stage.report({ outcome: 'bounced', messageId, addressHash }, calls);
  expect(await stage.stateOf(unanswered)).toBe('sent');
  return { delivering, reporting: calls.take() };
}

test('the functions that send mails have exactly the table permissions that they use', async () => {
  const { delivering, reporting } = await callsOfMails();
  expect(delivering).toEqual(allowedBy('NotificationsMailSweepPolicy'));
  const received = ['DescribeStream', 'GetRecords', 'GetShardIterator', 'ListStreams'].map(
    (name) => `outbox ${name} *`,
  );
  expect([...delivering, ...received].sort()).toEqual(allowedBy('NotificationsMailDeliverPolicy'));
  expect(reporting).toEqual(allowedBy('NotificationsFeedbackReportsPolicy'));
});

test('the function that announces policies may list accounts and their members, and put messages into the outbox', async () => {
  const stage = new MailStage();
  const calls = new CallRecorder(stage.store);
  await stage.accounts.account();
  const policies = new Policies({ store: stage.store, clock: stage.clock, audit: stage.accounts.audit });
  const effectiveAt = '2026-12-31T00:00:00.000Z';
  await policies.publish(DEPLOYMENT, { policy: 'terms', version: '1', url: 'https://example.com/terms', effectiveAt });
  await new PolicyNotices({ store: calls, clock: stage.clock }).announce();
  expect(calls.take()).toEqual(allowedBy('NotificationsPolicyNoticesAnnouncePolicy'));
});

test('the function that reminds people of keys may list accounts and keys, and put messages into the outbox', async () => {
  const stage = new MailStage();
  const calls = new CallRecorder(stage.store);
  const { accountId, owner } = await stage.accounts.account();
  await stage.accounts.keys.create({ accountId, payer: owner.personId, validUntil: stage.now + 10 * DAY_MS });
  stage.pass(4 * DAY_MS);
  await new ExpiringKeys({ store: calls, clock: stage.clock }).remind();
  expect(calls.take()).toEqual(allowedBy('NotificationsKeyRemindersRemindPolicy'));
});
