import type { AuditEvent } from '../../contracts/storage/audit-event';
import { DEPLOYMENT_CHAIN } from '../../contracts/storage/audit-event';
import type { Role } from '../../contracts/http/roles';
import { memberKey, operatorKey } from '../../contracts/storage/table-keys';
import { ACCOUNTS } from '../../contracts/storage/tables';
import { compare, exists } from '../table/condition';
import type { Check } from '../table/table-store';

interface Somebody {
  readonly personId: string;
  /** What may be kept of the address that they act from (domain/audit/kept-address.ts). */
  readonly address?: string;
}

/** Who acts, and by what right. */
export type Actor =
  | (Somebody & { readonly kind: 'member'; readonly role: Role })
  | (Somebody & { readonly kind: 'operator' })
  /** About themselves: neither a role nor an account gives the right. */
  | (Somebody & { readonly kind: 'self' })
  /** A command run with the deployment's own credentials; which person ran it is not known here. */
  | { readonly kind: 'deployment' };

export const DEPLOYMENT: Actor = { kind: 'deployment' };

/** The person who acts, where it is known. */
export const personOf = (actor: Actor): string | undefined =>
  actor.kind === 'deployment' ? undefined : actor.personId;

/** What may be kept of where they are. */
export const addressOf = (actor: Actor): string | undefined =>
  actor.kind === 'deployment' ? undefined : actor.address;

/** As the audit log calls the actor. */
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

/** Holds as long as the actor has the right: one who lost it a moment ago changes nothing any more. */
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
