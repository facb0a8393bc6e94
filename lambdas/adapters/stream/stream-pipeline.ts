import { filterOnEventType } from 'aws-lambda-stream/filters/index';
import { initialize, initializeFrom } from 'aws-lambda-stream/pipelines';
import { toPromise } from 'aws-lambda-stream/utils/handler';
import highland from 'highland';
import {
  type Change,
  changeOf,
  type Mapped,
  nameOf,
  type RunRules,
  sinkBatch,
  StreamFault,
  type StreamRule,
  wrapFault,
} from './stream-rules';

/** The unit of work that the package passes through its pipelines. */
interface Unit {
  readonly event: { readonly id: string; readonly type: string };
  readonly change: Change;
}

/**
 * Runs the rules in a function, with the package. Its fault handler is left out, because it publishes the unit of work
 * and then carries on.
 */
export const runPipelines: RunRules = async (records, rules, log) => {
  try {
    const pipelines = initialize(
      initializeFrom(rules.map((rule) => ({ id: rule.id, flavor: () => pipelineOf(rule) }))),
    );
    const units = records.map((record) => wrapFault('read', () => unitOf(changeOf(record))));
    await toPromise(pipelines.assemble(highland(units), false));
  } catch (error) {
    // The package attaches the unit of work to errors, so only the name of the error is passed on.
    const fault = error instanceof StreamFault ? error : new StreamFault('none', nameOf(error));
    log.error('STREAM_FAULT', { cause: fault.failure, count: records.length });
    throw fault;
  }
};

const unitOf = (change: Change): Unit => ({ event: { id: change.id, type: change.type }, change });

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
