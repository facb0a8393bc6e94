import { z } from 'zod';

/** What a member may be in an account. There is exactly one owner. */
export const ROLES = ['owner', 'admin', 'developer', 'billing', 'auditor'] as const;
export type Role = (typeof ROLES)[number];
export const roleSchema = z.enum(ROLES);

/** What an invitation or a change of role can give: ownership is only transferred. */
export const GRANTED_ROLES = ['admin', 'developer', 'billing', 'auditor'] as const satisfies readonly Role[];
export type GrantedRole = (typeof GRANTED_ROLES)[number];
export const grantedRoleSchema = z.enum(GRANTED_ROLES);

/** Whoever may be asked about: a member by role, or an operator of the deployment, who stands outside every account. */
export const STANDINGS = [...ROLES, 'operator'] as const;
export type Standing = (typeof STANDINGS)[number];
