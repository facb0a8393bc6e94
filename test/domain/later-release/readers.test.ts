import { decodePending } from '../../../lambdas/domain/notifications/outbox/message';
import { topUpSucceeded } from '../../../lambdas/domain/notifications/outbox/messages';
import { notifyOnce } from '../../../lambdas/domain/notifications/outbox/outbox';
import { Preferences } from '../../../lambdas/domain/notifications/people/preferences';
import { SuppressedHashes } from '../../../lambdas/domain/notifications/people/suppressions';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { invitationKey, memberKey } from '../../../lambdas/contracts/storage/table-keys/accounts';
import { budgetCounterKey } from '../../../lambdas/contracts/storage/table-keys/keys';
import { CATALOG_STATE_KEY } from '../../../lambdas/contracts/storage/table-keys/catalog';
import { SHARDS } from '../../../lambdas/contracts/storage/table-keys/key-parts';
import { pendingMailKey } from '../../../lambdas/contracts/storage/table-keys/outbox';
import { holdPartition } from '../../../lambdas/contracts/storage/table-keys/wallet';
import { OUTBOX, ACCOUNTS, AUDIT, CATALOG, KEYS, WALLET } from '../../../lambdas/contracts/storage/tables';
import { dueKey } from '../../../lambdas/contracts/storage/table-keys/funds';
import { decodeDue } from '../../../lambdas/domain/payments/arrears/due-item';
import { readAutoTopUp, setAutoTopUp } from '../../../lambdas/domain/payments/auto-top-up-settings';
import { Coupons } from '../../../lambdas/domain/payments/coupons/coupons';
import { Funds } from '../../../lambdas/domain/wallet/funds/funds';
import { Access } from '../../../lambdas/domain/access/access';
import { NotAllowed } from '../../../lambdas/domain/access/access-errors';
import { DEPLOYMENT } from '../../../lambdas/domain/access/actor';
import { Accounts } from '../../../lambdas/domain/accounts/accounts';
import { Invitations } from '../../../lambdas/domain/accounts/invitations';
import { Members } from '../../../lambdas/domain/accounts/members';
import { hashOf, moveHead, putEvent } from '../../../lambdas/domain/audit/audit-item';
import { AuditLog } from '../../../lambdas/domain/audit/audit-log';
import { verifyAudit } from '../../../lambdas/domain/audit/verify-audit';
import { CatalogChanges } from '../../../lambdas/domain/catalog/catalog-changes';
import { LiveCatalog } from '../../../lambdas/domain/catalog/live-catalog';
import { Proposals } from '../../../lambdas/domain/catalog/proposals';
import { HOUR_MS } from '../../../lambdas/domain/clock';
import { Trusts } from '../../../lambdas/domain/federation/trusts';
import { Keys } from '../../../lambdas/domain/keys/keys';
import { encodeSpendingRules, readSpendingRules } from '../../../lambdas/domain/keys/spending/spending-rules-item';
import { People } from '../../../lambdas/domain/people/people';
import { completeReceipts } from '../../../lambdas/domain/receipts/complete-receipts';
import { exportReceipts } from '../../../lambdas/domain/receipts/export-receipts';
import { OpenLeaves } from '../../../lambdas/domain/receipts/open-leaves';
import { Receipts } from '../../../lambdas/domain/receipts/receipts';
import { everyItem } from '../../../lambdas/domain/table/every-item';
import type { TableStore } from '../../../lambdas/domain/table/table-store';
import type { Item } from '../../../lambdas/domain/table/value';
import { ParkedChanges } from '../../../lambdas/domain/usage/parked/parked-changes';
import { UsageRecords } from '../../../lambdas/domain/usage/records/usage-records';
import { readCounted } from '../../../lambdas/domain/wallet/holds/budget-counters';
import { decodeHold } from '../../../lambdas/domain/wallet/holds/hold';
import { decodeLease, isLease } from '../../../lambdas/domain/wallet/leases/lease';
import { verifyLedger } from '../../../lambdas/domain/wallet/verify/verify-ledger';
import { Wallet } from '../../../lambdas/domain/wallet/wallet';
import { COMPILED, PROVIDERS } from '../catalog/catalog-stage';
import { WalletStage } from '../wallet/wallet-stage';
import { ROOT, trackedFiles } from '../../repository/tracked-files';
import { LaterStore } from './later-store';
import { extendedBy, laterMembers } from './later-members';
import { erasureReaders } from './stored-erasures';
import { exportReaders } from './stored-exports';
import { policyReaders } from './stored-policies';
import { supportReaders } from './stored-support';
import { rollUpReaders } from './stored-roll-ups';
import { webhookReaders } from './stored-webhooks';
import {
  keyedRequestOf,
  idempotencyKeysOn,
  storedAccount,
  storedCatalog,
  storedReceipts,
  storedWallet,
} from './stored-world';

const PAGE = { limit: 100 };
const DAYS = 90;
const SECRET = Buffer.from('a secret of the deployment');
const PEPPER = 'a pepper of sufficient length';
const silent = { info: () => undefined, warn: () => undefined, error: () => undefined };

/** One way to read stored records. */
interface Reader {
  /** The functions that parse what it reads. */
  readonly decoders: readonly string[];
  readonly engine: TableStore;
  readonly read: (store: TableStore) => Promise<unknown>;
}

/** All readers, by what they read. */
async function openReaders(): Promise<{ readonly [what: string]: Reader }> {
  const account = await storedAccount();
  const wallet = await storedWallet();
  const receipts = await storedReceipts();
  const catalog = await storedCatalog();
  const { accountId, clock, owner, token } = account;
  const inAccounts = { engine: account.engine };
  const inWallet = { engine: wallet.engine };
  const inReceipts = { engine: receipts.stage.engine };
  const inCatalog = { engine: catalog.stage.engine };
  const now = catalog.stage.clock;
  const auditOf = (store: TableStore) => new AuditLog({ store, clock });
  const catalogOf = (store: TableStore) => ({ store, clock: now, audit: auditOf(store), compiled: COMPILED });
  return {
    'an account': {
      ...inAccounts,
      decoders: ['decodeAccount'],
      read: (store) => new Accounts({ store, clock }).get(accountId),
    },
    'billing details': {
      ...inAccounts,
      decoders: ['decodeBilling'],
      read: (store) => new Accounts({ store, clock }).billing(accountId),
    },
    'the members of an account': {
      ...inAccounts,
      decoders: ['decodeMember'],
      read: (store) => new Members({ store, audit: auditOf(store) }).page(accountId, PAGE),
    },
    'the accounts of a person': {
      ...inAccounts,
      decoders: ['decodeMembership'],
      read: (store) => new Members({ store, audit: auditOf(store) }).accountsOf(owner.personId, PAGE),
    },
    'the invitations of an account': {
      ...inAccounts,
      decoders: ['decodeInvitation'],
      read: (store) => invitationsOn(store).page(accountId, PAGE),
    },
    'the invitation of a token': {
      ...inAccounts,
      decoders: ['decodeStoredInvitation'],
      read: (store) => invitationsOn(store).accept({ token, personId: owner.personId }).catch(String),
    },
    'a person': {
      ...inAccounts,
      decoders: ['decodePerson'],
      read: (store) => new People({ store, clock }).get(owner.personId),
    },
    'a message that is still to be mailed': {
      ...inAccounts,
      decoders: ['decodePending'],
      read: async (store) => {
        const { messageId } = await notifiedOn(account.engine, accountId, clock);
        const item = await store.get({ table: OUTBOX, key: pendingMailKey(messageId) });
        return decodePending(item!);
      },
    },
    ...(await webhookReaders({ ...inAccounts, accountId, clock })),
    ...(await exportReaders({ ...inAccounts, accountId, clock })),
    ...(await policyReaders({ ...inAccounts, clock })),
    ...(await supportReaders({ ...inAccounts, clock })),
    ...(await erasureReaders({ ...inAccounts, accountId, clock })),
    'the mail preferences of a person': {
      ...inAccounts,
      decoders: [],
      read: async (store) => {
        await new Preferences({ store: account.engine }).decline(owner.personId, 'budget');
        return new Preferences({ store }).of(owner.personId);
      },
    },
    'a suppressed address': {
      ...inAccounts,
      decoders: [],
      read: async (store) => {
        await new SuppressedHashes({ store: account.engine, clock }).add('a-hash', 'bounce');
        return new SuppressedHashes({ store, clock }).of('a-hash');
      },
    },
    'the counter of a budget': {
      ...inAccounts,
      decoders: ['decodeCounted'],
      read: async (store) => {
        const counted = { counterId: 'bud_01JD0000000000000000000001', window: 'total' };
        const update = budgetCounterKey(counted.counterId, counted.window);
        const change = { set: { countedPico: 5n, heldPico: 1n } };
        await account.engine.write({ table: KEYS, update, change });
        return readCounted(store, counted);
      },
    },
    'the spending rules of an account': {
      ...inAccounts,
      decoders: ['decodeSpendingRules'],
      read: async (store) => {
        const item = encodeSpendingRules(accountId, {
          version: 1,
          endUserKey: Buffer.alloc(32),
          budgets: [],
          retired: [],
        });
        await account.engine.write({ table: KEYS, put: item });
        return readSpendingRules(store, accountId);
      },
    },
    'a key that is verified': {
      ...inAccounts,
      decoders: ['decodeKey', 'decodeRules'],
      read: (store) => new Keys({ store, clock, pepper: PEPPER }).verify(account.key),
    },
    'the keys of an account': {
      ...inAccounts,
      decoders: ['decodeKeyListing', 'decodeRules'],
      read: (store) => new Keys({ store, clock, pepper: PEPPER }).list(accountId),
    },
    'the trusts of an account': {
      ...inAccounts,
      decoders: ['decodeTrust'],
      read: (store) => new Trusts({ store, clock, audit: auditOf(store) }).page(accountId, PAGE),
    },
    'the head of an audit chain': {
      ...inAccounts,
      decoders: ['decodeHead'],
      read: (store) => verifyAudit({ store, clock, chain: accountId }),
    },
    'the events of an audit chain': {
      ...inAccounts,
      decoders: ['decodeEvent'],
      read: (store) => auditOf(store).page(accountId, PAGE),
    },
    'a balance': {
      ...inWallet,
      decoders: ['decodeBalance'],
      read: (store) => new Wallet({ store, clock, usageRetentionDays: DAYS }).balance(wallet.accountId),
    },
    'the promotional credit of an account': {
      ...inWallet,
      decoders: ['decodeGrants'],
      read: (store) => new Funds({ store, clock }).view(wallet.accountId),
    },
    'an automatic top-up': {
      ...inAccounts,
      decoders: ['decodeAutoTopUp'],
      read: async (store) => {
        const settings = { returnedPico: 0n, isOn: true, thresholdCents: 1n, amountCents: 2n, monthMaxCents: 3n };
        const known = await readAutoTopUp(account.engine, accountId);
        const writes = setAutoTopUp(accountId, known, settings);
        if (known === undefined) await account.engine.transact(writes.map(({ write }) => write));
        return readAutoTopUp(store, accountId);
      },
    },
    'the coupons': {
      ...inAccounts,
      decoders: ['decodeCoupon'],
      read: async (store) => {
        const couponsOn = (on: TableStore) =>
          new Coupons({ store: on, clock, audit: auditOf(on), funds: new Funds({ store: on, clock }), secret: SECRET });
        const coupon = { amountPico: 1n, reason: 'test', redemptionsMax: 1, validUntil: clock() + HOUR_MS };
        const { items } = await couponsOn(account.engine).page(PAGE);
        if (items.length === 0) await couponsOn(account.engine).create(DEPLOYMENT, coupon);
        return couponsOn(store).page(PAGE);
      },
    },
    'a due of a credit line': {
      ...inWallet,
      decoders: ['decodeDue'],
      read: async (store) => {
        const key = dueKey(wallet.accountId, '2026-10');
        const dueAt = '2026-11-15T00:00:00.000Z';
        const due = { accountId: wallet.accountId, month: '2026-10', owedPico: 1n, coveredAtPico: 1n, stage: 'issued' };
        await wallet.engine.write({ table: WALLET, put: { ...key, ...due, dueAt } });
        return decodeDue((await store.get({ table: WALLET, key }))!);
      },
    },
    'a ledger': {
      ...inWallet,
      decoders: ['decodeEntry', 'decodeHold', 'decodeLease', 'decodeUsageRecord'],
      read: (store) => verifyLedger({ store, everyAccount: only(wallet.accountId), usageWindow: undefined }),
    },
    'holds and leases': { ...inWallet, decoders: ['decodeHold', 'decodeLease'], read: holdsOn },
    'usage records': {
      ...inWallet,
      decoders: ['decodeUsageRecord'],
      read: (store) => new UsageRecords({ store }).newest(wallet.accountId, 100),
    },
    ...(await rollUpReaders({ ...inWallet, accountId: wallet.accountId, clock: () => wallet.stage.now })),
    'the claim of an Idempotency-Key': {
      ...inWallet,
      decoders: ['decodeClaim', 'decodeUsageRecord'],
      read: (store) =>
        idempotencyKeysOn(store, () => wallet.stage.now)
          .claim(keyedRequestOf('req_another', wallet.stage.now))
          .then(
            () => 'claimed again',
            (error: unknown) => String(error),
          ),
    },
    'parked changes': {
      ...inWallet,
      decoders: ['decodeParked'],
      read: async (store) => (await new ParkedChanges({ store, clock }).of('spend').next()).value,
    },
    'a receipt': {
      ...inReceipts,
      decoders: ['decodeTree', 'parseSeal'],
      read: async (store) =>
        new Receipts({ store, clock: receipts.stage.clock }).find(await receipts.stage.record(receipts.requestId)),
    },
    'open leaves': { ...inReceipts, decoders: ['parseReceipt'], read: leavesOn },
    'what receipts are missing': {
      ...inReceipts,
      decoders: ['parseReceipt'],
      read: async (store) => expect(await completeReceipts(store, wallet.accountId)).toMatchObject({ unreadable: [] }),
    },
    'an export of receipts': {
      ...inReceipts,
      decoders: ['decodeTree'],
      read: (store) => exportReceipts({ store, clock: receipts.stage.clock, retentionDays: DAYS }, wallet.accountId),
    },
    'the changes of the catalog': {
      ...inCatalog,
      decoders: ['decodeChange'],
      read: (store) => new CatalogChanges(catalogOf(store)).page(PAGE),
    },
    'the state of the catalog': {
      ...inCatalog,
      decoders: ['decodeState', 'decodeHead'],
      read: async (store) => {
        const options = { store, clock: now, log: silent, list: COMPILED, providers: PROVIDERS };
        return (await (await LiveCatalog.open(options)).current()).models();
      },
    },
    'the proposals of price lists': {
      ...inCatalog,
      decoders: ['decodeProposal'],
      read: (store) => new Proposals(catalogOf(store)).page(PAGE),
    },
  };

  function invitationsOn(store: TableStore): Invitations {
    return new Invitations({ store, clock, audit: auditOf(store), emails: { of: async () => undefined } });
  }
}

/** Puts a message into the outbox, once. */
async function notifiedOn(store: TableStore, accountId: string, clock: () => number) {
  const message = topUpSucceeded({ accountId, amountPico: 10n ** 20n, paymentId: 'pi_1' });
  await notifyOnce({ store, clock }, message);
  return message;
}

async function* only(accountId: string): AsyncGenerator<string> {
  yield accountId;
}

async function holdsOn(store: TableStore): Promise<unknown> {
  const items: Item[] = [];
  for (const shard of SHARDS)
    for await (const item of everyItem(store, { table: WALLET, partition: holdPartition(shard) })) items.push(item);
  expect(new Set(items.map(isLease))).toEqual(new Set([true, false]));
  return items.map((item) => (isLease(item) ? decodeLease(item) : decodeHold(item)));
}

async function leavesOn(store: TableStore): Promise<unknown> {
  const accounts: unknown[] = [];
  for await (const batch of new OpenLeaves({ store }).batches()) accounts.push(batch.accounts());
  expect(accounts).not.toEqual([]);
  return accounts;
}

test('every reader reads the records of a later release as if they had no other fields than today', async () => {
  const readers = await openReaders();
  const usual = new Map<string, unknown>();
  for (const [what, { engine, read }] of Object.entries(readers)) usual.set(what, await read(engine));
  await fc.assert(
    fc.asyncProperty(laterMembers, async (members) => {
      for (const [what, { engine, read }] of Object.entries(readers)) {
        const later = await read(new LaterStore(engine, extendedBy(members)));
        expect([what, later]).toEqual([what, usual.get(what)]);
      }
    }),
    { numRuns: 30 },
  );
});

/** The functions that parse stored records. Those in adapters/embedded and attribute-values.ts read storage formats. */
const DECODER = /export (?:const|function) ((?:decode|parseReceipt|parseSeal)\w*)/g;

test('the readers under test use every function that parses a stored record', async () => {
  const sources = trackedFiles().filter((file) => file.startsWith('lambdas/domain/'));
  const found = sources.flatMap((file) =>
    [...readFileSync(join(ROOT, file), 'utf8').matchAll(DECODER)].map(([, name]) => name),
  );
  const used = Object.values(await openReaders()).flatMap(({ decoders }) => decoders);
  expect([...new Set(found)].toSorted()).toEqual([...new Set(used)].toSorted());
});

/** Attributes whose values are on a list that later releases may extend, with a value that is on none of today. */
const LATER_VALUES = {
  suspensionReason: 'later',
  role: 'later',
  createdBy: 'later',
  endpoint: 'later',
  status: 'later',
  kind: 'later',
  action: 'later',
  actor: 'later',
} as const;

/** Replaces these attributes at any depth, within JSON that is stored as text as well. */
function withLaterValues<Found>(found: Found): Found {
  if (Array.isArray(found)) return found.map(withLaterValues) as Found;
  if (typeof found !== 'object' || found === null || found instanceof Uint8Array) return found;
  const entries = Object.entries(found).map(([name, value]) => {
    const later = (LATER_VALUES as { readonly [name: string]: string })[name];
    if (name === 'content' && typeof value === 'string')
      return [name, JSON.stringify(withLaterValues<unknown>(JSON.parse(value)))];
    return [name, later !== undefined && typeof value === 'string' ? later : withLaterValues<unknown>(value)];
  });
  return Object.fromEntries(entries) as Found;
}

test.each([
  'an account',
  'the members of an account',
  'the accounts of a person',
  'the invitations of an account',
  'the keys of an account',
  'the trusts of an account',
  'the events of an audit chain',
  'holds and leases',
  'usage records',
  'the changes of the catalog',
])('%s of a later release: values that this release does not know are shown as they are', async (what) => {
  const { engine, read } = (await openReaders())[what]!;
  const usual = await read(engine);
  const later = await read(new LaterStore(engine, withLaterValues));
  expect(later).toEqual(withLaterValues(usual));
  expect(later).not.toEqual(usual);
});

test('no reader fails because of a value that only a later release knows', async () => {
  for (const [what, { engine, read }] of Object.entries(await openReaders())) {
    const later = await read(new LaterStore(engine, withLaterValues)).catch((error: unknown) => [what, error]);
    expect([what, later]).not.toEqual([what, [what, expect.anything()]]);
  }
});

test('a member whose role only a later release knows may do nothing, and can be given another role', async () => {
  const { stage, engine, accountId, owner, member } = await storedAccount();
  const isMember = ({ personId }: Item): boolean => personId === member.personId;
  const store = new LaterStore(engine, (item) => (isMember(item) ? { ...item, role: 'later' } : item));
  const access = new Access({ store });
  await expect(access.inAccount('account.read', accountId, member.personId)).rejects.toBeInstanceOf(NotAllowed);
  const update = memberKey(accountId, member.personId);
  await engine.write({ table: ACCOUNTS, update, change: { set: { role: 'later' } } });
  await stage.accounts.resume({ accountId, actor: await stage.operator() });
  await stage.members.changeRole({ accountId, personId: member.personId, role: 'auditor', actor: owner });
  expect(await stage.members.get(accountId, member.personId)).toMatchObject({ role: 'auditor' });
  expect((await stage.verify(accountId)).faults).toEqual([]);
});

test('an invitation to a role that only a later release knows is refused, and says so', async () => {
  const { stage, engine, accountId } = await storedAccount();
  const actor = await stage.operator();
  await stage.accounts.resume({ accountId, actor });
  const request = { accountId, email: 'new@example.test', role: 'auditor' as const, actor: DEPLOYMENT };
  const { token, invitation } = await stage.invitations.create(request);
  const update = invitationKey(accountId, invitation.invitationId);
  await engine.write({ table: ACCOUNTS, update, change: { set: { role: 'later' } } });
  const accepted = stage.invitations.accept({ token, personId: await stage.person() });
  await expect(accepted).rejects.toMatchObject({ status: 409, code: 'role_unknown' });
});

test('a hold and a lease for an endpoint that only a later release serves expire, and their records name it', async () => {
  const { stage, accountId } = await storedWallet();
  const later = new WalletStage(new LaterStore(stage.engine, withLaterEndpoint));
  later.now = stage.now + HOUR_MS;
  expect(await later.wallet.expireDue()).toMatchObject({ failed: 0, expired: 2 });
  const records = await new UsageRecords({ store: stage.engine }).newest(accountId, 100);
  const expired = records.filter(({ status }) => status === 'expired');
  expect(expired.map(({ endpoint }) => endpoint)).toEqual(['later', 'later']);
  await stage.expectSound();
});

const withLaterEndpoint = (item: Item): Item =>
  item['heldPico'] === undefined ? item : { ...item, ...(item['endpoint'] !== undefined && { endpoint: 'later' }) };

test('a model that is approved for endpoints of a later release is served at those that this release knows', async () => {
  const { stage } = await storedCatalog();
  const store = new LaterStore(stage.engine, (item) => {
    const text = item['content'];
    if (typeof text !== 'string') return item;
    const extendedText = text.replaceAll('"endpoints":["chat"]', '"endpoints":["videos","chat"]');
    const entries = JSON.parse(extendedText) as object[];
    const added = { from: '2026-01-01T00:00:00.000Z', setting: { kind: 'quota', model: 'one', tokens: 5 } };
    return Array.isArray(entries) ? { ...item, content: JSON.stringify([...entries, added]) } : item;
  });
  const catalog = await (await stage.open(store)).current();
  expect(catalog.endpointsOf('one')).toEqual(['chat']);
  const changes = new CatalogChanges({ store, clock: stage.clock, audit: stage.audit, compiled: COMPILED });
  await changes.change({ settings: [{ kind: 'hidden', model: 'one', hidden: true }], actor: DEPLOYMENT });
  const state = await stage.engine.get({ table: CATALOG, key: CATALOG_STATE_KEY });
  expect(state?.['content']).toContain('"kind":"quota"');
});

test('an audit event of a later release is whole as long as its hash covers its fields', async () => {
  const { stage, engine, accountId } = await storedAccount();
  const [last] = (await stage.events(accountId)).slice(-1);
  const { hash: previous, at: previousAt, sequence, ...shared } = last!;
  const content = {
    ...shared,
    version: 2,
    sequence: sequence + 1,
    at: previousAt,
    actor: 'service:billing',
    action: 'account.merge',
    target: 'tea_01JD0000000000000000000000',
    previous,
    previousAt,
    witness: { count: 3 },
  };
  const event = { ...content, hash: hashOf(content) };
  await engine.transact([putEvent(event), moveHead(event, { sequence, hash: previous, at: previousAt })]);
  expect((await stage.verify(accountId)).faults).toEqual([]);
  expect((await stage.events(accountId)).at(-1)).toEqual(event);
  const uncovered = new LaterStore(engine, (item, table) => (table === AUDIT ? { ...item, witness: 'w' } : item));
  const { events, faults } = await verifyAudit({ store: uncovered, clock: stage.clock, chain: accountId });
  expect(faults.filter(({ kind }) => kind === 'changed')).toHaveLength(events);
});
