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

/** A change of an item, with all its digits: the package's own decoding would make floats of large numbers. */
export interface Change {
  readonly id: string;
  readonly type: ChangeType;
  readonly before: Item | undefined;
  readonly after: Item | undefined;
}

/** What a change became, with the change's id. */
export interface Mapped<T> {
  readonly changeId: string;
  readonly value: T;
}

/** A line of a table of rules: which changes it is for, what they become, and where that goes. */
export interface StreamRule<T> {
  readonly id: string;
  readonly changes: readonly ChangeType[];
  readonly when: (change: Change) => boolean;
  /** Pure. A change that becomes nothing ends here. */
  readonly map: (change: Change) => T | undefined;
  /** Takes all that the changes of an invocation became, if anything; it may be given the same again. */
  readonly sink: (batch: readonly Mapped<T>[]) => Promise<void>;
}

/** A batch could not be worked on, and comes again. It says which rule failed and never on what. */
export class StreamFault extends Error {
  override readonly name = 'StreamFault';
  readonly failure: string;
  /** @param failure the name of what was thrown: its message may tell of an item */
  constructor(ruleId: string, failure: string) {
    super(`the rule ${ruleId} failed with ${failure}`);
    this.failure = failure;
  }
}

/** The package's unit of work: what its pipelines pass on. */
interface Unit {
  readonly event: { readonly id: string; readonly type: string };
  readonly change: Change;
}

/**
 * Runs an invocation's records through the rules. Without the package's fault handler, which publishes the unit of
 * work and goes on as if nothing had happened: here a fault fails the batch, so that Lambda gives it again.
 * @throws StreamFault
 */
export async function runPipelines<T>(
  records: readonly DynamoDBRecord[],
  rules: readonly StreamRule<T>[],
  log: Log,
): Promise<void> {
  try {
    const pipelines = initialize(initializeFrom(rules.map((rule) => ({ id: rule.id, flavor: () => flow(rule) }))));
    const units = records.map((record) => within('read', () => unitOf(record)));
    await toPromise(pipelines.assemble(highland(units), false));
  } catch (error) {
    // The package hangs the unit of work on errors; of ours nothing but a name goes on.
    const fault = error instanceof StreamFault ? error : new StreamFault('none', nameOf(error));
    log.error('STREAM_FAULT', { cause: fault.failure, count: records.length });
    throw fault;
  }
}

function unitOf({ eventID: id, eventName: type, dynamodb }: DynamoDBRecord): Unit {
  const known = CHANGE_TYPES.find((candidate) => candidate === type);
  if (id === undefined || known === undefined || dynamodb === undefined) throw new TypeError('this is no change');
  const { OldImage: before, NewImage: after } = dynamodb;
  const change = { id, type: known, before: before && decodeItem(before), after: after && decodeItem(after) };
  return { event: { id, type: known }, change };
}

/** The pipeline of a rule: filter, map, collect, hand over. */
const flow =
  <T>(rule: StreamRule<T>) =>
  (units: Highland.Stream<Unit>): Highland.Stream<unknown> => {
    const onType = { id: rule.id, eventType: (type: string) => rule.changes.some((change) => change === type) };
    return units
      .filter((unit) => filterOnEventType(onType, unit))
      .filter(({ change }) => within(rule.id, () => rule.when(change)))
      .map(({ change }) => ({ changeId: change.id, value: within(rule.id, () => rule.map(change)) }))
      .filter((mapped): mapped is Mapped<T & {}> => mapped.value !== undefined)
      .collect()
      .filter((batch) => batch.length > 0)
      .flatMap((batch) => highland<unknown>(handOver(rule, batch)));
  };

async function handOver<T>(rule: StreamRule<T>, batch: readonly Mapped<T>[]): Promise<void> {
  try {
    await rule.sink(batch);
  } catch (error) {
    throw new StreamFault(rule.id, nameOf(error));
  }
}

function within<T>(ruleId: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw new StreamFault(ruleId, nameOf(error));
  }
}

const nameOf = (error: unknown): string => (error instanceof Error ? error.name : 'Unknown');
