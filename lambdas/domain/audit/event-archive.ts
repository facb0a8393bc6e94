import type { AuditEvent } from '../../contracts/storage/audit-event';

/** Where audit events are kept beyond their time in the table. */
export interface EventArchive {
  /** Keeps an event for good, or for as long as the archive is told to; without effect on one that it has. */
  keep(event: AuditEvent): Promise<void>;
}
