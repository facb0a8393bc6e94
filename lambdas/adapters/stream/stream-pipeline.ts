import type { DynamoDBRecord } from 'aws-lambda';
import { filterOnEventType } from 'aws-lambda-stream/filters/index';
import { initialize, initializeFrom } from 'aws-lambda-stream/pipelines';
import { toPromise } from 'aws-lambda-stream/utils/handler';
import highland from 'highland';
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

/** The unit of work that the package passes through its pipelines. */
interface Unit {
  readonly event: { readonly id: string; readonly type: string };
  readonly change: Change;
}

/**
 * Runs the records of an invocation through the rules. The package's fault handler is left out, because it publishes
 * the unit of work and then carries on. Here, a fault fails the batch, so that Lambda retries it.
 * @throws StreamFault when a record cannot be read, or when a rule fails
 */
export async function runPipelines<T>(
  records: readonly DynamoDBRecord[],
  rules: readonly StreamRule<T>[],
  log: Log,
): Promise<void> {
  try {
    const pipelines = initialize(
      initializeFrom(rules.map((rule) => ({ id: rule.id, flavor: () => pipelineOf(rule) }))),
    );
    const units = records.map((record) => wrapFault('read', () => unitOf(record)));
    await toPromise(pipelines.assemble(highland(units), false));
  } catch (error) {
    // The package attaches the unit of work to errors, so only the name of the error is passed on.
    const fault = error instanceof StreamFault ? error : new StreamFault('none', nameOf(error));
    log.error('STREAM_FAULT', { cause: fault.failure, count: records.length });
    throw fault;
  }
}

function unitOf({ eventID: id, eventName: type, dynamodb }: DynamoDBRecord): Unit {
  const known = CHANGE_TYPES.find((candidate) => candidate === type);
  if (id === undefined || known === undefined || dynamodb === undefined)
    throw new TypeError('this is not a change record');
  const { OldImage: before, NewImage: after } = dynamodb;
  const change = { id, type: known, before: before && decodeItem(before), after: after && decodeItem(after) };
  return { event: { id, type: known }, change };
}

/** The pipeline of a rule: filter, map, collect into one batch, sink. */
const pipelineOf =
  <T>(rule: StreamRule<T>) =>
  (units: Highland.Stream<Unit>): Highland.Stream<unknown> => {
    const onType = { id: rule.id, eventType: (type: string) => rule.changes.some((change) => change === type) };
    return units
      .filter((unit) => filterOnEventType(onType, unit))
      .filter(({ change }) => wrapFault(rule.id, () => rule.when(change)))
      .map(({ change }) => ({ changeId: change.id, value: wrapFault(rule.id, () => rule.map(change)) }))
      .filter((mapped): mapped is Mapped<T & {}> => mapped.value !== undefined)
      .collect()
      .filter((batch) => batch.length > 0)
      .flatMap((batch) => highland<unknown>(sinkBatch(rule, batch)));
  };

async function sinkBatch<T>(rule: StreamRule<T>, batch: readonly Mapped<T>[]): Promise<void> {
  try {
    await rule.sink(batch);
  } catch (error) {
    throw new StreamFault(rule.id, nameOf(error));
  }
}

function wrapFault<T>(ruleId: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw new StreamFault(ruleId, nameOf(error));
  }
}

const nameOf = (error: unknown): string => (error instanceof Error ? error.name : 'Unknown');
