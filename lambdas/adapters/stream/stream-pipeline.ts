import { filterOnEventType } from 'aws-lambda-stream/filters/index';
import { initialize, initializeFrom } from 'aws-lambda-stream/pipelines';
import { toPromise } from 'aws-lambda-stream/utils/handler';
import highland from 'highland';
import {
  type Change,
  type Faults,
  type Mapped,
  processBatch,
  type RunRules,
  sinkBatch,
  type StreamRule,
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
export const runPipelines: RunRules = (records, rules, context) =>
  processBatch(records, context, async (changes, faults) => {
    const pipelines = initialize(
      initializeFrom(rules.map((rule) => ({ id: rule.id, flavor: () => pipelineOf(rule, faults) }))),
    );
    await toPromise(pipelines.assemble(highland(changes.map(unitOf)), false));
  });

const unitOf = (change: Change): Unit => ({ event: { id: change.id, type: change.type }, change });

/** The pipeline of a rule: filter, map, collect into one batch, sink. */
const pipelineOf =
  <T>(rule: StreamRule<T>, faults: Faults) =>
  (units: Highland.Stream<Unit>): Highland.Stream<unknown> => {
    const onType = { id: rule.id, eventType: (type: string) => rule.changes.some((change) => change === type) };
    return units
      .filter((unit) => filterOnEventType(onType, unit))
      .filter(({ change }) => faults.attempt(change, () => rule.when(change)) ?? false)
      .map(({ change }) => ({
        changeId: change.id,
        key: change.key,
        value: faults.attempt(change, () => rule.map(change)),
      }))
      .filter((mapped): mapped is Mapped<T & {}> => mapped.value !== undefined)
      .collect()
      .filter((batch) => batch.length > 0)
      .flatMap((batch) => highland<unknown>(sinkBatch(rule, batch, faults)));
  };
