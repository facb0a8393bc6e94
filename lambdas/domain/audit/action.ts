import type { Permission } from '../../contracts/http/permissions';
import type { AuditFields } from '../../contracts/storage/audit-event';
import type { Actor } from '../access/actor';
import type { GuardedWrite } from '../table/commit';

/** Returned by a write's `otherwise` when the action was already done. Then nothing is written or recorded. */
export const ALREADY_DONE = 'already done' as const;

/** A write of an action, with the meaning of its failed condition. */
export type ActionWrite = GuardedWrite<Error | typeof ALREADY_DONE>;

/** An administrative action and what its event records. */
export interface Action {
  /** An account's id, or DEPLOYMENT_CHAIN. */
  readonly chain: string;
  readonly actor: Actor;
  readonly action: Permission;
  /** The id of the item that the action changes. */
  readonly target: string;
  readonly before?: AuditFields;
  readonly after?: AuditFields;
  /** At most 97. */
  readonly writes: readonly ActionWrite[];
}

/** Commits actions and records them. AuditLog implements it. */
export interface ActionRecorder {
  /** @returns false when a write says that the action was ALREADY_DONE: nothing was written */
  record(action: Action): Promise<boolean>;
}
