import { z } from 'zod';
import { EmbeddedStore } from '../../../lambdas/adapters/embedded/embedded-store';
import {
  DELETED,
  ERASURE_DAYS_MAX,
  expires,
  kept,
  reduced,
  ruleFor,
} from '../../../lambdas/contracts/storage/erasure-rule';
import { KEY_ATTRIBUTES, type StoredItem, storedItem } from '../../../lambdas/contracts/storage/stored-item';
import { allows } from '../../../lambdas/contracts/http/permissions';
import { isoTime, type Key } from '../../../lambdas/contracts/storage/table-keys/key-parts';
import { KEYS, TABLES } from '../../../lambdas/contracts/storage/tables';
import { fieldsWith, REGISTER } from '../../../lambdas/domain/privacy/register';
import { ROUTES } from '../../../lambdas/handlers/control-plane/api/routes/routes';
import { EXAMPLES } from '../../handlers/api-examples';
import { ApiStage } from '../../handlers/api-stage';
import { budgetCounterKey } from '../../../lambdas/contracts/storage/table-keys/keys';
import { Accounts } from '../../../lambdas/domain/accounts/accounts';
import { Keys } from '../../../lambdas/domain/keys/keys';
import { notifyBy } from '../../../lambdas/domain/notifications/outbox/outbox';
import { commit } from '../../../lambdas/domain/table/commit';
import { accountHours } from '../../../lambdas/domain/usage/spend-watch/account-hours';
import { setAlertRules } from '../../../lambdas/domain/usage/spend-watch/alert-rules';
import { BudgetWatch } from '../../../lambdas/domain/usage/spend-watch/budget-watch';
import { UsageAlerts } from '../../../lambdas/domain/usage/spend-watch/usage-alerts';
import { SubscriptionStage } from '../payments/subscription-stage';
import { GONE, REFUSED, WebhookStage } from '../notifications/webhooks/webhook-stage';
import { Cancellations } from '../../../lambdas/domain/data-plane/cancellations';
import { ParkedChanges } from '../../../lambdas/domain/usage/parked/parked-changes';
import type { Counting } from '../../../lambdas/domain/wallet/holds/counting';
import { PaymentsStage } from '../payments/payments-stage';
import { budgetOf, START } from '../wallet/key-counter-stage';
import { rollOnLease, sweepLeases } from '../wallet/lease-stage';
import { ACCOUNT, WalletStage } from '../wallet/wallet-stage';
import { changeOf, RollUpStage } from '../usage/rollups/roll-up-stage';
import { exampleIds, exampleItems } from './example-items';
import { EXAMPLE_KEYS } from './example-keys';
import { RecordedKinds } from './recorded-kinds';

const SILENT = { info: () => undefined, warn: () => undefined, error: () => undefined };
const isKeyAttribute = (name: string): boolean => (KEY_ATTRIBUTES as readonly string[]).includes(name);

/** The faults in the declaration of a kind. */
function faultsOf(item: StoredItem): readonly string[] {
  const { kind, schema, fields, ofAccount, ofPerson, through, notFound } = item;
  const undeclared = Object.keys(schema.shape).filter((name) => !(name in fields) && !isKeyAttribute(name));
  const unknown = Object.keys(fields).filter((name) => !(name in schema.shape));
  const isFound = (ofAccount ?? ofPerson ?? through) !== undefined;
  const uncovered = Object.entries(fields).filter(
    ([, { dataClass, rights }]) =>
      dataClass === 'personal' && (!isFound || !(rights.includes('exported') || rights.includes('erasable'))),
  );
  return [
    ...undeclared.map((name) => `${kind}.${name} has no rule`),
    ...unknown.map((name) => `${kind}.${name} is not in the schema`),
    ...uncovered.map(([name]) => `${kind}.${name} is personal, and neither exported nor erased`),
    ...(isFound === (notFound !== undefined) ? [`${kind} needs either a place or a reason why it is not found`] : []),
    ...faultsOfErasure(item),
  ];
}

/** The faults in what a kind declares about erasure. */
function faultsOfErasure(item: StoredItem): readonly string[] {
  const { kind, fields, erasure, ofAccount, ofPerson, through = [] } = item;
  const subjects = (['account', 'person'] as const).filter(
    (subject) =>
      (subject === 'account' ? ofAccount : ofPerson) !== undefined ||
      through.some(({ of = subject }) => of === subject),
  );
  const rules =
    subjects.length > 0 ? subjects.map((subject) => ruleFor(erasure, subject)) : [ruleFor(erasure, 'account')];
  const isErased = (name: string): boolean =>
    rules.some((rule) => {
      if (rule.does === 'reduced') return rule.fields.includes(name);
      return rule.does !== 'kept';
    });
  const left = fieldsWith('erasable', item).filter((name) => !isErased(name));
  const unfound = subjects.length === 0 && rules.some(({ does }) => does === 'deleted' || does === 'reduced');
  return [
    ...left.map((name) => `${kind}.${name} is erasable, and no rule of its kind erases it`),
    ...(unfound ? [`${kind} is to be erased, and nothing leads to it`] : []),
    ...rules.flatMap((rule) => {
      if (rule.does === 'expires' && rule.days > ERASURE_DAYS_MAX) return [`${kind} expires too late`];
      if (rule.does !== 'reduced') return [];
      return rule.fields.filter((name) => !(name in fields)).map((name) => `${kind} has no field ${name} to remove`);
    }),
  ];
}

test('every field of every stored item has a class and rights, and no personal field is left out of both workflows', () => {
  expect(REGISTER.flatMap(faultsOf)).toEqual([]);
});

test('a field without a rule and a personal field that no workflow covers are found', () => {
  const account = REGISTER.find(({ kind }) => kind === 'account')!;
  const { name: _name, ...others } = account.fields;
  expect(faultsOf({ ...account, fields: others })).toEqual(['account.name has no rule']);
  const kept = { ...account, fields: { ...account.fields, name: { dataClass: 'personal', rights: [] } } } as const;
  expect(faultsOf(kept)).toEqual(['account.name is personal, and neither exported nor erased']);
});

test('a kind whose rule leaves an erasable field, leads nowhere or takes too long is found', () => {
  const person = REGISTER.find(({ kind }) => kind === 'person')!;
  const faults = [
    'person.createdAt is erasable, and no rule of its kind erases it',
    'person.attestedAt is erasable, and no rule of its kind erases it',
    'person.erasingSince is erasable, and no rule of its kind erases it',
    'person.subject is erasable, and no rule of its kind erases it',
  ];
  const isKept = { ...person, erasure: kept('It is needed.') };
  expect(faultsOf(isKept)).toEqual(['person.personId is erasable, and no rule of its kind erases it', ...faults]);
  const isReduced = { ...person, erasure: reduced('It is needed.', 'personId', 'name') };
  expect(faultsOf(isReduced)).toEqual([...faults, 'person has no field name to remove']);
  expect(faultsOf({ ...person, erasure: expires(31, 'It is soon gone.') })).toEqual(['person expires too late']);
  const { ofPerson: _places, ...unfound } = { ...person, notFound: 'It is hidden.', fields: {}, schema: z.object({}) };
  expect(faultsOf(unfound)).toEqual(['person is to be erased, and nothing leads to it']);
});

test('a kind of item without a rule for its erasure does not compile', () => {
  const { erasure: _rule, ...declared } = {
    kind: 'example',
    about: 'an example',
    table: KEYS,
    ends: 'never',
    erasure: DELETED,
    schema: z.object({}),
    fields: {},
    is: () => false,
  };
  // @ts-expect-error: the rule is missing
  expect(storedItem(declared).kind).toBe('example');
});

test('the register names each kind once, and every table has kinds', () => {
  const kinds = REGISTER.map(({ kind }) => kind);
  expect(kinds.filter((kind, index) => kinds.indexOf(kind) !== index)).toEqual([]);
  expect(TABLES.filter((table) => !REGISTER.some((item) => item.table === table))).toEqual([]);
});

test('every exported field has an example in the tests of exports', () => {
  const examples = exampleItems(exampleIds(1), 'x');
  for (const { kind, is } of REGISTER.filter(({ kind: each }) => each in examples)) {
    const { pk, sk } = examples[kind] as { readonly pk: string; readonly sk: string };
    expect([kind, is({ pk, sk })]).toEqual([kind, true]);
  }
});

test('every key that the code can make belongs to one kind of the register', () => {
  const kindsOf = (key: Key): readonly string[] => REGISTER.filter(({ is }) => is(key)).map(({ kind }) => kind);
  const wrong = EXAMPLE_KEYS.filter(([, key]) => kindsOf(key).length !== 1);
  expect(wrong.map(([name, key]) => [name, kindsOf(key)])).toEqual([]);
  expect(kindsOf({ pk: ACCOUNT, sk: 'undeclared' })).toEqual([]);
});

test('the register knows every item and every attribute that the routes of the API write', async () => {
  const recorded = new RecordedKinds();
  for (const { id, method, permission } of ROUTES) {
    const stage = await ApiStage.open({ wrap: (store) => recorded.on(store) });
    const as = allows(permission, 'owner') ? 'owner' : 'operator';
    await stage.ask({ method: method.toUpperCase(), as, ...(await EXAMPLES[id]!(stage, stage.accountId)) });
  }
  expect([...recorded.faults]).toEqual([]);
  expect(recorded.kinds.size).toBeGreaterThan(20);
});

test('the register knows every item and every attribute that requests and their money write', async () => {
  const recorded = new RecordedKinds();
  const clock = (): number => stage.now;
  const engine = recorded.on(EmbeddedStore.memory({ clock: () => stage.now }));
  const stage: WalletStage = new WalletStage(engine);
  await stage.fund(10_000_000n);
  const limits: Counting = {
    ...budgetOf(5_000n),
    minute: { start: START, tokens: 5, requestsMax: 10, tokensMax: 1_000 },
    runningMax: 3,
  };
  const shared = { budgetId: 'bud_01JD0000000000000000000001', of: 'account' as const, window: 'total' };
  const counting: Counting = { counterId: limits.counterId, shared: [{ ...shared, limitPico: 1_000_000n }] };
  stage.store.plan('conflict');
  await stage.settle(await stage.count(100n, counting), 50n);
  await sweepLeases(stage);
  const labels = { labels: { team: 'a' } };
  await stage.settle(await stage.count(100n, limits), 50n, { firstByteMs: 1, ...labels });
  await stage.settle(await stage.extend(await stage.roll(100n, 1_000n), 200n), 900n);
  await rollOnLease(stage);
  await sweepLeases(stage);
  await stage.reserve(100n);
  stage.now += 3_600_000;
  await stage.expire();
  await stage.funds.grant({
    accountId: ACCOUNT,
    grantId: 'grant_1',
    amountPico: 5n,
    reason: 'goodwill',
    expiresAt: stage.now + 1,
  });
  stage.now += 1;
  await stage.funds.expireGrants();
  await stage.funds.setLine({ accountId: ACCOUNT, changeId: 'line_1', linePico: 100n });
  await new Cancellations({ store: engine, clock }).cancel(ACCOUNT, 'req_01JD0000000000000000000001');
  await new ParkedChanges({ store: engine, clock }).park('receipts', [
    { changeId: '1', cause: 'ZodError', key: { pk: `${ACCOUNT}#00`, sk: 'req_01JD0000000000000000000001' } },
  ]);
  const requests = new RollUpStage();
  await requests.rollUpsOn(engine).count([changeOf(requests.record({ at: isoTime(stage.now), ...labels }))]);
  expect([...recorded.faults]).toEqual([]);
  expect([...recorded.kinds]).toEqual(
    expect.arrayContaining(['lease', 'hold', 'key-counter', 'usage-record', 'roll-up', 'grant-expiry']),
  );
});

test('the register knows every item and every attribute that payments and mails write', async () => {
  const recorded = new RecordedKinds();
  const engine = EmbeddedStore.memory({ clock: () => Date.parse('2026-11-20T10:00:00.000Z') });
  const payments = await PaymentsStage.open({ engine: recorded.on(engine) });
  const paymentId = (await payments.buy(2_500n)) ?? '';
  await payments.buy(1_000n, { card: 'pm_card_createDispute' });
  await payments.receive();
  await payments.payments.refunds.refund({ accountId: ACCOUNT, paymentId, refundId: 'refund_a', creditCents: 100n });
  await payments.automate();
  await payments.payments.exceptions.add('pi_unknown', 'reused', ACCOUNT);
  await payments.close();
  const stage = await ApiStage.open({ wrap: (store) => recorded.on(store) });
  await stage.parts.keys.create({
    accountId: stage.accountId,
    actor: { kind: 'member', personId: stage.person('owner'), role: 'owner' },
  });
  expect(await stage.deliver()).not.toEqual([]);
  expect([...recorded.faults]).toEqual([]);
  expect([...recorded.kinds]).toEqual(
    expect.arrayContaining(['payment-event', 'payment-exception', 'pending-refund', 'auto-top-up', 'message-state']),
  );
});

test('the register knows every item and every attribute that webhooks write', async () => {
  const recorded = new RecordedKinds();
  const clock = (): number => Date.parse('2026-11-20T10:00:00.000Z');
  const stage = await WebhookStage.open(recorded.on(EmbeddedStore.memory({ clock })));
  await stage.create();
  stage.answers.push(REFUSED);
  await stage.happen();
  await stage.sweepUntilDone();
  stage.answer = GONE;
  await stage.happen();
  await stage.sweepUntilDone();
  expect([...recorded.faults]).toEqual([]);
  expect([...recorded.kinds]).toEqual(
    expect.arrayContaining(['webhook', 'account-event', 'pending-delivery', 'webhook-delivery']),
  );
});

test('the register knows every item and every attribute that subscriptions and their invoices write', async () => {
  const recorded = new RecordedKinds();
  const engine = EmbeddedStore.memory({ clock: () => Date.parse('2026-11-20T10:00:00.000Z') });
  const stage = await SubscriptionStage.open(recorded.on(engine));
  await stage.subscribe();
  await stage.payments.receive();
  await stage.payments.close();
  expect([...recorded.faults]).toEqual([]);
  expect([...recorded.kinds]).toEqual(expect.arrayContaining(['subscription', 'payment-notice']));
});

test('the register knows every item and every attribute that alerts and budgets write', async () => {
  const recorded = new RecordedKinds();
  const clock = (): number => Date.parse('2026-11-20T10:00:00.000Z');
  const store = recorded.on(EmbeddedStore.memory({ clock }));
  const notify = notifyBy(clock);
  const rules = { errorRate: { percent: 20, requestsMin: 1 }, spendAnomaly: { factor: 3, floor: '2.5' } };
  await commit(store, [setAlertRules(ACCOUNT, rules, undefined)]);
  await new Accounts({ store, clock }).create({ accountId: ACCOUNT });
  const { keyId } = await new Keys({ store, clock, pepper: 'a pepper of sixteen bytes' }).create({
    accountId: ACCOUNT,
    rules: { budget: { limitPico: '10000', window: 'total' } },
  });
  const requests = new RollUpStage();
  const failed = requests.record({ keyId, at: isoTime(clock()), costPico: 9_000n, status: 'provider_error' });
  await requests.rollUpsOn(store).count([changeOf(failed)]);
  await new UsageAlerts({ store, clock, log: SILENT, notify }).check(accountHours([{ record: failed }]));
  const counted = { set: { countedPico: 9_000n, heldPico: 0n } };
  await store.write({ table: KEYS, update: budgetCounterKey(keyId, 'total'), change: counted });
  await new BudgetWatch({ store, clock, notify }).check([failed]);
  expect([...recorded.faults]).toEqual([]);
  expect([...recorded.kinds]).toEqual(expect.arrayContaining(['alert-rules', 'roll-up', 'budget-notice']));
});
