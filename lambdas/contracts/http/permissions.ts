import type { Role, Standing } from './roles';
import { ROLES } from './roles';

/** Who may do one thing. */
interface Rule {
  /** The rest of the sentence "Whoever has it may …". */
  readonly may: string;
  /**
   * - `self`: whoever is signed in, about themselves; roles do not matter.
   * - `account`: in an account of which one is a member, or as an operator.
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
  'person.read': self('see who they are here and which accounts they are in'),
  'person.attest': self('state that they are 18 or older'),
  'account.create': self('create an account and own it'),
  'invitation.accept': self('accept an invitation that was sent to them'),

  'account.read': membersAndOperators('see the account’s name and state', ...ROLES),
  'account.rename': members('rename the account', 'owner', 'admin'),
  'account.transfer': members('make another member the owner', 'owner'),
  'account.suspend': operators('suspend the account', 'account'),
  'account.resume': operators('resume the account', 'account'),
  'account.appoint': operators('give an account without an owner its first', 'account'),
  'billing.read': members('see the billing details', 'owner', 'admin', 'billing', 'auditor'),
  'billing.update': members('change the billing details', 'owner', 'admin', 'billing'),

  'member.read': members('see the members and their roles', ...ROLES),
  'member.change': members('change a member’s role', 'owner', 'admin'),
  'member.remove': members('remove a member', 'owner', 'admin'),
  'member.leave': members('leave the account; the owner, once another owns it', ...ROLES),
  'invitation.read': members('see the open invitations', 'owner', 'admin'),
  'invitation.create': members('invite somebody by mail', 'owner', 'admin'),
  'invitation.revoke': members('withdraw an invitation', 'owner', 'admin'),

  'key.read': members('list the keys', 'owner', 'admin', 'developer', 'auditor'),
  'key.create': members('create a key', 'owner', 'admin', 'developer'),
  'key.change': members('change what a key is allowed', 'owner', 'admin', 'developer'),
  'key.rotate': members('replace a key by a new one', 'owner', 'admin', 'developer'),
  'key.revoke': membersAndOperators('revoke a key', 'owner', 'admin', 'developer'),
  // By the deployment itself, when a key's spend jumps.
  'key.suspend': members('suspend a key'),
  'key.resume': membersAndOperators('resume a suspended key', 'owner', 'admin'),

  'federation.read': members('see whose tokens are taken in the place of a key', 'owner', 'admin', 'auditor'),
  'federation.create': members('trust an issuer’s tokens', 'owner', 'admin'),
  'federation.delete': members('end such a trust', 'owner', 'admin'),

  'audit.read': membersAndOperators('read and verify the account’s audit log', 'owner', 'admin', 'auditor'),

  'deployment.accounts': operators('list all accounts'),
  'deployment.audit': operators('read and verify the deployment’s audit log'),
  'catalog.read': operators('see the catalog, its changes and what is proposed'),
  'catalog.change': operators('disable providers, change models’ names, routes and markups, propose a price list'),
  'catalog.approve': operators('approve a proposed price list'),
  'operator.read': operators('list the operators'),
  'operator.appoint': operators('make a person an operator'),
  'operator.dismiss': operators('end a person’s time as an operator'),
} satisfies { readonly [id: string]: Rule };

export type Permission = keyof typeof RULES;

/** The one table of who may do what: routes name a permission each, and the audit log calls an action by it. */
export const PERMISSIONS: { readonly [id in Permission]: Rule } = RULES;
export const PERMISSION_IDS = Object.keys(RULES) as [Permission, ...Permission[]];

/** @param standing none for somebody signed in who is neither a member of the account nor an operator */
export function allows(permission: Permission, standing: Standing | undefined): boolean {
  const { scope, roles, operators: allowsOperators } = PERMISSIONS[permission];
  if (scope === 'self') return true;
  if (standing === undefined) return false;
  return standing === 'operator' ? allowsOperators : roles.includes(standing);
}
