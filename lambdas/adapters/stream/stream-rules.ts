import type { DynamoDBRecord } from 'aws-lambda';
import type { Log } from '../../domain/log';
import type { Item } from '../../domain/table/value';
import { decodeItem } from '../attribute-values';

const CHANGE_TYPES = ['INSERT', 'MODIFY', 'REMOVE'] as const;
export type ChangeType = (typeof CHANGE_TYPES)[number];

/** A change of an item. We decode it ourselves because the package would turn large numbers into floats. */
export interface Change {
  readonly id: string;
  readonly type: ChangeType;
  readonly before: Item | undefined;
  readonly after: Item | undefined;
}

/** The mapped value of a change, with the change's ID. */
export interface Mapped<T> {
  readonly changeId: string;
  readonly value: T;
}

/** One rule of a pipeline: which changes it selects, how it maps them, and where the results go. */
export interface StreamRule<T> {
  readonly id: string;
  readonly changes: readonly ChangeType[];
  readonly when: (change: Change) => boolean;
  /** A pure function. A change that it maps to `undefined` is dropped. */
  readonly map: (change: Change) => T | undefined;
  /** Receives all results of one invocation, if there are any. It must be idempotent, because batches are retried. */
  readonly sink: (batch: readonly Mapped<T>[]) => Promise<void>;
}

/** A batch failed and Lambda will retry it. The message names the rule that failed but never an item. */
export class StreamFault extends Error {
  override readonly name = 'StreamFault';
  readonly failure: string;
  /** @param failure the name of the error that was thrown; its message is left out because it may describe an item */
  constructor(ruleId: string, failure: string) {
    super(`the rule ${ruleId} failed with ${failure}`);
    this.failure = failure;
  }
}

/**
 * Runs the records of an invocation through the rules. A fault fails the batch, so that it is delivered again.
 * @throws StreamFault when a record cannot be read, or when a rule fails
 */
export type RunRules = <T>(
  records: readonly DynamoDBRecord[],
  rules: readonly StreamRule<T>[],
  log: Log,
) => Promise<void>;

/** @throws TypeError when the record is not a change record */
export function changeOf({ eventID: id, eventName: type, dynamodb }: DynamoDBRecord): Change {
  const known = CHANGE_TYPES.find((candidate) => candidate === type);
  if (id === undefined || known === undefined || dynamodb === undefined)
    throw new TypeError('this is not a change record');
  const { OldImage: before, NewImage: after } = dynamodb;
  return { id, type: known, before: before && decodeItem(before), after: after && decodeItem(after) };
}

/** @throws StreamFault in the name of the rule */
export async function sinkBatch<T>(rule: StreamRule<T>, batch: readonly Mapped<T>[]): Promise<void> {
  try {
    await rule.sink(batch);
  } catch (error) {
    throw new StreamFault(rule.id, nameOf(error));
  }
}

/** @throws StreamFault in the name of the rule */
export function wrapFault<T>(ruleId: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw new StreamFault(ruleId, nameOf(error));
  }
}

export const nameOf = (error: unknown): string => (error instanceof Error ? error.name : 'Unknown');
