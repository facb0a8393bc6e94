import type { DynamoDBBatchResponse, DynamoDBRecord } from 'aws-lambda';
import { errorName, type Log } from '../../domain/log';
import type { Item, Key } from '../../domain/table/value';
import { isFaultOfData } from '../../domain/usage/parked/fault-of-data';
import { recordIds, type UnprocessableChange } from '../../domain/usage/parked/parked-changes';
import { decodeItem, decodeKey } from '../attribute-values';

/** DynamoDB removes expired items in its own name. Any other removal has no identity. */
const EXPIRY_PRINCIPAL = 'dynamodb.amazonaws.com';
const CHANGE_TYPES = ['INSERT', 'MODIFY', 'REMOVE'] as const;
export type ChangeType = (typeof CHANGE_TYPES)[number];

/** A change of an item. We decode it ourselves because the package would turn large numbers into floats. */
export interface Change {
  readonly id: string;
  readonly type: ChangeType;
  readonly key: Key;
  readonly before: Item | undefined;
  readonly after: Item | undefined;
  /** Whether the table removed the item because it had expired. */
  readonly isExpiry: boolean;
}

/** The mapped value of a change, with the change's ID and the key of its item. */
export interface Mapped<T> {
  readonly changeId: string;
  readonly key: Key;
  readonly value: T;
}

/** One rule of a pipeline: which changes it selects, how it maps them, and where the results go. */
export interface StreamRule<T> {
  readonly id: string;
  readonly changes: readonly ChangeType[];
  readonly when: (change: Change) => boolean;
  /** A pure function. A change that it maps to `undefined` is dropped. */
  readonly map: (change: Change) => T | undefined;
  /**
   * Receives all results of one invocation, if there are any. It must be idempotent, because batches are retried.
   * @throws StoppedAt when it has processed the results before that one
   */
  readonly sink: (batch: readonly Mapped<T>[]) => Promise<void>;
}

/** Thrown by a sink that processed every result before this one. The stream continues from it. */
export class StoppedAt extends Error {
  override readonly name = 'StoppedAt';
  readonly changeId: string;
  constructor(changeId: string, cause: unknown) {
    super('the sink stopped within its batch', { cause });
    this.changeId = changeId;
  }
}

/** A batch failed and will be delivered again. The message names the rule that failed but never an item. */
export class StreamFault extends Error {
  override readonly name = 'StreamFault';
  readonly failure: string;
  /** The change from which the batch is to be delivered again. @default all of it */
  readonly from: string | undefined;
  /** @param failure the name of the error that was thrown; its message is left out because it may describe an item */
  constructor(ruleId: string, failure: string, from?: string) {
    super(`the rule ${ruleId} failed with ${failure}`);
    this.failure = failure;
    this.from = from;
  }
}

export interface StreamContext {
  readonly log: Log;
  /** Sets changes aside that no retry can help. They must not hold up the changes after them. */
  readonly park: (changes: readonly UnprocessableChange[]) => Promise<void>;
}

/**
 * Runs the records of an invocation through the rules. A record that cannot be read or mapped is parked, and so is a
 * result that its sink cannot take. Any other fault fails the batch, so that it is delivered again.
 * @returns where the batch is to be delivered again from; nothing if it is processed
 * @throws StreamFault when the whole batch is to be delivered again
 */
export type RunRules = <T extends readonly unknown[]>(
  records: readonly DynamoDBRecord[],
  rules: { readonly [Rule in keyof T]: StreamRule<T[Rule]> },
  context: StreamContext,
) => Promise<DynamoDBBatchResponse>;

/** The changes of one invocation that are to be parked. */
export class Faults {
  readonly #changes = new Map<string, UnprocessableChange>();

  get changes(): readonly UnprocessableChange[] {
    return [...this.#changes.values()];
  }

  /** Runs work on one change. @returns undefined if it failed: the change will be parked */
  attempt<T>({ id, key }: Pick<Change, 'id' | 'key'>, work: () => T): T | undefined {
    try {
      return work();
    } catch (error) {
      this.add({ changeId: id, key, cause: errorName(error) });
      return undefined;
    }
  }

  /** The changes of the records that can be read. */
  readable(records: readonly DynamoDBRecord[]): readonly Change[] {
    return records.flatMap((record) => {
      try {
        return [changeOf(record)];
      } catch (error) {
        this.add({ changeId: record.eventID ?? 'unknown', key: keyOf(record), cause: errorName(error) });
        return [];
      }
    });
  }

  add(change: UnprocessableChange): void {
    this.#changes.set(change.changeId, change);
  }
}

/**
 * Passes a batch to its rule's sink. If a result is at fault, the results are passed on one by one, so that only that
 * one is parked.
 * @throws StreamFault in the name of the rule
 */
export async function sinkBatch<T>(rule: StreamRule<T>, batch: readonly Mapped<T>[], faults: Faults): Promise<void> {
  try {
    await rule.sink(batch);
  } catch (error) {
    if (error instanceof StoppedAt) throw new StreamFault(rule.id, errorName(error.cause), error.changeId);
    if (!isFaultOfData(error)) throw new StreamFault(rule.id, errorName(error));
    const [first, ...others] = batch;
    if (first && others.length === 0) {
      faults.add({ changeId: first.changeId, key: first.key, cause: errorName(error) });
      return;
    }
    for (const mapped of batch) await sinkBatch(rule, [mapped], faults);
  }
}

/**
 * Runs work on the readable changes of an invocation, and parks what cannot be processed.
 * @throws StreamFault when the whole batch is to be delivered again
 */
export async function processBatch(
  records: readonly DynamoDBRecord[],
  context: StreamContext,
  work: (changes: readonly Change[], faults: Faults) => Promise<void>,
): Promise<DynamoDBBatchResponse> {
  const faults = new Faults();
  let fault: StreamFault | undefined;
  try {
    await work(faults.readable(records), faults);
  } catch (error) {
    fault = streamFault(error);
  }
  fault = (await park(faults, context)) ?? fault;
  if (fault === undefined) return { batchItemFailures: [] };
  context.log.error('STREAM_FAULT', { cause: fault.failure, count: records.length });
  const from = records.find(({ eventID }) => eventID === fault.from)?.dynamodb?.SequenceNumber;
  if (fault.from === undefined || from === undefined) throw fault;
  return { batchItemFailures: [{ itemIdentifier: from }] };
}

async function park({ changes }: Faults, { log, park: parkChanges }: StreamContext): Promise<StreamFault | undefined> {
  try {
    if (changes.length > 0) await parkChanges(changes);
    for (const { key, cause } of changes) log.error('CHANGE_PARKED', { ...recordIds(key), cause });
    return undefined;
  } catch (error) {
    return new StreamFault('park', errorName(error));
  }
}

// A package between the rules and us attaches the unit of work to errors, so only the name of the error is passed on.
const streamFault = (error: unknown): StreamFault =>
  error instanceof StreamFault ? error : new StreamFault('none', errorName(error));

/** @throws TypeError when the record is not a change record */
function changeOf(record: DynamoDBRecord): Change {
  const { eventID: id, eventName: type, dynamodb } = record;
  const identity = record.userIdentity as { readonly principalId?: string } | undefined;
  const known = CHANGE_TYPES.find((candidate) => candidate === type);
  if (id === undefined || known === undefined || dynamodb === undefined)
    throw new TypeError('this is not a change record');
  const { Keys: keys = {}, OldImage: before, NewImage: after } = dynamodb;
  const images = { before: before && decodeItem(before), after: after && decodeItem(after) };
  const isExpiry = known === 'REMOVE' && identity?.principalId === EXPIRY_PRINCIPAL;
  return { id, type: known, key: decodeKey(keys), ...images, isExpiry };
}

function keyOf({ dynamodb }: DynamoDBRecord): Key | undefined {
  try {
    return decodeKey(dynamodb?.Keys ?? {});
  } catch {
    return undefined;
  }
}
