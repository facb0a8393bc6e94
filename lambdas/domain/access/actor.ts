import type { AuditEvent } from '../../contracts/storage/audit-event';
import { DEPLOYMENT_CHAIN } from '../../contracts/storage/audit-event';
import type { Role } from '../../contracts/http/roles';
import { memberKey, operatorKey } from '../../contracts/storage/table-keys/accounts';
import { ACCOUNTS } from '../../contracts/storage/tables';
import { compare, exists } from '../table/condition';
import type { Check } from '../table/table-store';

interface ActingPerson {
  readonly personId: string;
  /** The part of their address that may be kept (domain/audit/kept-address.ts). */
  readonly address?: string;
}

/** The origin of an action, and the permission behind it. */
export type Actor =
  | (ActingPerson & { readonly kind: 'member'; readonly role: Role })
  | (ActingPerson & { readonly kind: 'operator' })
  /** A person who acts on their own data needs neither a role nor an account. */
  | (ActingPerson & { readonly kind: 'self' })
  /** A command that runs with the deployment's own credentials. We do not know which person ran it. */
  | { readonly kind: 'deployment' };

export const DEPLOYMENT: Actor = { kind: 'deployment' };

/** The person who acts, if known. */
export const personOf = (actor: Actor): string | undefined =>
  actor.kind === 'deployment' ? undefined : actor.personId;

/** The part of the actor's address that may be kept. */
export const addressOf = (actor: Actor): string | undefined =>
  actor.kind === 'deployment' ? undefined : actor.address;

/** The actor as the audit log records them. */
export function auditActor(actor: Actor): AuditEvent['actor'] {
  switch (actor.kind) {
    case 'member':
    case 'self':
      return actor.personId;
    case 'operator':
      return `operator:${actor.personId}`;
    case 'deployment':
      return DEPLOYMENT_CHAIN;
  }
}

/** Fails when the actor has lost the permission since it was checked, so that nothing is changed. */
export function authorityCheck(accountId: string, actor: Actor): Check | undefined {
  switch (actor.kind) {
    case 'member':
      return {
        table: ACCOUNTS,
        check: memberKey(accountId, actor.personId),
        when: compare('role', '=', actor.role),
      };
    case 'operator':
      return { table: ACCOUNTS, check: operatorKey(actor.personId), when: exists() };
    case 'self':
    case 'deployment':
      return undefined;
  }
}
