import { z } from 'zod';

/** The roles of a member. Each account has at most one owner. */
export const ROLES = ['owner', 'admin', 'developer', 'billing', 'auditor'] as const;
export type Role = (typeof ROLES)[number];
export const roleSchema = z.enum(ROLES);

/** The roles that an invitation or a change of role can grant. Ownership can only be transferred. */
export const GRANTED_ROLES = ['admin', 'developer', 'billing', 'auditor'] as const satisfies readonly Role[];
export type GrantedRole = (typeof GRANTED_ROLES)[number];
export const grantedRoleSchema = z.enum(GRANTED_ROLES);

/** How a caller relates to an account: as a member with a role, or as an operator, who stands outside every account. */
export const STANDINGS = [...ROLES, 'operator'] as const;
export type Standing = (typeof STANDINGS)[number];
