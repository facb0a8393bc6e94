import type { AuditEvent } from '../../contracts/storage/audit-event';
import type { AuditExport } from '../../contracts/storage/audit-export';
import { isoTime } from '../../contracts/storage/table-keys';
import { AUDIT } from '../../contracts/storage/tables';
import { everyItem } from '../table/every-item';
import { decodeEvent } from './audit-item';
import { readHead, type StoredChain } from './verify-audit';

/**
 * A chain as lines of a file, the oldest event first. Throws ZodError on an item that is no event: such a chain is
 * for `verifyAudit`.
 */
export async function exportAudit({
  store,
  clock,
  chain,
}: StoredChain): Promise<readonly (AuditExport | AuditEvent)[]> {
  const end = (await readHead(store, chain)) ?? null;
  const events: AuditEvent[] = [];
  for await (const item of everyItem(store, { table: AUDIT, partition: chain })) events.push(decodeEvent(item));
  // The time afterwards: what ended while this was reading must not look as if it were missing.
  return [{ version: 1, chain, exportedAt: isoTime(clock()), end }, ...events];
}
