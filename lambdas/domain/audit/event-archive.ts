import type { AuditEvent } from '../../contracts/storage/audit-event';

/** Keeps audit events for longer than the table does. */
export interface EventArchive {
  /** Keeps an event for the retention of the archive, or forever. Keeping an event again has no effect. */
  keep(event: AuditEvent): Promise<void>;
}
