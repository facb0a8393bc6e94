import { SHARDS } from '../../../lambdas/contracts/storage/table-keys/key-parts';
import { pendingMailPartition } from '../../../lambdas/contracts/storage/table-keys/outbox';
import { OUTBOX } from '../../../lambdas/contracts/storage/tables';
import { decodePending, type NewMessage } from '../../../lambdas/domain/notifications/outbox/message';
import type { TableStore } from '../../../lambdas/domain/table/table-store';

/** The messages that wait to be mailed, the oldest first. */
export async function waitingMessages(store: Pick<TableStore, 'query'>): Promise<readonly NewMessage[]> {
  const pages = await Promise.all(
    SHARDS.map((shard) => store.query({ table: OUTBOX, partition: pendingMailPartition(shard) })),
  );
  return pages
    .flatMap(({ items }) => items.map(decodePending))
    .filter((message) => message !== undefined)
    .sort((one, other) => (one.createdAt < other.createdAt ? -1 : 1));
}
