import type { DynamoDBBatchResponse, DynamoDBStreamEvent } from 'aws-lambda';
import { runPipelines } from '../../adapters/stream/stream-pipeline';
import { StoppedAt, type StreamContext, type StreamRule } from '../../adapters/stream/stream-rules';
import type { AuditEvent } from '../../contracts/storage/audit-event';
import { decodeEvent, isWhole } from '../../domain/audit/audit-item';
import type { EventArchive } from '../../domain/audit/event-archive';
import type { Log } from '../../domain/log';
import type { Item } from '../../domain/table/value';

export interface ArchiveDependencies {
  readonly archive: EventArchive;
  readonly log: Log;
}

/**
 * Archives each recorded audit event. It is idempotent: repeating a batch changes nothing. An item that is not a whole
 * event is left out: it stays in its table, and the line in the log raises an alarm.
 */
export function archive({
  archive: events,
  log,
}: ArchiveDependencies): (event: DynamoDBStreamEvent) => Promise<DynamoDBBatchResponse> {
  const recorded: StreamRule<AuditEvent> = {
    id: 'recorded',
    changes: ['INSERT'],
    when: () => true,
    map: ({ after }) => after && wholeEvent(after),
    sink: async (batch) => {
      // Write in order, so that an archive that ends early has no gap.
      for (const { changeId, value } of batch) {
        await events.keep(value).catch((error: unknown) => {
          throw new StoppedAt(changeId, error);
        });
      }
    },
  };
  const park: StreamContext['park'] = async () => undefined;
  return ({ Records: records }) => runPipelines(records, [recorded], { log, park });
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
