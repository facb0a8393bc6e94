import { allows, PERMISSION_IDS, PERMISSIONS } from '../../../lambdas/contracts/http/permissions';
import type { Standing } from '../../../lambdas/contracts/http/roles';
import { STANDINGS } from '../../../lambdas/contracts/http/roles';
import { code, table } from './table';

/** Who may do what, from the one table that decides it. */
export function rolesPage(): string {
  const ofScope = (scope: string) => PERMISSION_IDS.filter((id) => PERMISSIONS[id].scope === scope);
  const may = (id: (typeof PERMISSION_IDS)[number]) => [code(id), PERMISSIONS[id].may];
  const cell = (id: (typeof PERMISSION_IDS)[number], standing: Standing) => (allows(id, standing) ? 'yes' : '');
  const cells = [...ofScope('account'), ...ofScope('deployment')].map((id) => [
    ...may(id),
    ...STANDINGS.map((standing) => cell(id, standing)),
  ]);
  return [
    '# Who may do what',
    '',
    'Written by `npm run docs` from lambdas/contracts/http/permissions.ts. A role is one that a member has in the account at hand; an account that one is not a member of is as one that does not exist. Operators stand outside every account.',
    '',
    table(['permission', 'to', ...STANDINGS], cells),
    '',
    'Whoever is signed in may, about themselves:',
    '',
    table(['permission', 'to'], ofScope('self').map(may)),
    '',
  ].join('\n');
}
