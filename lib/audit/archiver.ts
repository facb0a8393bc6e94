import { Duration } from 'aws-cdk-lib';
import { Stats } from 'aws-cdk-lib/aws-cloudwatch';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import { Construct } from 'constructs';
import { ARCHIVE_ENV } from '../../lambdas/contracts/deployment/environment';
import type { Config } from '../config';
import { collectChanges, STREAM_RETRIES } from '../constructs/collect-changes';
import { HarmAlarm } from '../constructs/harm-alarm';
import { logCodeMetric } from '../constructs/log-code-metric';
import { ServiceFunction } from '../constructs/service-function';
import { publishFailures, readChanges } from '../constructs/stream-grants';
import type { AuditArchive } from './audit-archive';
import type { AuditTable } from './audit-table';

export interface ArchiverProps {
  readonly config: Config;
  /** The table whose new events are archived. */
  readonly audit: AuditTable;
  readonly archive: AuditArchive;
  /** Encrypts the log group. */
  readonly encryptionKey: IKey;
  /** Receives alarms, and a message about each batch of events that was given up. */
  readonly alarmTopic: ITopic;
}

const BATCH_RECORDS = 100;
const BATCH_WINDOW = Duration.seconds(5);
/** The stream keeps a change for 24 hours, so an event that is given up is reported while it can still be read. */
const RECORD_AGE_MAX = Duration.hours(23);
/** The age of the oldest unarchived event at which the alarm goes off. */
const BEHIND_MAX = Duration.minutes(10);

/** Copies audit events from the table's stream into the archive. */
export class Archiver extends Construct {
  constructor(scope: Construct, id: string, props: ArchiverProps) {
    super(scope, id);
    const { config, audit, archive, alarmTopic } = props;
    const keep = new ServiceFunction(this, 'Keep', {
      entry: 'lambdas/handlers/audit/archive.lambda.ts',
      description: 'Copies audit events into the archive',
      memoryMb: 256,
      timeout: Duration.minutes(1),
      logGroupName: `/tollgate/${config.stage}/audit-archive`,
      logDays: config.logDays,
      encryptionKey: props.encryptionKey,
      losesEventsBecause: STREAM_RETRIES,
      retriesEvents: false,
      environmentNames: ARCHIVE_ENV,
      environment: { AUDIT_ARCHIVE: archive.bucketName },
    });
    readChanges(keep, audit);
    archive.grants.keep(keep);
    publishFailures(keep, alarmTopic);
    collectChanges(this, {
      table: audit,
      to: keep.function,
      filters: [{ eventName: ['INSERT'] }],
      topic: alarmTopic,
      records: BATCH_RECORDS,
      window: BATCH_WINDOW,
      recordAgeMax: RECORD_AGE_MAX,
    });
    new HarmAlarm(this, 'EventNotArchived', {
      topic: alarmTopic,
      metric: logCodeMetric(this, 'CHANGE_PARKED', { Keep: keep.logGroup }),
      alarm: { impact: 'An audit event is not in the archive: it was tampered with, or this release cannot read it' },
    });
    new HarmAlarm(this, 'ArchiveBehind', {
      topic: alarmTopic,
      threshold: BEHIND_MAX.toMilliseconds(),
      metric: keep.function.metric('IteratorAge', { statistic: Stats.MAXIMUM, period: Duration.minutes(5) }),
      alarm: { impact: 'Audit events are missing from the archive; after 23 hours they must be added by hand' },
    });
  }
}
