import type { AuditEvent } from '../../contracts/storage/audit-event';
import type { AuditExport } from '../../contracts/storage/audit-export';
import { isoTime } from '../../contracts/storage/table-keys/key-parts';
import { AUDIT } from '../../contracts/storage/tables';
import { everyItem } from '../table/every-item';
import { decodeEvent } from './audit-item';
import { readHead, type StoredChain } from './verify-audit';

/**
 * A chain as lines of a file, the oldest event first.
 * @throws ZodError for an item that is not an event; `verifyAudit` reports on such a chain
 */
export async function exportAudit({
  store,
  clock,
  chain,
}: StoredChain): Promise<readonly (AuditExport | AuditEvent)[]> {
  const end = (await readHead(store, chain)) ?? null;
  const events: AuditEvent[] = [];
  for await (const item of everyItem(store, { table: AUDIT, partition: chain })) events.push(decodeEvent(item));
  // Read the clock last: an event that expired while this was reading must not look as if it were missing.
  return [{ version: 1, chain, exportedAt: isoTime(clock()), end }, ...events];
}
