import { IdempotencyKeys } from '../../../lambdas/domain/data-plane/idempotency/idempotency-keys';
import type { TableStore } from '../../../lambdas/domain/table/table-store';
import { EmbeddedStore } from '../../../lambdas/adapters/embedded/embedded-store';
import { DEPLOYMENT } from '../../../lambdas/domain/access/actor';
import { usageRecordKey } from '../../../lambdas/contracts/storage/table-keys/usage';
import { Trusts } from '../../../lambdas/domain/federation/trusts';
import { KeySuspensions } from '../../../lambdas/domain/keys/key-suspensions';
import { ParkedChanges } from '../../../lambdas/domain/usage/parked/parked-changes';
import { AccountStage } from '../accounts/account-stage';
import { CatalogStage, COMPILED } from '../catalog/catalog-stage';
import { ReceiptStage } from '../receipts/receipt-stage';
import { ACCOUNT, WalletStage } from '../wallet/wallet-stage';

const BILLING = { name: 'Ours', email: 'bills@example.test', addressLine1: '1 Street', city: 'Town', country: 'DE' };
const RULES = { scopes: ['chat' as const], budget: { limitPico: '5', window: 'day' as const }, labels: { team: 'a' } };
const TRUST = {
  name: 'CI',
  issuer: 'https://token.example.com',
  audience: 'tollgate',
  subject: 'repo:acme/app:*',
  claims: { repository: 'acme/app' },
  singleUse: true,
  keySeconds: 900,
  rules: RULES,
};

/** Accounts, people, keys and trusts, each with everything that can be stored about it. */
export async function storedAccount() {
  const stage = new AccountStage();
  const { clock, audit, store, engine } = stage;
  const { accountId, owner } = await stage.account();
  await stage.accounts.setBilling({ accountId, details: BILLING, actor: owner });
  await stage.accounts.suspend({ accountId, reason: 'abuse', actor: await stage.operator() });
  await stage.accounts.resume({ accountId, actor: await stage.operator() });
  const member = await stage.join(accountId, owner, 'admin');
  const { token } = await stage.invitations.create({
    accountId,
    email: 'a@example.test',
    role: 'auditor',
    actor: owner,
  });
  const trust = await new Trusts({ store, clock, audit }).create({ accountId, trust: TRUST, actor: owner });
  const { keyId, key } = await stage.keys.create({ accountId, actor: owner, rules: RULES, label: 'ci' });
  await new KeySuspensions({ store, clock, audit }).suspend({
    accountId,
    keyId,
    actor: DEPLOYMENT,
    reason: 'spend_jump',
  });
  await stage.accounts.suspend({ accountId, reason: 'abuse', actor: await stage.operator() });
  return { stage, engine, clock, accountId, owner, member, token, trustId: trust.trustId, keyId, key };
}

/** Live holds and leases, entries of every kind that requests make, and usage records. */
export async function storedWallet(engine = EmbeddedStore.memory({ clock: () => Date.parse('2026-11-20T10:00:00Z') })) {
  const stage = new WalletStage(engine);
  await stage.fund(1_000_000n);
  const counting = { counterId: 'k', runningMax: 5, budget: { window: 'total', limitPico: 1_000n } };
  await stage.settle(await stage.count(100n, counting), 40n);
  await stage.release(await stage.reserve(100n));
  await stage.count(100n, counting);
  stage.store.plan('conflict');
  const leased = await stage.reserve(100n);
  await stage.settle(leased, 40n);
  await stage.reserve(100n);
  const parked = new ParkedChanges({ store: engine, clock: () => stage.now });
  const key = usageRecordKey(ACCOUNT, leased.requestId);
  await parked.park('spend', [{ changeId: 'c', key, cause: 'ZodError' }]);
  await idempotencyKeysOn(engine, () => stage.now).claim(keyedRequestOf(leased.requestId, stage.now));
  return { stage, engine, accountId: ACCOUNT, requestId: leased.requestId };
}

export const idempotencyKeysOn = (store: TableStore, clock: () => number): IdempotencyKeys =>
  new IdempotencyKeys({ store, clock, secret: Buffer.from('a secret of the deployment') });

/** A request with the Idempotency-Key that the stored wallet has claimed. */
export const keyedRequestOf = (requestId: string, now: number) => ({
  accountId: ACCOUNT,
  counterId: 'k',
  idempotencyKey: 'once',
  endpoint: 'chat',
  body: Buffer.from('{}'),
  requestId,
  holdDeadline: now + 1_000,
  isOver: () => true,
});

/** A sealed receipt, an open leaf with a text, and the published key. */
export async function storedReceipts() {
  const stage = await ReceiptStage.funded();
  const requestId = await stage.charge();
  await stage.pipe();
  await stage.seal();
  await stage.wallet.reserve(5n);
  await stage.wallet.expire();
  await stage.pipe();
  return { stage, requestId };
}

/** A catalog with an approved list, an operator's setting and a proposal. */
export async function storedCatalog() {
  const stage = new CatalogStage();
  await stage.adopt();
  await stage.set({ kind: 'hidden', model: 'two', hidden: true });
  const { id } = await stage.proposals.propose({ list: COMPILED, complete: true, actor: DEPLOYMENT });
  return { stage, proposalId: id };
}
