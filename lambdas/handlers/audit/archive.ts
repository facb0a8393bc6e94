import type { DynamoDBStreamEvent } from 'aws-lambda';
import { runPipelines } from '../../adapters/stream/stream-pipeline';
import type { StreamRule } from '../../adapters/stream/stream-rules';
import type { AuditEvent } from '../../contracts/storage/audit-event';
import { decodeEvent } from '../../domain/audit/audit-item';
import type { EventArchive } from '../../domain/audit/event-archive';
import type { Log } from '../../domain/log';

export interface ArchiveDependencies {
  readonly archive: EventArchive;
  readonly log: Log;
}

/** Archives each recorded audit event. It is idempotent: repeating a batch changes nothing. */
export function archive({ archive: events, log }: ArchiveDependencies): (event: DynamoDBStreamEvent) => Promise<void> {
  const recorded: StreamRule<AuditEvent> = {
    id: 'recorded',
    changes: ['INSERT'],
    when: () => true,
    // The event's schema is strict, so an item with any other data fails here instead of being archived.
    map: ({ after }) => after && decodeEvent(after),
    sink: async (batch) => {
      // Write in order, so that an archive that ends early has no gap.
      for (const { value } of batch) await events.keep(value);
    },
  };
  return ({ Records: records }) => runPipelines(records, [recorded], log);
}
