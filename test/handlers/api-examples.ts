import { newTrustSchema } from '../../lambdas/contracts/http/federation';
import { DEPLOYMENT } from '../../lambdas/domain/access/actor';
import type { ApiStage } from './api-stage';
import { at, type Example } from './example';
import { ERASURE_EXAMPLES } from './erasure-examples';
import { EXPORT_EXAMPLES } from './export-examples';
import { PAYMENT_EXAMPLES } from './payment-examples';
import { POLICY_EXAMPLES } from './policy-examples';
import { RESTRICTION_EXAMPLES } from './restriction-examples';
import { SUPPORT_EXAMPLES } from './support-examples';
import { CHILD_EXAMPLES } from './child-examples';
import { USAGE_EXAMPLES } from './usage-examples';
import { WEBHOOK_EXAMPLES } from './webhook-examples';
import { ownerOf } from '../../lambdas/domain/keys/payers/payer';

const RETURN_URL = 'https://console.example.test/billing';
const ANY_VERSION = { 'if-match': '*' };
export const FEDERATED_SUBJECT = 'repo:example/app:ref:refs/heads/main';
const TRUST = {
  name: 'CI',
  issuer: 'https://token.actions.githubusercontent.com',
  audience: 'tollgate',
  subject: FEDERATED_SUBJECT,
};
const BILLING = {
  name: 'Ours Ltd',
  email: 'bills@example.test',
  addressLine1: '1 Street',
  city: 'Town',
  postalCode: '1',
  country: 'DE',
};

const BUDGET = { of: 'account', limitPico: '50000000000000', window: 'month' };

async function aMember(stage: ApiStage, accountId: string): Promise<string> {
  if (accountId === stage.otherAccountId) return stage.person('stranger');
  return stage.person('billing');
}

async function aKey(stage: ApiStage, accountId: string): Promise<string> {
  return (await stage.parts.keys.create({ accountId, payer: await payerIn(stage, accountId) })).keyId;
}

/** The owner of an account, who pays for what a test makes as a command. */
export const payerIn = (stage: ApiStage, accountId: string): Promise<string | undefined> =>
  ownerOf(stage.parts.store, accountId);

export async function aTrust(stage: ApiStage, accountId: string): Promise<string> {
  const trust = newTrustSchema.parse({ ...TRUST, payer: await payerIn(stage, accountId) });
  return (await stage.parts.trusts.create({ accountId, trust, actor: DEPLOYMENT })).trustId;
}

async function anInvitation(stage: ApiStage, accountId: string): Promise<string> {
  const request = { accountId, email: 'someone@example.test', role: 'auditor', actor: DEPLOYMENT } as const;
  return (await stage.parts.invitations.create(request)).invitation.invitationId;
}

async function aProposal({ parts }: ApiStage): Promise<string> {
  const { proposals, compiled: list } = parts;
  return (await proposals.propose({ list, complete: true, actor: DEPLOYMENT })).id;
}

/** A payment of $25 that was booked. */
async function aPayment({ processor, parts }: ApiStage, accountId: string): Promise<string> {
  const paymentId = processor.pay({ accountId, creditCents: 2_500n });
  await parts.payments?.events.receive({ eventId: `evt_${paymentId}`, type: 'payment', objectId: paymentId });
  return paymentId;
}

/** One request for each route; a route without one fails the suite. */
export const EXAMPLES: { readonly [id: string]: Example } = {
  ...PAYMENT_EXAMPLES,
  ...USAGE_EXAMPLES,
  ...EXPORT_EXAMPLES,
  ...ERASURE_EXAMPLES,
  ...RESTRICTION_EXAMPLES,
  ...CHILD_EXAMPLES,
  ...SUPPORT_EXAMPLES,
  ...WEBHOOK_EXAMPLES,
  ...POLICY_EXAMPLES,

  getMe: at('/v1/me'),
  listMyAccounts: at('/v1/me/accounts'),
  leaveAccount: at('/v1/me/accounts/{accountId}'),
  attestAdult: at('/v1/me/attestation', { body: { adult: true } }),

  getMyNotifications: at('/v1/me/notifications'),
  setMyNotifications: at('/v1/me/notifications', { body: { product: false, lowBalance: true, budget: true } }),

  createAccount: at('/v1/accounts', { body: { name: 'Another' } }),
  listAccounts: at('/v1/accounts'),
  getAccount: at('/v1/accounts/{accountId}'),
  renameAccount: at('/v1/accounts/{accountId}', { body: { name: 'New' }, headers: ANY_VERSION }),
  getBilling: at('/v1/accounts/{accountId}/billing'),
  setBilling: at('/v1/accounts/{accountId}/billing', { body: BILLING, headers: ANY_VERSION }),
  transferAccount: async (stage, accountId) => ({
    path: `/v1/accounts/${accountId}/transfer`,
    body: { to: stage.person('admin') },
  }),
  appointOwner: async (stage, accountId) => ({
    path: `/v1/accounts/${accountId}/owner`,
    body: { personId: stage.person('admin') },
  }),
  suspendAccount: at('/v1/accounts/{accountId}/suspend', { body: { reason: 'abuse' } }),
  setHolds: at('/v1/accounts/{accountId}/holds', { body: { holds: 'worst-case' }, headers: ANY_VERSION }),
  resumeAccount: at('/v1/accounts/{accountId}/resume'),

  listMembers: at('/v1/accounts/{accountId}/members'),
  getMember: async (stage, accountId) => ({
    path: `/v1/accounts/${accountId}/members/${await aMember(stage, accountId)}`,
  }),
  changeMember: async (stage, accountId) => ({
    path: `/v1/accounts/${accountId}/members/${await aMember(stage, accountId)}`,
    body: { role: 'developer' },
    headers: ANY_VERSION,
  }),
  removeMember: async (stage, accountId) => ({
    path: `/v1/accounts/${accountId}/members/${await aMember(stage, accountId)}`,
  }),
  listInvitations: at('/v1/accounts/{accountId}/invitations'),
  createInvitation: at('/v1/accounts/{accountId}/invitations', {
    body: { email: 'someone@example.test', role: 'auditor' },
  }),
  revokeInvitation: async (stage, accountId) => ({
    path: `/v1/accounts/${accountId}/invitations/${await anInvitation(stage, accountId)}`,
  }),
  acceptInvitation: async (stage) => {
    const accountId = await stage.parts.accounts.create();
    const request = { accountId, email: 'someone@example.test', role: 'auditor', actor: DEPLOYMENT } as const;
    return { path: '/v1/invitations/accept', body: { token: (await stage.parts.invitations.create(request)).token } };
  },

  listKeys: at('/v1/accounts/{accountId}/keys'),
  getKey: async (stage, accountId) => ({ path: `/v1/accounts/${accountId}/keys/${await aKey(stage, accountId)}` }),
  createKey: at('/v1/accounts/{accountId}/keys', { body: { label: 'ci' } }),
  createRoleKey: at('/v1/accounts/{accountId}/role-keys', { body: { role: 'arn:aws:iam::111122223333:role/worker' } }),
  changeKeyRules: async (stage, accountId) => ({
    path: `/v1/accounts/${accountId}/keys/${await aKey(stage, accountId)}/rules`,
    body: { scopes: ['chat'], concurrency: 2 },
    headers: ANY_VERSION,
  }),
  rotateKey: async (stage, accountId) => ({
    path: `/v1/accounts/${accountId}/keys/${await aKey(stage, accountId)}/rotate`,
    body: { graceSeconds: 60 },
  }),
  resumeKey: async (stage, accountId) => {
    const keyId = await aKey(stage, accountId);
    await stage.parts.keySuspensions.suspend({ accountId, keyId, actor: DEPLOYMENT, reason: 'spend_jump' });
    return { path: `/v1/accounts/${accountId}/keys/${keyId}/resume` };
  },
  revokeKey: async (stage, accountId) => ({ path: `/v1/accounts/${accountId}/keys/${await aKey(stage, accountId)}` }),

  listTrusts: at('/v1/accounts/{accountId}/trusts'),
  getTrust: async (stage, accountId) => ({
    path: `/v1/accounts/${accountId}/trusts/${await aTrust(stage, accountId)}`,
  }),
  createTrust: at('/v1/accounts/{accountId}/trusts', { body: TRUST }),
  setTrustPayer: async (stage, accountId) => ({
    path: `/v1/accounts/${accountId}/trusts/${await aTrust(stage, accountId)}/payer`,
    body: { payer: await payerIn(stage, accountId) },
  }),
  getSpendingRules: at('/v1/accounts/{accountId}/spending-rules'),
  setSpendingRules: at('/v1/accounts/{accountId}/spending-rules', { body: { endUsers: true, budgets: [BUDGET] } }),
  deleteTrust: async (stage, accountId) => ({
    path: `/v1/accounts/${accountId}/trusts/${await aTrust(stage, accountId)}`,
  }),

  listAuditEvents: at('/v1/accounts/{accountId}/audit'),
  verifyAudit: at('/v1/accounts/{accountId}/audit/verification'),
  listDeploymentAuditEvents: at('/v1/audit'),
  verifyDeploymentAudit: at('/v1/audit/verification'),
  listOperators: at('/v1/operators'),
  appointOperator: async (stage) => ({ path: `/v1/operators/${stage.person('admin')}` }),
  getCatalog: at('/v1/catalog'),
  listCatalogModels: at('/v1/catalog/models'),
  listCatalogChanges: at('/v1/catalog/changes'),
  changeCatalog: at('/v1/catalog', {
    body: { settings: [{ kind: 'hidden', model: 'gpt-4o-mini', hidden: true }] },
    headers: ANY_VERSION,
  }),
  listProposals: at('/v1/catalog/proposals'),
  createProposal: at('/v1/catalog/proposals', { body: { complete: true } }),
  getProposal: async (stage) => ({ path: `/v1/catalog/proposals/${await aProposal(stage)}` }),
  approveProposal: async (stage) => ({
    path: `/v1/catalog/proposals/${await aProposal(stage)}/approve`,
    headers: ANY_VERSION,
    body: { from: new Date(stage.now + 3_600_000).toISOString() },
  }),
  dismissOperator: async (stage) => ({ path: `/v1/operators/${stage.person('operator')}` }),

  getWallet: at('/v1/accounts/{accountId}/wallet'),
  createTopUp: at('/v1/accounts/{accountId}/top-ups', { body: { amount: '25', returnUrl: RETURN_URL } }),
  getAutoTopUp: at('/v1/accounts/{accountId}/auto-top-up'),
  setAutoTopUp: async (stage, accountId) => {
    await stage.parts.payments?.customers.use(accountId, () => Promise.resolve());
    const body = { isOn: true, threshold: '5', amount: '10', monthMax: '50' };
    return { path: `/v1/accounts/${accountId}/auto-top-up`, body };
  },
  createPortal: at('/v1/accounts/{accountId}/portal', { body: { returnUrl: RETURN_URL } }),
  listInvoices: at('/v1/accounts/{accountId}/invoices'),
  createRefund: async (stage, accountId) => ({
    path: `/v1/accounts/${accountId}/refunds`,
    body: { paymentId: await aPayment(stage, accountId), amount: '5' },
  }),
  createGrant: at('/v1/accounts/{accountId}/grants', {
    body: { amount: '5', reason: 'goodwill', expiresAt: '2026-12-31T00:00:00.000Z' },
  }),
  setCreditLine: at('/v1/accounts/{accountId}/credit-line', { body: { amount: '100' } }),
  listPaymentExceptions: at('/v1/payment-exceptions'),
};
