import type { DynamoDBRecord } from 'aws-lambda';
import { encodeJsonItem, encodeKey } from '../attribute-values';
import type { ItemChange } from './plan-writes';

/** A change, in the form in which a Lambda function reads it from a DynamoDB stream. */
export type ChangeRecord = DynamoDBRecord;
/** Receives the changes of one commit to tables with a stream. It must not throw, because the commit is already made. */
export type ChangeListener = (records: readonly ChangeRecord[]) => void;

/** DynamoDB streams mark an item that TTL deleted with this identity. */
const EXPIRY_IDENTITY = { type: 'Service', principalId: 'dynamodb.amazonaws.com' } as const;

export interface CommitFacts {
  /** How often the store had been opened, which numbers its runs. */
  readonly run: number;
  /** The commit's number within the run. */
  readonly commit: number;
  /** Epoch milliseconds. */
  readonly at: number;
  /** Whether the items were removed because they had expired. */
  readonly isExpiry: boolean;
}

export function changeRecord(
  { table, key, before, after }: ItemChange,
  index: number,
  { run, commit, at, isExpiry }: CommitFacts,
): ChangeRecord {
  const sequenceNumber = sequenceNumberOf(run, commit, index);
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
    ...(isExpiry && { userIdentity: EXPIRY_IDENTITY }),
  };
}

/** 21 digits as in DynamoDB: run, commit and index, so that they ascend as text and as numbers. */
const sequenceNumberOf = (run: number, commit: number, index: number): string =>
  `${String(run).padStart(6, '0')}${String(commit).padStart(12, '0')}${String(index).padStart(3, '0')}`;
