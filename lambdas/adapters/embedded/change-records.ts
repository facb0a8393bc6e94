import type { DynamoDBRecord } from 'aws-lambda';
import { encodeJsonItem, encodeKey } from '../attribute-values';
import type { ItemChange } from './memory-tables';

/** A change as a Lambda function reads it from a DynamoDB stream. */
export type ChangeRecord = DynamoDBRecord;
/** The changes of one commit to tables with a stream. It must not throw: the commit has been made. */
export type ChangeListener = (records: readonly ChangeRecord[]) => void;

/** How a stream marks what DynamoDB removed by time rather than a client. */
const REMOVED_BY_TIME = { type: 'Service', principalId: 'dynamodb.amazonaws.com' } as const;

export interface CommitFacts {
  /** The commit's number. */
  readonly commit: number;
  /** Epoch milliseconds. */
  readonly at: number;
  /** Whether the items were removed because their time had passed. */
  readonly byTime: boolean;
}

export function changeRecord(
  { table, key, before, after }: ItemChange,
  index: number,
  { commit, at, byTime }: CommitFacts,
): ChangeRecord {
  const sequenceNumber = sequenceNumberOf(commit, index);
  return {
    eventID: sequenceNumber,
    eventName: before === undefined ? 'INSERT' : after === undefined ? 'REMOVE' : 'MODIFY',
    eventVersion: '1.1',
    eventSource: 'aws:dynamodb',
    awsRegion: 'local',
    eventSourceARN: `arn:aws:dynamodb:local:000000000000:table/${table}/stream/embedded`,
    dynamodb: {
      ApproximateCreationDateTime: Math.floor(at / 1000),
      Keys: encodeKey(key),
      ...(after && { NewImage: encodeJsonItem(after) }),
      ...(before && { OldImage: encodeJsonItem(before) }),
      SequenceNumber: sequenceNumber,
      StreamViewType: 'NEW_AND_OLD_IMAGES',
    },
    ...(byTime && { userIdentity: REMOVED_BY_TIME }),
  };
}

/** 21 digits as in DynamoDB: the commit's number, then the place in it, so that they rise as text and as numbers. */
const sequenceNumberOf = (commit: number, index: number): string =>
  `${String(commit).padStart(18, '0')}${String(index).padStart(3, '0')}`;
