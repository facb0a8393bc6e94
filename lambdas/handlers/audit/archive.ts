import type { DynamoDBStreamEvent } from 'aws-lambda';
import { runPipelines } from '../../adapters/stream/stream-pipeline';
import type { StreamRule } from '../../adapters/stream/stream-rules';
import type { AuditEvent } from '../../contracts/storage/audit-event';
import { decodeEvent, isWhole } from '../../domain/audit/audit-item';
import type { EventArchive } from '../../domain/audit/event-archive';
import type { Log } from '../../domain/log';
import type { Item } from '../../domain/table/value';

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
    map: ({ after }) => after && wholeEvent(after),
    sink: async (batch) => {
      // Write in order, so that an archive that ends early has no gap.
      for (const { value } of batch) await events.keep(value);
    },
  };
  return ({ Records: records }) => runPipelines(records, [recorded], log);
}

/**
 * An item with data that its hash does not cover is not what was recorded, and must not be archived.
 * @throws TypeError
 */
function wholeEvent(item: Item): AuditEvent {
  const event = decodeEvent(item);
  if (!isWhole(event)) throw new TypeError('the item is not the event that was recorded');
  return event;
}
