import { Duration } from 'aws-cdk-lib';
import { Stats } from 'aws-cdk-lib/aws-cloudwatch';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import { Construct } from 'constructs';
import { ARCHIVE_ENV } from '../../lambdas/contracts/deployment/environment';
import type { Config } from '../config';
import { HarmAlarm } from '../constructs/harm-alarm';
import { collectChanges } from '../constructs/collect-changes';
import { ServiceFunction } from '../constructs/service-function';
import { readChanges, publishFailures } from '../constructs/stream-grants';
import type { StatefulStack } from '../stacks/stateful-stack';
import type { AuditArchive, AuditArchiveGrants } from './audit-archive';

export interface ArchiverProps {
  readonly config: Config;
  readonly stateful: StatefulStack;
  readonly archive: AuditArchive & { readonly grants: AuditArchiveGrants };
  readonly alarmTopic: ITopic;
}

const BATCH_RECORDS = 100;
const BATCH_WINDOW = Duration.seconds(5);
/** The stream keeps a change for 24 hours: what is given up before that is told. */
const RECORD_AGE_MAX = Duration.hours(23);
/** How old the oldest event may be that is not in the archive. */
const BEHIND_MAX = Duration.minutes(10);

/** Keeps audit events in the archive, as the table's stream tells of them. */
export class Archiver extends Construct {
  constructor(scope: Construct, id: string, { config, stateful, archive, alarmTopic }: ArchiverProps) {
    super(scope, id);
    const { audit, encryptionKey } = stateful;
    const keep = new ServiceFunction(this, 'Keep', {
      entry: 'lambdas/handlers/audit/archive.lambda.ts',
      description: 'Keeps audit events in the archive',
      memoryMb: 256,
      timeout: Duration.minutes(1),
      logGroupName: `/tollgate/${config.stage}/audit-archive`,
      logDays: config.logDays,
      encryptionKey,
      repeatsFailed: false,
      failedInvocations: {
        needNoQueueBecause: 'It is only called by its stream, which repeats a batch and tells of one it gives up.',
      },
      environmentNames: ARCHIVE_ENV,
      environment: { AUDIT_ARCHIVE: archive.bucket.bucketName },
    });
    readChanges(keep, audit);
    archive.grants.keep(keep);
    publishFailures(keep, alarmTopic);
    collectChanges(this, {
      table: audit,
      to: keep.function,
      filter: { eventName: ['INSERT'] },
      topic: alarmTopic,
      records: BATCH_RECORDS,
      window: BATCH_WINDOW,
      recordAgeMax: RECORD_AGE_MAX,
    });
    new HarmAlarm(this, 'ArchiveBehind', {
      topic: alarmTopic,
      threshold: BEHIND_MAX.toMilliseconds(),
      metric: keep.function.metric('IteratorAge', { statistic: Stats.MAXIMUM, period: Duration.minutes(5) }),
      alarm: { impact: 'Audit events are not in the archive, and after a day will not come by themselves' },
    });
  }
}
