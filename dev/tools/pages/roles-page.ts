import { allows, PERMISSION_IDS, PERMISSIONS } from '../../../lambdas/contracts/http/permissions';
import type { Standing } from '../../../lambdas/contracts/http/roles';
import { STANDINGS } from '../../../lambdas/contracts/http/roles';
import { code, table } from './table';

/** Renders the permissions of each role from the table that decides them. */
export function rolesPage(): string {
  const ofScope = (scope: string) => PERMISSION_IDS.filter((id) => PERMISSIONS[id].scope === scope);
  const may = (id: (typeof PERMISSION_IDS)[number]) => [code(id), PERMISSIONS[id].may];
  const cell = (id: (typeof PERMISSION_IDS)[number], standing: Standing) => (allows(id, standing) ? 'yes' : '');
  const cells = [...ofScope('account'), ...ofScope('deployment')].map((id) => [
    ...may(id),
    ...STANDINGS.map((standing) => cell(id, standing)),
  ]);
  return [
    '# Permissions of roles',
    '',
    'Written by `npm run docs` from lambdas/contracts/http/permissions.ts. The roles are those of a member in the account in question. An account looks nonexistent to people who are not members of it. Operators belong to no account.',
    '',
    table(['permission', 'to', ...STANDINGS], cells),
    '',
    'Every signed-in person may, for themselves:',
    '',
    table(['permission', 'to'], ofScope('self').map(may)),
    '',
  ].join('\n');
}
