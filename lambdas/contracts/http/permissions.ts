import type { Role, Standing } from './roles';
import { ROLES } from './roles';

/** The holders of one permission. */
interface Rule {
  /** Completes the sentence "A person with this permission may …". */
  readonly may: string;
  /**
   * - `self`: any signed-in person, for themselves; roles do not matter.
   * - `account`: a member of the account with one of the roles, or an operator if `operators` is true.
   * - `deployment`: operators only.
   */
  readonly scope: 'self' | 'account' | 'deployment';
  readonly roles: readonly Role[];
  readonly operators: boolean;
}

const self = (may: string): Rule => ({ may, scope: 'self', roles: ROLES, operators: true });
const members = (may: string, ...roles: readonly Role[]): Rule => ({ may, scope: 'account', roles, operators: false });
const membersAndOperators = (may: string, ...roles: readonly Role[]): Rule => ({
  ...members(may, ...roles),
  operators: true,
});
const operators = (may: string, scope: 'account' | 'deployment' = 'deployment'): Rule => ({
  may,
  scope,
  roles: [],
  operators: true,
});

const RULES = {
  'person.read': self('see their own pseudonym and the accounts they belong to'),
  'person.attest': self('attest that they are 18 or older'),
  'notification.read': self('see which optional mails they get'),
  'notification.change': self('choose which optional mails they get'),
  'person.export': self('get a copy of their own data'),
  'policy.read': self('see the policies, and which versions they accepted'),
  'policy.accept': self('accept a version of a policy'),
  'person.erase': self('have their own data erased, and cancel that'),
  'person.restrict': self('restrict the processing of their own data, and lift that'),
  'support.open': self('write to the operators'),
  'support.own': self('see their own threads'),
  'support.write': self('write in their own threads'),
  'support.finish': self('close and reopen their own threads'),
  'support.rate': self('say how satisfied they are with a closed thread'),
  'account.create': self('create an account and own it'),
  'invitation.accept': self('accept an invitation that was sent to them'),

  'account.read': membersAndOperators('see the account’s name and state', ...ROLES),
  'account.rename': members('rename the account', 'owner', 'admin'),
  'account.transfer': members('make another member the owner', 'owner'),
  'account.suspend': operators('suspend the account', 'account'),
  'account.resume': operators('resume the account', 'account'),
  'account.holds': operators('set how much the account’s requests hold', 'account'),
  'account.appoint': operators('appoint the first owner of an account that has none', 'account'),
  'billing.read': members('see the billing details', 'owner', 'admin', 'billing', 'auditor'),
  'billing.update': members('change the billing details', 'owner', 'admin', 'billing'),

  'wallet.read': membersAndOperators(
    'see the balance, its parts and the ledger',
    'owner',
    'admin',
    'billing',
    'auditor',
  ),
  'usage.read': membersAndOperators('see the account’s usage and its requests, which contain no content', ...ROLES),

  'wallet.grant': operators('grant promotional credit', 'account'),
  'wallet.lend': operators('set the credit line', 'account'),
  // No role has this permission: only the deployment itself issues statements of what is owed.
  'statement.issue': members('issue a statement of what an account owes'),
  'payment.create': members('buy credit, and manage payment methods', 'owner', 'admin', 'billing'),
  'payment.automate': members('have credit bought automatically', 'owner', 'billing'),
  'payment.refund': membersAndOperators('have unused credit refunded', 'owner'),

  'member.read': members('see the members and their roles', ...ROLES),
  'member.change': members('change a member’s role', 'owner', 'admin'),
  'member.remove': members('remove a member', 'owner', 'admin'),
  'member.leave': members('leave the account; the owner must transfer ownership first', ...ROLES),
  'invitation.read': members('see the open invitations', 'owner', 'admin'),
  'invitation.create': members('invite a person by email', 'owner', 'admin'),
  'invitation.revoke': members('withdraw an invitation', 'owner', 'admin'),

  'key.read': members('list the keys', 'owner', 'admin', 'developer', 'auditor'),
  'key.create': members('create a key', 'owner', 'admin', 'developer'),
  'key.change': members('change the rules of a key', 'owner', 'admin', 'developer'),
  'key.rotate': members('replace a key with a new one', 'owner', 'admin', 'developer'),
  'key.revoke': membersAndOperators('revoke a key', 'owner', 'admin', 'developer'),
  // No role has this permission: only the deployment itself suspends a key, when its spend jumps.
  'key.suspend': members('suspend a key'),
  'key.resume': membersAndOperators('resume a suspended key', 'owner', 'admin'),

  'spending.read': members('see the rules about what requests cost together', ...ROLES),
  'spending.change': members('change the rules about what requests cost together', 'owner', 'admin'),

  'federation.read': members('see which issuers’ tokens are accepted instead of a key', 'owner', 'admin', 'auditor'),
  'federation.create': members('create a trust in an issuer’s tokens', 'owner', 'admin'),
  'federation.change': members('change who pays for the keys of a trust', 'owner', 'admin'),
  'federation.delete': members('delete a trust', 'owner', 'admin'),

  'export.create': members('request a copy of the account’s data', 'owner', 'admin'),
  'export.assist': operators('request a copy of the account’s data for its owner', 'account'),
  'export.read': membersAndOperators('see the exports; download them, as a member', 'owner', 'admin'),
  'export.reveal': members('see the passphrase of an export once', 'owner', 'admin'),
  // No role has this permission: only the deployment itself finishes an export.
  'export.deliver': members('finish an export'),
  'erasure.request': members('have the account erased', 'owner'),
  'erasure.assist': operators('have the account erased for its owner', 'account'),
  'erasure.read': membersAndOperators('see the erasures of the account', 'owner', 'admin'),
  'erasure.cancel': membersAndOperators('cancel an erasure in its grace period', 'owner'),
  'erasure.resolve': operators('decide about an erasure that has stopped', 'account'),
  'erasure.hold': operators('place a legal hold, which pauses an erasure', 'account'),
  'erasure.lift': operators('lift a legal hold', 'account'),
  // No role has these permissions: only the deployment itself carries out an erasure.
  'erasure.begin': members('begin an erasure after its grace period'),
  'erasure.certify': members('certify an erasure'),
  'restriction.read': membersAndOperators('see whether the processing of the account’s data is restricted', ...ROLES),
  'restriction.set': members('restrict the processing of the account’s data', 'owner'),
  'restriction.assist': operators('restrict the processing of the account’s data for its owner', 'account'),
  'restriction.lift': membersAndOperators('lift the restriction of the account', 'owner'),
  'alert.read': members('see the rules for alerts', 'owner', 'admin'),
  'alert.change': members('change the rules for alerts', 'owner', 'admin'),
  'webhook.read': members('see the webhooks and their deliveries', 'owner', 'admin'),
  'webhook.create': members('have the account’s events sent to a webhook', 'owner', 'admin'),
  'webhook.change': members('change a webhook', 'owner', 'admin'),
  'webhook.enable': members('enable a webhook', 'owner', 'admin'),
  // The deployment itself also disables a webhook, when it has failed for days or answers that it is gone.
  'webhook.disable': members('disable a webhook', 'owner', 'admin'),
  'webhook.rotate': members('replace the secret of a webhook', 'owner', 'admin'),
  'webhook.deliver': members('send a test event, or repeat a delivery', 'owner', 'admin'),
  'webhook.delete': members('delete a webhook', 'owner', 'admin'),

  'audit.read': membersAndOperators('read and verify the account’s audit log', 'owner', 'admin', 'auditor'),

  'deployment.accounts': operators('list all accounts'),
  'deployment.audit': operators('read and verify the deployment’s audit log'),
  'deployment.statistics': operators('see anonymised usage of all accounts together'),
  'catalog.read': operators('see the catalog, its changes and open proposals'),
  'catalog.change': operators('disable providers; change models’ names, routes and markups; propose a price list'),
  'catalog.approve': operators('approve a proposed price list'),
  'payment.exceptions': operators('see the payments that could not be booked'),
  'payment.resolve': operators('take a payment that could not be booked off the list'),
  'policy.publish': operators('publish a version of the terms, of the privacy policy or of the notice of a transfer'),
  'support.read': operators('read everybody’s threads'),
  'support.answer': operators('answer in a thread'),
  'support.close': operators('close and reopen a thread'),
  'child.read': operators('see the reports about children'),
  'child.erase': operators('freeze a reported child, and have them erased'),
  'child.dismiss': operators('end a report about a person who is not a child'),
  'coupon.read': operators('list the coupons'),
  'coupon.create': operators('create a coupon'),
  'coupon.delete': operators('delete a coupon'),
  'operator.read': operators('list the operators'),
  'operator.appoint': operators('make a person an operator'),
  'operator.dismiss': operators('dismiss an operator'),
} satisfies { readonly [id: string]: Rule };

export type Permission = keyof typeof RULES;

/** The only table of who may do what. Every route names a permission, and the audit log names each action by it. */
export const PERMISSIONS: { readonly [id in Permission]: Rule } = RULES;
export const PERMISSION_IDS = Object.keys(RULES) as [Permission, ...Permission[]];

/** @param standing `undefined` for a signed-in person who is neither a member of the account nor an operator */
export function allows(permission: Permission, standing: Standing | undefined): boolean {
  const { scope, roles, operators: allowsOperators } = PERMISSIONS[permission];
  if (scope === 'self') return true;
  if (standing === undefined) return false;
  return standing === 'operator' ? allowsOperators : roles.includes(standing);
}
